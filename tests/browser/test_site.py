"""What must hold on every page of the built site."""

import gzip
import re
from dataclasses import dataclass
from pathlib import Path
from typing import cast
from urllib.parse import unquote, urldefrag, urljoin

import pytest
from playwright.sync_api import Browser, Page

from tests.browser.harness import VIEWPORTS, Visit, overflow, page_paths, redirect_target, violations, visits

# One crawl loads every page of the site; its time grows with the site.
pytestmark = pytest.mark.timeout(600)

# What a browser loads by itself; a player of YouTube is meant to be another site's.
FOREIGN = re.compile(
    r"""<(?:script|img|source|audio|video|track|embed)\b[^>]*\b(?:src|srcset|poster)=["']?((?:https?:)?//[^"'\s>]+)"""
    r"""|<link\b(?![^>]*rel="(?:canonical|edit|prev|next)")[^>]*\bhref=["']?((?:https?:)?//[^"'\s>]+)"""
)
WIDTHS = (320, 390, 1280)
# Most of which wait for the network to be quiet.
TABS = 6


@dataclass(frozen=True)
class Seen:
    """What one page showed."""

    url: str
    status: int
    ids: frozenset[str]
    links: frozenset[str]
    """Addresses of its links, as written."""
    overflow: dict[int, int]
    """Pixels by which the page is too wide, by width of the window."""


@dataclass(frozen=True)
class Crawl:
    """Every page of the site, each opened once, and what went wrong."""

    pages: dict[str, Seen]
    errors: list[str]
    outside: set[str]


def _values(page: Page, selector: str, attribute: str) -> frozenset[str]:
    script = f"all => all.map(element => element.getAttribute({attribute!r}))"
    return frozenset(cast("list[str]", page.eval_on_selector_all(selector, script)))


def _see(visit: Visit, status: int, widths: tuple[int, ...]) -> Seen:
    visit.settle()
    ids, links = _values(visit.page, "[id]", "id"), _values(visit.page, "a[href]", "href")
    wide = {width: overflow(visit.page, width) for width in widths}
    return Seen(visit.base + visit.path, status, ids, links, wide)


def _crawl(tabs: list[Visit], site: Path, widths: tuple[int, ...] = ()) -> Crawl:
    pages: dict[str, Seen] = {}
    paths = page_paths(site)
    for start in range(0, len(paths), len(tabs)):
        opened = [(tab, tab.start(path)) for tab, path in zip(tabs, paths[start:], strict=False)]
        pages |= {tab.path: _see(tab, status, widths) for tab, status in opened}
    return Crawl(pages, [error for tab in tabs for error in tab.errors], {url for tab in tabs for url in tab.outside})


@pytest.fixture(scope="module")
def by_day(browser: Browser, base: str, site: Path) -> Crawl:
    """The whole site on a desktop, in light colours."""
    with visits(browser, base, VIEWPORTS["desktop"], "light", TABS) as tabs:
        return _crawl(tabs, site, WIDTHS)


@pytest.fixture(scope="module")
def by_night(browser: Browser, base: str, site: Path) -> Crawl:
    """The whole site on a phone, in dark colours."""
    with visits(browser, base, VIEWPORTS["phone"], "dark", TABS) as tabs:
        return _crawl(tabs, site)


def _leads_somewhere(url: str, base: str, site: Path, crawl: Crawl) -> bool:
    """Whether an address outside the site was meant, or a page with that anchor, or another file."""
    address, anchor = urldefrag(url)
    if not address.startswith(base):
        return True
    path = unquote(address.removeprefix(base))
    seen = crawl.pages.get(path)
    if seen is None:
        return (site / path).is_file()
    return not anchor or unquote(anchor) in seen.ids


def test_every_page_answers(by_day: Crawl) -> None:
    assert "" in by_day.pages
    assert {path: seen.status for path, seen in by_day.pages.items() if seen.status != 200} == {}


def test_the_navigation_leads_to_pages(desktop: Visit, by_day: Crawl) -> None:
    page, _ = desktop.open("")
    urls = {urldefrag(urljoin(desktop.base, href)).url for href in _values(page, ".md-nav a[href]", "href")}
    targets = {unquote(url.removeprefix(desktop.base)) for url in urls}
    assert len(targets) > 1
    assert targets <= by_day.pages.keys()


def test_every_link_leads_to_a_page_and_an_anchor(base: str, site: Path, by_day: Crawl) -> None:
    links = [(path or "/", urljoin(seen.url, href)) for path, seen in by_day.pages.items() for href in seen.links]
    assert [link for link in links if not _leads_somewhere(link[1], base, site, by_day)] == []


def test_every_redirect_leads_to_a_page(base: str, site: Path, by_day: Crawl) -> None:
    redirects = {page: target for page in site.rglob("*.html") if (target := redirect_target(page))}
    urls = {urljoin(base + page.relative_to(site).as_posix(), target) for page, target in redirects.items()}
    assert [url for url in urls if not _leads_somewhere(url, base, site, by_day)] == []


@pytest.mark.parametrize("width", WIDTHS)
def test_no_page_scrolls_sideways(by_day: Crawl, width: int) -> None:
    wide = {path: seen.overflow[width] for path, seen in by_day.pages.items() if seen.overflow[width] > 0}
    assert wide == {}


def test_no_page_reports_an_error(by_day: Crawl, by_night: Crawl) -> None:
    assert by_day.errors + by_night.errors == []


def test_no_request_leaves_the_site(by_day: Crawl, by_night: Crawl) -> None:
    assert by_day.outside | by_night.outside == set()


def test_no_page_names_a_file_of_another_site(site: Path) -> None:
    pages = {path: path.read_text(encoding="utf-8") for path in site.rglob("*.html")}
    named = {str(path.relative_to(site)): found for path, html in pages.items() if (found := FOREIGN.findall(html))}
    assert {path: urls for path, urls in named.items() if urls} == {}


def test_pages_of_snippets_are_small(site: Path) -> None:
    pages = [page for page in site.glob("snippets/**/index.html") if page.parent.name != "snippets"]
    assert pages
    sizes = {page.parent.name: len(gzip.compress(page.read_bytes())) for page in pages}
    assert {name: size for name, size in sizes.items() if size >= 60_000} == {}


@pytest.mark.parametrize("path", ["optimizers/adam/", "snippets/adam/"])
def test_axe_finds_nothing(visitor: Visit, path: str) -> None:
    page, _ = visitor.open(path)
    assert violations(page) == []


def test_the_page_follows_the_colour_scheme_of_the_device(visitor: Visit, scheme: str) -> None:
    page, _ = visitor.open("")
    shown = page.evaluate("document.body.getAttribute('data-md-color-scheme')")
    assert shown == {"light": "default", "dark": "slate"}[scheme]
