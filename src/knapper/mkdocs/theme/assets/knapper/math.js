/* Formulas by KaTeX, from the generic form of arithmatex: \(…\) in a line, \[…\] on its own. */
;(() => {
  "use strict"

  function show(element) {
    const source = element.textContent.trim()
    const displayMode = source.startsWith("\\[")
    if (!displayMode && !source.startsWith("\\(")) return // shown already
    katex.render(source.slice(2, -2), element, { displayMode, throwOnError: false })
  }

  function start() {
    if (window.katex) document.querySelectorAll(".arithmatex").forEach(show)
  }

  /* Material announces the pages that it fetches itself; of a page opened from disk it may say nothing. */
  start()
  window.document$?.subscribe(start)
})()
