/* Formulas by KaTeX, from the generic form of arithmatex: \(…\) in a line, \[…\] on its own. KaTeX is loaded with the
   first formula that a reader meets; from a CDN if the address of this script ends with its package and version. */
;(() => {
  "use strict"

  const url = new URL(document.currentScript.src)
  const home = url.search ? `https://cdn.jsdelivr.net/npm/${url.search.slice(1)}/dist/` : new URL("vendor/katex/", url)
  let loading = null

  /* Before the head, for two reasons: the styles of the site come later and rule, and Material's instant navigation
     takes out of the head what it does not know. */
  function add(name, attributes) {
    const element = Object.assign(document.createElement(name), attributes)
    return new Promise((resolve, reject) => {
      element.onload = resolve
      element.onerror = reject
      document.documentElement.prepend(element)
    })
  }

  function load() {
    const styles = add("link", { rel: "stylesheet", href: new URL("katex.min.css", home) })
    return Promise.all([styles, add("script", { src: new URL("katex.min.js", home) })])
  }

  function show(element) {
    const source = element.textContent.trim()
    const displayMode = source.startsWith("\\[")
    if (!displayMode && !source.startsWith("\\(")) return // shown already
    katex.render(source.slice(2, -2), element, { displayMode, throwOnError: false })
  }

  /* KaTeX breaks a formula in a line at its operators; a part between two of them may still be too wide. */
  function fit() {
    const parts = [...document.querySelectorAll("span.arithmatex > .katex .katex-base")]
    const widths = parts.map((part) => [part.scrollWidth, lineWidth(part)])
    parts.forEach((part, index) => part.classList.toggle("is-wide", widths[index][0] > widths[index][1]))
  }

  function lineWidth(element) {
    const block = element.parentElement
    return getComputedStyle(block).display === "inline" ? lineWidth(block) : block.clientWidth
  }

  /* The article's size changes with the window, with what is unfolded, and when fonts arrive. */
  const sizes = new ResizeObserver(fit)

  async function start() {
    sizes.disconnect()
    if (!document.querySelector(".arithmatex")) return
    try {
      await (loading ??= load())
    } catch {
      loading = null // the formulas stay as they are written, and the next page tries again
      return
    }
    document.querySelectorAll(".arithmatex").forEach(show)
    sizes.observe(document.querySelector("article") ?? document.body)
  }

  /* Material announces the pages that it fetches itself; of a page opened from disk it may say nothing. */
  start()
  window.document$?.subscribe(start)
})()
