"""Formulas and diagrams in the browser: what is loaded, when, and what it looks like."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.harness import VIEWPORTS, Scheme, Visit, build, overflow, serve, visit

CONFIG = """\
site_name: Library
site_url: {site_url}
docs_dir: vault
site_dir: site
use_directory_urls: {directory_urls}
theme:
  name: material
  font: false
  features: [{features}]
  palette:
    - media: "(prefers-color-scheme: light)"
      scheme: default
    - media: "(prefers-color-scheme: dark)"
      scheme: slate
plugins: [knapper]
extra_css: [mine.css]
"""
LONG = "x_{" + "y" * 200 + "}"
NOTES = {
    "index.md": "[[Formula]], [[Diagram]], [[Plain]].",
    "Plain.md": "Text and `$code$`. [[Formula]]",
    "Formula.md": "Euler: $e^x$\n\n$$\n\\sum_i i^2\n$$\n\n[[Diagram]]",
    "Diagram.md": "```mermaid\ngraph LR\n  A --> B\n  class A internal-link\n```\n\n[[Plain]]",
    "Wide.md": f"""\
A line with ${LONG}$ in it.

$$
{LONG}
$$

- An item: $$ {LONG} $$

> [!note]- Folded
> Here, ${LONG}$ too.
>
> $$
> {LONG}
> $$

```mermaid
graph LR
  {" --> ".join(f"Node{number}" for number in range(12))}
```
""",
    "Roots.md": r"$\sqrt{v} + \frac{1}{\sqrt{x^2}}$ and $\widehat{abc}$, $\overrightarrow{AB}$",
    "Broken.md": "```mermaid\ngraph LR\n  A --> --> [[[\n```\n\n```mermaid\ngraph LR\n  A --> B\n```\n",
    "Kinds.md": '```mermaid\ngraph LR\n  A --> B\n```\n\n```mermaid\npie\n  "A" : 1\n```\n',
    "A.md": "A note.",
    "mine.css": ".katex-display { text-align: right }",
}
# Material closes the shadow roots that it draws in.
OPEN_SHADOWS = """
const attach = Element.prototype.attachShadow
Element.prototype.attachShadow = function () { return attach.call(this, { mode: "open" }) }
"""
KATEX = "/assets/knapper/vendor/katex/katex.min.js"
MERMAID = "/assets/knapper/vendor/mermaid/mermaid.min.js"


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Served before it is built: instant navigation needs the site's address, with its port."""
    folder = tmp_path_factory.mktemp("library")
    (folder / "site").mkdir()
    with serve(folder / "site") as address:
        build(folder, NOTES, CONFIG.format(site_url=address, directory_urls="true", features="navigation.instant"))
        yield address


def _asked(page: Page) -> list[str]:
    """Records the paths that the page asks for, from now on."""
    paths: list[str] = []
    page.on("request", lambda request: paths.append(urlsplit(request.url).path))
    return paths


def _formulas(page: Page) -> Locator:
    return page.locator("article .arithmatex .katex")


def _diagrams(page: Page) -> Locator:
    """Drawn ones: Material puts them in place of the `pre` that holds the text."""
    return page.locator("article div.mermaid")


def _follow(page: Page, name: str) -> None:
    page.locator("article").get_by_role("link", name=name, exact=True).first.click()
    expect(page.locator("article h1")).to_have_text(name)


@pytest.mark.parametrize(
    ("path", "katex", "mermaid"), [("plain/", 0, 0), ("formula/", 1, 0), ("diagram/", 0, 1), ("wide/", 1, 1)]
)
def test_a_page_loads_what_it_needs(desktop: Visit, path: str, katex: int, mermaid: int) -> None:
    asked = _asked(desktop.page)
    page, _ = desktop.open(path)
    assert (asked.count(KATEX), asked.count(MERMAID)) == (katex, mermaid)
    assert bool(_formulas(page).count()) is bool(katex)
    assert bool(_diagrams(page).count()) is bool(mermaid)
    assert (desktop.errors, desktop.outside) == ([], [])


