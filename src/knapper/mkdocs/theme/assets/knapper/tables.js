/* Tables of snippets can be sorted by their columns: by numbers where there are numbers, else by words. */
;(() => {
  "use strict"

  const words = new Intl.Collator(document.documentElement.lang || undefined, { numeric: true })
  const NEXT = { none: "ascending", ascending: "descending", descending: "none" }

  const text = (cell) => cell?.textContent.trim() ?? ""

  function number(value) {
    const plain = value.replace(/[,_\s%]/g, "").replaceAll("−", "-").replace(/±.*/, "").replace(/inf$/i, "Infinity")
    return plain === "" ? NaN : Number(plain)
  }

  /* What is no number, in a column of numbers, comes last in either order. */
  function sorted(rows, column, direction) {
    const sign = direction === "descending" ? -1 : 1
    const isNumeric = rows.some((row) => row.cells[column]?.classList.contains("is-number"))
    const key = (row) => (isNumeric ? number(text(row.cells[column])) : text(row.cells[column]))
    const compare = ([a], [b]) =>
      isNumeric ? Number.isNaN(a) - Number.isNaN(b) || sign * (a - b) || 0 : sign * words.compare(a, b)
    return rows.map((row) => [key(row), row]).sort(compare).map(([, row]) => row)
  }

  /* Cells that reach over several columns or rows have no order. */
  function isPlain(table) {
    const [body, ...others] = table.tBodies
    const cells = [...table.rows].flatMap((row) => [...row.cells])
    return (
      table.tHead?.rows.length === 1 &&
      others.length === 0 &&
      body?.rows.length > 1 &&
      cells.every((cell) => cell.colSpan === 1 && cell.rowSpan === 1)
    )
  }

  function prepare(table) {
    if (table.dataset.sortable || !isPlain(table)) return
    table.dataset.sortable = "true"
    const body = table.tBodies[0]
    const original = [...body.rows]
    const heads = [...table.tHead.rows[0].cells].filter((head) => text(head))
    for (const head of heads) {
      const button = Object.assign(document.createElement("button"), { type: "button", className: "output-sort" })
      button.append(...head.childNodes)
      head.append(button)
      button.addEventListener("click", () => {
        const direction = NEXT[head.getAttribute("aria-sort") ?? "none"]
        for (const other of heads) other.removeAttribute("aria-sort")
        if (direction !== "none") head.setAttribute("aria-sort", direction)
        body.append(...(direction === "none" ? original : sorted(original, head.cellIndex, direction)))
      })
    }
  }

  const start = () => document.querySelectorAll(".output-table table, table.dataframe").forEach(prepare)

  /* Material announces the pages that it fetches itself; of a page opened from disk it may say nothing. */
  start()
  window.document$?.subscribe(start)
})()
