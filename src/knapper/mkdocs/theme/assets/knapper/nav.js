/* The sidebar of a large vault, filled in the browser. partials/nav.html says what it reads. */
;(() => {
  "use strict"

  const site = new URL("../../", document.currentScript.src)
  const loads = new Map() // folder id -> promise of its entries
  const arrivals = new Map() // folder id -> what resolves that promise
  const opened = new Set() // folders that the reader opened, kept while pages change
  let filled = null // the sidebar of the current page
  let scrolled = 0

  /** Called by the file of each folder. */
  window.knapperNav = (id, entries) => arrivals.get(id)?.(entries)

  function load(id) {
    if (!loads.has(id)) loads.set(id, request(id))
    return loads.get(id)
  }

  /* A script and no fetch, which a page opened from disk may not use. */
  function request(id) {
    return new Promise((resolve, reject) => {
      const path = id.split("/").map(encodeURIComponent).join("/")
      const script = document.createElement("script")
      script.src = new URL(`assets/knapper/nav/${path}_.js`, site)
      script.onload = () => script.remove()
      script.onerror = () => {
        script.remove()
        loads.delete(id)
        reject(new Error(`no list of folder ${id}`))
      }
      arrivals.set(id, resolve)
      document.head.append(script)
    })
  }

  function element(name, className, ...children) {
    const node = document.createElement(name)
    node.className = className
    node.append(...children)
    return node
  }

  function link(title, url, here) {
    const a = element("a", "md-nav__link", element("span", "md-ellipsis", title))
    a.href = new URL(url, site)
    if (a.href === here.url) {
      a.classList.add("md-nav__link--active")
      a.setAttribute("aria-current", "page")
    }
    return a
  }

  /* The current page's item comes with the page, since it holds the table of contents. */
  function pageItem(title, url, here) {
    const a = link(title, url, here)
    return (a.ariaCurrent && here.item) || element("li", "md-nav__item", a)
  }

  function button(className, ...children) {
    const node = element("button", className, ...children)
    node.type = "button"
    return node
  }

  /* Material's structure and class names, with a button in place of its label. */
  function folderParts(title, level) {
    const item = element("li", "md-nav__item md-nav__item--nested")
    const toggle = element("input", "md-nav__toggle md-toggle")
    toggle.type = "checkbox"
    const opener = button("md-nav__link", element("span", "md-nav__icon md-icon"))
    opener.ariaLabel = title
    const row = element("div", "md-nav__link md-nav__container", opener)
    const back = button("md-nav__title", element("span", "md-nav__icon md-icon"), title)
    const list = element("ul", "md-nav__list")
    const panel = element("div", "md-nav", back, list)
    panel.dataset.mdLevel = level
    item.append(toggle, row, panel)
    return { item, toggle, opener, row, back, list, panel }
  }

  async function folderItem(title, url, id, level, here) {
    const { item, toggle, opener, row, back, list, panel } = folderParts(title, level)
    if (url) row.prepend(link(title, url, here))
    else opener.prepend(element("span", "md-ellipsis", title))

    const show = (open) => {
      toggle.checked = open
      opener.ariaExpanded = String(open)
      panel.inert = !open
      if (open) opened.add(id)
      else opened.delete(id)
    }
    const open = async () => {
      try {
        if (!list.hasChildNodes()) await fill(list, id, level + 1, here)
        show(true)
      } catch {
        show(false) // the list did not arrive: the reader may try again
      }
    }
    const wasOpen = opened.has(id)
    show(false)
    opener.addEventListener("click", () => (toggle.checked ? show(false) : open()))
    back.addEventListener("click", () => (show(false), opener.focus()))

    const active = here.folder.startsWith(id)
    item.classList.toggle("md-nav__item--active", active)
    if (active || wasOpen) await open()
    if (row.querySelector("[aria-current]") && here.item) {
      here.item.classList.add("md-nav__item--own") // shown in the drawer of a phone, for its table of contents
      list.prepend(here.item)
    }
    return item
  }

  async function fill(list, id, level, here) {
    const entries = await load(id)
    const items = entries.map(([title, url, folder]) =>
      folder === undefined ? pageItem(title, url, here) : folderItem(title, url, folder, level, here))
    list.replaceChildren(...(await Promise.all(items)))
  }

  /* The sidebar stays where it was from page to page, unless the current page would be out of sight. */
  function keepScroll(nav) {
    const pane = nav.closest(".md-sidebar__scrollwrap")
    const current = nav.querySelector("[aria-current]")
    pane.scrollTop = scrolled
    if (current) {
      const offset = current.getBoundingClientRect().top - pane.getBoundingClientRect().top
      if (offset < 0 || offset > pane.clientHeight - 48) pane.scrollTop += offset - pane.clientHeight / 2
    }
    pane.addEventListener("scroll", () => (scrolled = pane.scrollTop), { passive: true })
  }

  async function start() {
    const nav = document.querySelector("nav[data-knapper-folder]")
    if (!nav || nav === filled) return
    filled = nav
    const list = nav.querySelector(".md-nav__list")
    const item = list.querySelector(".md-nav__link--active")?.closest("li")
    item?.querySelector("a.md-nav__link--active")?.setAttribute("aria-current", "page")
    const { knapperFolder: folder, knapperPage: page } = nav.dataset
    const here = { folder, url: page === undefined ? null : new URL(page, site).href, item }
    try {
      await fill(list, "", 1, here)
    } catch {
      return // the links that came with the page stay
    }
    keepScroll(nav)
  }

  /* Material announces the pages that it fetches itself; of a page opened from disk it may say nothing. */
  start()
  window.document$?.subscribe(start)
})()