def test_pages_that_follow_have_them_too(desktop: Visit) -> None:
    asked = _asked(desktop.page)
    page, _ = desktop.open("plain/")
    page.evaluate("window.stays = true")
    for _ in range(2):
        _follow(page, "Formula")
        expect(_formulas(page)).to_have_count(2)
        assert "KaTeX" in str(_formulas(page).first.evaluate("element => getComputedStyle(element).fontFamily"))
        _follow(page, "Diagram")
        expect(_diagrams(page)).to_have_count(1)
        _follow(page, "Plain")
    assert page.evaluate("window.stays")
    assert (asked.count(KATEX), asked.count(MERMAID)) == (1, 1)
    assert (desktop.errors, desktop.outside) == ([], [])


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_katex_draws_has_its_size(browser: Browser, base: str, scheme: Scheme) -> None:
    with visit(browser, base, VIEWPORTS["desktop"], scheme) as visitor:
        page, _ = visitor.open("roots/")
        sizes = page.locator("article .katex svg").evaluate_all(
            "all => all.map(svg => { const box = svg.getBoundingClientRect(); return [box.width, box.height] })"
        )
    assert len(sizes) == 4
    assert all(width > 4 and height > 3 for width, height in sizes), sizes


def test_they_work_from_disk(browser: Browser, tmp_path: Path) -> None:
    build(tmp_path, NOTES, CONFIG.format(site_url='""', directory_urls="false", features=""))
    with visit(browser, "file://", VIEWPORTS["desktop"], "light") as visitor:
        page = visitor.page
        page.goto((tmp_path / "site/formula.html").as_uri())
        expect(_formulas(page)).to_have_count(2)
        _follow(page, "Diagram")
        expect(_diagrams(page)).to_have_count(1)
        assert (visitor.errors, visitor.outside) == ([], [])


def test_styles_of_the_user_come_after_those_of_katex(desktop: Visit) -> None:
    page, _ = desktop.open("formula/")
    display = page.locator(".katex-display")
    assert display.evaluate("element => getComputedStyle(element).textAlign") == "right"
    assert display.evaluate("element => getComputedStyle(element).display") == "block"


@pytest.mark.parametrize("width", [320, 1280])
def test_what_is_wide_scrolls_inside_itself(desktop: Visit, width: int) -> None:
    page, _ = desktop.open("wide/")
    page.locator("summary").click()
    expect(_formulas(page)).to_have_count(5)
    assert overflow(page, width) == 0
    scrolling = "all => all.filter(element => element.scrollWidth > element.clientWidth).length"
    assert page.locator("article .is-wide").evaluate_all(scrolling) == 2
    assert page.locator("article .arithmatex:has(> .katex-display)").evaluate_all(scrolling) == 3
    assert page.locator("article div.mermaid").evaluate_all(scrolling) == 1


def test_a_formula_that_fits_again_does_not_scroll(desktop: Visit) -> None:
    page, _ = desktop.open("wide/")
    expect(page.locator("article .is-wide")).to_have_count(2)
    page.set_viewport_size({"width": 6000, "height": 900})
    page.add_style_tag(content=".md-grid { max-width: none }")
    expect(page.locator("article .is-wide")).to_have_count(0)


def test_a_diagram_that_mermaid_does_not_understand_stays_as_written(desktop: Visit) -> None:
    page, _ = desktop.open("broken/")
    expect(page.get_by_text("A --> --> [[[")).to_be_visible()
    expect(_diagrams(page)).to_have_count(1)
    expect(page.get_by_text("Syntax error")).to_have_count(0)
    assert [error.partition(" on line")[0] for error in desktop.errors] == ["broken/: Parse error"]


def test_kinds_that_material_does_not_colour_are_inverted_in_the_dark(visitor: Visit, scheme: str) -> None:
    visitor.page.add_init_script(OPEN_SHADOWS)
    page, _ = visitor.open("kinds/")
    expect(_diagrams(page)).to_have_count(2)
    filters = _diagrams(page).locator("svg").evaluate_all("all => all.map(svg => getComputedStyle(svg).filter)")
    assert filters[0] == "none"
    assert (filters[1] != "none") is (scheme == "dark")


def test_a_link_in_a_diagram_leads_to_its_page(desktop: Visit) -> None:
    desktop.page.add_init_script(OPEN_SHADOWS)
    page, _ = desktop.open("diagram/")
    _diagrams(page).locator("a", has_text="A").click()
    expect(page.locator("article h1")).to_have_text("A")
