/* Diagrams by Mermaid. Material draws them, and brings a Mermaid from elsewhere unless the page has one: here it finds a
   stand-in, which loads the site's own for the first diagram; from a CDN if the address of this script ends with its
   package and version. */
;(() => {
  "use strict"

  const url = new URL(document.currentScript.src)
  const home = url.search ? `https://cdn.jsdelivr.net/npm/${url.search.slice(1)}/dist/` : new URL("vendor/mermaid/", url)
  let options = {}
  let loading = null

  function load() {
    const script = document.createElement("script")
    script.src = new URL("mermaid.min.js", home)
    return new Promise((resolve, reject) => {
      script.onload = () => resolve(mermaid.initialize(options))
      script.onerror = () => {
        loading = null // the next page tries again
        reject(new Error("Mermaid did not load: diagrams stay as they are written"))
      }
      document.head.append(script)
    })
  }

  window.mermaid = {
    initialize: (given) => (options = given),
    render: async (...source) => {
      await (loading ??= load())
      return mermaid.render(...source) // of Mermaid, which has taken the place of the stand-in
    },
  }
})()
