"""What the styles promise of Obsidian's constructs."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.browser.harness import Visit, build, overflow, serve

CONFIG = """\
site_name: Styles
docs_dir: vault
site_dir: site
theme:
  name: material
  font: false
  palette:
    - media: "(prefers-color-scheme: light)"
      scheme: default
    - media: "(prefers-color-scheme: dark)"
      scheme: slate
plugins:
  - knapper:
      math: none
extra_css: [snippet.css]
"""
# As Obsidian's help writes it.
SNIPPET = '.callout[data-callout="my-type"] { --callout-color: rgb(1, 2, 3); --callout-icon: lucide-alert-circle; }'
WIDE = "x" * 400
NOTE = f"""\
> [!note]
> Plain.

> [!my-type]
> Mine.

> [!tldr]
> An alias.

> [!faq]- Folded
> Answer.

- [x] Done
- [ ] Open
- [?] Why

[[Nowhere]] and [[Styles]]

| {WIDE} | b |
|---|---|
| 1 | 2 |

```text
{WIDE}
```

$$
{WIDE}
$$

A block. ^here
"""
# Colours that people tell apart only with a contrast of 4.5 to 1 (WCAG 2.2, 1.4.3), computed as defined there.
CONTRAST = """
element => {
  const canvas = new OffscreenCanvas(1, 1).getContext("2d", { willReadFrequently: true })
  const paint = color => { canvas.fillStyle = color; canvas.fillRect(0, 0, 1, 1) }
  const light = () => {
    const [r, g, b] = [...canvas.getImageData(0, 0, 1, 1).data].map(value => value / 255)
      .map(value => value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b
  }
  const grounds = []
  for (let node = element; node; node = node.parentElement) grounds.unshift(getComputedStyle(node).backgroundColor)
  paint("white"); grounds.forEach(paint)
  const ground = light()
  paint(getComputedStyle(element).color)
  const [dark, bright] = [ground, light()].sort((a, b) => a - b)
  return (bright + 0.05) / (dark + 0.05)
}
"""


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("styles")
    build(folder, {"Styles.md": NOTE, "snippet.css": SNIPPET}, CONFIG)
    return folder / "site"


@pytest.fixture(scope="module")
def base(site: Path) -> Iterator[str]:
    with serve(site) as address:
        yield address


def _style(page: Page, selector: str, name: str) -> str:
    return str(page.locator(selector).evaluate(f"element => getComputedStyle(element).{name}"))


def _mark(page: Page, callout: str) -> str:
    return _style(page, f'[data-callout="{callout}"] .callout-icon', "maskImage")


def test_a_snippet_gives_a_callout_its_colour(desktop: Visit) -> None:
    page, _ = desktop.open("styles/")
    assert _style(page, '[data-callout="my-type"] .callout-icon', "backgroundColor") == "rgb(1, 2, 3)"
    assert _style(page, '[data-callout="note"] .callout-icon', "backgroundColor") != "rgb(1, 2, 3)"


def test_an_unknown_type_looks_like_a_note_and_an_alias_like_its_type(desktop: Visit) -> None:
    page, _ = desktop.open("styles/")
    assert _mark(page, "my-type") == _mark(page, "note")
    assert _mark(page, "tldr") not in ("none", _mark(page, "note"))


def test_a_folded_callout_opens_by_keyboard_and_on_paper(desktop: Visit) -> None:
    page, _ = desktop.open("styles/")
    answer = page.get_by_text("Answer.")
    expect(answer).not_to_be_visible()
    page.emulate_media(media="print")
    expect(answer).to_be_visible()
    page.emulate_media(media="screen")
    page.locator("summary").press("Enter")
    expect(answer).to_be_visible()


def test_task_markers_have_signs_of_their_own(desktop: Visit) -> None:
    page, _ = desktop.open("styles/")
    script = "all => all.map(item => getComputedStyle(item, '::before').maskImage)"
    signs = page.locator(".task-list-indicator").evaluate_all(script)
    assert len(set(signs)) == 3


def test_only_what_leads_somewhere_looks_like_a_link(desktop: Visit) -> None:
    page, _ = desktop.open("styles/")
    assert _style(page, ".unresolved-link", "color") != _style(page, "article p .internal-link", "color")
    assert _style(page, "article p .internal-link", "textDecorationStyle") == "solid"
    assert _style(page, ".unresolved-link", "textDecorationStyle") == "dotted"


@pytest.mark.parametrize("width", [320, 1280])
def test_wide_blocks_scroll_by_themselves(desktop: Visit, width: int) -> None:
    page, _ = desktop.open("styles/")
    assert overflow(page, width) == 0


def test_a_block_that_is_linked_to_is_marked(desktop: Visit) -> None:
    page, _ = desktop.open("styles/#^here")
    assert _style(page, ":target", "animationName") == "knapper-flash"


@pytest.mark.parametrize(
    "selector", [".callout-title-inner >> nth=0", ".callout-title-inner >> nth=2", ".unresolved-link", ".md-copyright"]
)
def test_text_stands_out(visitor: Visit, selector: str) -> None:
    page, _ = visitor.open("styles/")
    assert float(page.locator(selector).evaluate(CONTRAST)) >= 4.5


def test_text_stands_out_on_paper(visitor: Visit) -> None:
    page, _ = visitor.open("styles/")
    page.emulate_media(media="print")
    for title in page.locator(".callout-title-inner").all():
        assert float(title.evaluate(CONTRAST)) >= 4.5
