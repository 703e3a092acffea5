/* Diagrams by Mermaid. Material draws them, and brings a Mermaid from elsewhere unless the page has one: here it finds
   a stand-in, which loads the site's own with the first diagram that a reader meets; from a CDN if the address of this
   script ends with its package and version. */
;(() => {
  "use strict"

  const url = new URL(document.currentScript.src)
  const home = url.search ? `https://cdn.jsdelivr.net/npm/${url.search.slice(1)}/dist/` : new URL("vendor/mermaid/", url)

  /* Material's styles are for these kinds. The others stay as Mermaid colours them, dark on light, and the dark scheme
     inverts them. */
  const COLOURED = ["flowchart", "class", "sequence", "state", "er", "mindmap"]
  const kinds = COLOURED.map((kind) => `[aria-roledescription^="${kind}"]`).join()
  const styles = (material) => `
    &:where(${kinds}) {
      ${material}
      .label span { color: var(--md-mermaid-label-fg-color) }
      .labelBkg { background: none }
    }
    &:not(${kinds}) { filter: var(--knapper-diagram-filter) }`
  const SHRINKS_TO = 0.7 // of its size at most, so that text stays legible; a wider diagram scrolls

  let options = {}
  let loading = null

  function load() {
    const script = document.createElement("script")
    script.src = new URL("mermaid.min.js", home)
    return new Promise((resolve, reject) => {
      script.onload = () => {
        const { mermaid } = window
        window.mermaid = standIn
        mermaid.initialize(options)
        resolve(mermaid)
      }
      script.onerror = () => {
        loading = null // the next page tries again
        reject(new Error("Mermaid did not load: diagrams stay as they are written"))
      }
      document.head.append(script)
    })
  }

  const standIn = {
    initialize(given) {
      options = { ...given, suppressErrorRendering: true, themeCSS: styles(given.themeCSS) }
    },
    async render(id, text) {
      const mermaid = await (loading ??= load())
      const drawn = await mermaid.render(id, text)
      const limit = (style, width) => `${style}; min-width: ${width * SHRINKS_TO}px`
      return { ...drawn, svg: drawn.svg.replace(/max-width: ([\d.]+)px/, limit) }
    },
  }
  window.mermaid = standIn
})()
