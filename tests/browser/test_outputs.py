"""Outputs of snippets in notes, and the pages of snippets, as a reader has them."""

import io
from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from PIL import Image
from playwright.sync_api import Browser, Locator, Page, Route, expect

from tests.browser.harness import VIEWPORTS, Scheme, Visit, build, overflow, serve, violations, visit

CONFIG = """\
site_name: Outputs
site_url: {site_url}
docs_dir: vault
site_dir: site
repo_url: https://github.com/owner/project
edit_uri: ""
theme:
  name: material
  font: false
  features: [content.code.copy, navigation.instant]
  palette:
    - media: "(prefers-color-scheme: light)"
      scheme: default
      toggle: {{ icon: material/weather-night, name: Dark }}
    - media: "(prefers-color-scheme: dark)"
      scheme: slate
      toggle: {{ icon: material/weather-sunny, name: Light }}
plugins: [knapper]
"""
SNIPPET = """\
# %% [markdown]
# # Curves
# A curve of $x^2$, drawn and measured.
# %% name="curve" alt="A line that rises from 0 to 2"
import matplotlib.pyplot as plt
import pandas as pd
from matplotlib.animation import FuncAnimation
from small import rise

figure, axes = plt.subplots(figsize=(4, 3), layout="constrained")
axes.plot(rise())
axes.set_xlabel("Steps")
# %% name="table"
change = ["\u22123", "1,000", "12", "", "\u221220", "5e3"]
share = ["12 %", "3%", "inf", "0.5%", "-inf", "nan"]
inputs = {f"input {n}": [f"value {n}"] * 6 for n in range(6)}
pd.DataFrame({"name": ["item 10", "item 9", "b", "a", "d", "c"], "change": change, "share": share, **inputs})
# %%
print("wide " * 60)
# %% [markdown]
# ## At the end
# %% name="final.value"
rise()[-1] / 8
# %% name="ball" alt="A point that moves"
moving, ground = plt.subplots(figsize=(1, 1))
point, = ground.plot([0], [0], "o")
FuncAnimation(moving, lambda step: point.set_data([step], [step]), frames=3)
"""
BROKEN = '# %% [markdown]\n# # Broken\n# %%\nprint("so far")\n# %% name="lost"\nraise ValueError("no such thing")\n'
MODULE = 'def rise():\n    """Rise."""\n    return [0, 1, 2]\n'
OUTPUTS = """\
![[curves/curve|The curve]]

![[curves/table|The table]]

It ends at ![[curves/final.value]], as [[Plain]] says.

![[curves/ball|The ball]]

![[small.py#rise|How it rises]]

```python
of_a_block()
```
^block

A word[^1].

[^1]:
    ```python
    of_a_footnote()
    ```

![[broken/lost]]
"""
FILES = {
    "index.md": "[[Outputs]] [[Plain]]",
    "Outputs.md": OUTPUTS,
    "Plain.md": "Nothing but [[Outputs]] and [[snippets/curves.py|Curves]].",
    "Far.md": "A line.\n\n" * 300 + "![[curves/curve|Far below]]",
    "../snippets/curves.py": SNIPPET,
    "../snippets/broken.py": BROKEN,
    "../src/small.py": MODULE,
}
CURVE, BALL, STILL = "curves/curve.svg", "curves/ball.webp", "curves/ball.png"
NAMED = ("curve", "table", "final.value", "ball")
PAGES = ("outputs/", "snippets/curves/", "snippets/broken/", "snippets/")


@pytest.fixture(scope="module")
def base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Served before it is built: instant navigation needs the site's address, with its port."""
    folder = tmp_path_factory.mktemp("outputs")
    (folder / "site").mkdir()
    with serve(folder / "site") as address:
        build(folder, FILES, CONFIG.format(site_url=address))
        yield address


@pytest.fixture
def reader(browser: Browser, base: str, scheme: Scheme) -> Iterator[Visit]:
    """The site on a desktop, once in each colour scheme."""
    with visit(browser, base, VIEWPORTS["desktop"], scheme) as visitor:
        yield visitor


def _follow(page: Page, name: str) -> None:
    """Goes to another page by a link, and so by instant navigation."""
    page.evaluate("window.stays = true")
    page.locator("article").get_by_role("link", name=name, exact=True).first.click()
    expect(page.locator("article h1")).to_contain_text(name)
    assert page.evaluate("window.stays")


# Figures ------------------------------------------------------------------------------------------------------------


def _figure(page: Page) -> Locator:
    return page.locator('article img[src$="curve.svg"]')


def _luminance(colour: tuple[int, ...]) -> float:
    """Relative luminance (WCAG 2.2)."""
    parts = [part / 255 for part in colour[:3]]
    r, g, b = (part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def _ground_and_label(image: Locator) -> tuple[float, float]:
    """Luminance of the ground of a figure, and of the ink of the label below its axes."""
    image.scroll_into_view_if_needed()
    image.evaluate("image => image.decode()")
    picture: Any = Image.open(io.BytesIO(image.screenshot())).convert("RGB")
    strip = picture.crop((0, round(picture.height * 0.92), picture.width, picture.height - 1))
    colours = sorted((count, _luminance(colour)) for count, colour in strip.getcolors(strip.width * strip.height))
    ground = colours[-1][1]
    return ground, max((light for _, light in colours), key=lambda light: abs(light - ground))


def _assert_legible(image: Locator, scheme: str) -> None:
    ground, ink = _ground_and_label(image)
    assert (ground > ink) == (scheme == "light")
    assert (ground > 0.5) == (scheme == "light")
    assert (max(ground, ink) + 0.05) / (min(ground, ink) + 0.05) >= 4.5


@pytest.mark.parametrize("path", ["outputs/", "snippets/curves/"])
def test_a_figure_is_legible_in_the_colours_of_the_page(reader: Visit, scheme: Scheme, path: str) -> None:
    page, _ = reader.open(path)
    _assert_legible(_figure(page), scheme)


def test_a_figure_follows_the_palette_and_the_navigation(desktop: Visit) -> None:
    page, _ = desktop.open("outputs/")
    page.get_by_title("Dark").click()
    expect(page.locator("body")).to_have_attribute("data-md-color-scheme", "slate")
    _assert_legible(_figure(page), "dark")
    _follow(page, "Plain")
    _follow(page, "Curves")
    _assert_legible(_figure(page), "dark")
    page.go_back()
    _follow(page, "Outputs")
    _assert_legible(_figure(page), "dark")
    page.get_by_title("Light").click()
    _assert_legible(_figure(page), "light")


def _box(element: Locator) -> dict[str, float]:
    box = element.bounding_box()
    assert box
    return dict(box)  # type: ignore[arg-type]


def test_a_figure_has_its_room_before_it_arrives(visitor: Visit) -> None:
    held: list[Route] = []
    page = visitor.page
    page.route(f"**/{CURVE}", lambda route: held.append(route))
    page.goto(f"{visitor.base}outputs/", wait_until="domcontentloaded")
    page.wait_for_timeout(300)
    before = _box(page.locator(".output-figure").first)
    assert len(held) == 1
    assert _figure(page).evaluate("image => image.naturalWidth") == 0
    held[0].continue_()
    page.wait_for_function("document.querySelector('article img').naturalWidth > 0")
    assert _box(page.locator(".output-figure").first) == pytest.approx(before, abs=0.5)


def test_a_figure_far_below_is_not_loaded_yet(desktop: Visit) -> None:
    asked: list[str] = []
    desktop.page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    page, _ = desktop.open("far/")
    assert f"/{CURVE}" not in asked
    _figure(page).scroll_into_view_if_needed()
    page.wait_for_function("document.querySelector('article img').naturalWidth > 0")
    assert asked.count(f"/{CURVE}") == 1


@pytest.mark.parametrize(("motion", "shown"), [("no-preference", BALL), ("reduce", STILL)])
@pytest.mark.parametrize("path", ["outputs/", "snippets/curves/"])
def test_an_animation_rests_for_those_who_ask(desktop: Visit, path: str, motion: Any, shown: str) -> None:
    desktop.page.emulate_media(reduced_motion=motion)
    page, _ = desktop.open(path)
    ball = page.locator("article picture img")
    ball.scroll_into_view_if_needed()
    ball.evaluate("image => image.decode()")
    assert ball.evaluate("image => image.currentSrc") == desktop.base + shown
    assert ball.evaluate("image => image.naturalWidth") > 0


# Tables -------------------------------------------------------------------------------------------------------------

CHANGE = ["−3", "1,000", "12", "", "−20", "5e3"]


def _head(page: Page, name: str) -> Locator:
    return page.get_by_role("columnheader", name=name, exact=True)


def _column(page: Page, name: str) -> list[str]:
    column = _head(page, name).evaluate("head => head.cellIndex")
    cells = page.locator(f"article table.dataframe tbody tr > :nth-child({column + 1})")
    return [text.strip() for text in cells.all_text_contents()]


def _assert_sorts(page: Page) -> None:
    head = _head(page, "change")
    button = head.get_by_role("button")
    assert _column(page, "change") == CHANGE
    assert head.get_attribute("aria-sort") is None
    button.click()
    expect(head).to_have_attribute("aria-sort", "ascending")
    assert _column(page, "change") == ["−20", "−3", "12", "1,000", "5e3", ""]
    button.press("Enter")
    expect(head).to_have_attribute("aria-sort", "descending")
    assert _column(page, "change") == ["5e3", "1,000", "12", "−3", "−20", ""]
    button.press("Space")
    expect(head).not_to_have_attribute("aria-sort", "descending")
    assert _column(page, "change") == CHANGE


@pytest.mark.parametrize("path", ["outputs/", "snippets/curves/"])
def test_a_table_is_sorted_by_mouse_and_by_keys(desktop: Visit, path: str) -> None:
    page, _ = desktop.open(path)
    _assert_sorts(page)


def test_a_table_is_sorted_by_one_column_at_a_time(desktop: Visit) -> None:
    page, _ = desktop.open("outputs/")
    _head(page, "change").get_by_role("button").click()
    _head(page, "share").get_by_role("button").click()
    assert page.locator("[aria-sort]").count() == 1
    assert _column(page, "share") == ["-inf", "0.5%", "3%", "12 %", "inf", "nan"]
    _head(page, "name").get_by_role("button").click()
    assert _column(page, "name") == ["a", "b", "c", "d", "item 9", "item 10"]


def test_a_table_can_be_sorted_after_navigation(desktop: Visit) -> None:
    page, _ = desktop.open("plain/")
    _follow(page, "Outputs")
    _assert_sorts(page)
    _follow(page, "Plain")
    _follow(page, "Curves")
    _assert_sorts(page)
    assert desktop.errors == []


def test_a_table_scrolls_inside_itself_by_keys(phone: Visit) -> None:
    page, _ = phone.open("outputs/")
    assert overflow(page, 320) == 0
    scroller = page.locator(".output-scroll")
    assert scroller.evaluate("box => box.scrollWidth > box.clientWidth")
    scroller.focus()
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.querySelector('.output-scroll').scrollLeft > 0")


# Values, source, and what made them ---------------------------------------------------------------------------------


def _assert_cell_is_seen(page: Page, name: str) -> None:
    """That a cell is at the top of the window, below the header."""
    page.wait_for_url(f"**/snippets/curves/#{name}")
    cell = page.locator(f"[id='{name}']")
    expect(cell).to_be_in_viewport()
    page.wait_for_timeout(300)
    assert _box(cell)["y"] >= _box(page.locator(".md-header"))["height"] - 1


def test_a_value_leads_to_its_cell(desktop: Visit) -> None:
    page, _ = desktop.open("outputs/")
    value = page.locator(".output-value a")
    expect(value).to_have_text("0.25")
    value.click()
    _assert_cell_is_seen(page, "final.value")
    page.set_viewport_size({"width": 1280, "height": 400})
    page.goto(f"{desktop.base}snippets/curves/#final.value")
    _assert_cell_is_seen(page, "final.value")


def test_how_an_output_was_made_is_opened_by_keys(desktop: Visit) -> None:
    page, _ = desktop.open("outputs/")
    made = page.locator(".output-made").first
    expect(made.locator("dl")).not_to_be_visible()
    made.locator("summary").press("Enter")
    expect(made.locator("dl")).to_be_visible()
    expect(made).to_contain_text("snippets/curves.py, cell curve")
    made.locator("a").click()
    _assert_cell_is_seen(page, "curve")


def _copied(page: Page, code: Locator) -> str:
    """What is in the clipboard once the button of a code block has been pressed."""
    code.locator("button[data-md-type=copy]").press("Enter")
    page.wait_for_timeout(200)
    return str(page.evaluate("navigator.clipboard.readText()")).strip()


def test_source_can_be_copied_and_leads_to_its_file(desktop: Visit) -> None:
    page, _ = desktop.open("outputs/")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    source = page.locator(".output-source")
    assert _copied(page, source) == MODULE.strip()
    link = source.locator("a.output-file")
    expect(link).to_have_text("small.py#L1-L3")
    answer = page.request.get(urljoin(page.url, link.get_attribute("href")))
    assert (answer.status, answer.text()) == (200, MODULE)


def test_code_below_any_id_can_be_copied(desktop: Visit) -> None:
    page, _ = desktop.open("outputs/")
    page.context.grant_permissions(["clipboard-read", "clipboard-write"])
    assert _copied(page, page.locator("[id='^block']")) == "of_a_block()"
    assert _copied(page, page.locator(".footnote")) == "of_a_footnote()"
    page, _ = desktop.open("snippets/curves/")
    assert _copied(page, page.locator(".cell[id='final.value']")) == "rise()[-1] / 8"
    assert desktop.errors == []


def test_what_is_missing_says_why(desktop: Visit) -> None:
    page, _ = desktop.open("outputs/")
    missing = page.locator(".output-missing")
    expect(missing).to_contain_text("broken/lost is missing")
    expect(missing).to_contain_text("no such thing")
    page, _ = desktop.open("snippets/broken/")
    expect(page.locator(".snippet-state")).to_contain_text("ValueError: no such thing")
    expect(page.locator("article")).to_contain_text("so far")


# Pages of snippets --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
def test_pages_are_quiet_and_fit(reader: Visit, path: str) -> None:
    page, status = reader.open(path)
    assert status == 200
    assert [overflow(page, width) for width in (320, 390, 1280)] == [0, 0, 0]
    assert (reader.errors, reader.outside) == ([], [])


def test_downloads_answer_with_what_they_say(desktop: Visit) -> None:
    page, _ = desktop.open("snippets/curves/")
    links = page.locator("article a[download]").evaluate_all("links => links.map(link => link.href)")
    answers = {url.rpartition("/")[2]: page.request.get(url) for url in links}
    assert {name: answer.status for name, answer in answers.items()} == dict.fromkeys(
        ("curves.py", "curves.ipynb", "table.csv"), 200
    )
    assert answers["curves.py"].headers["content-type"].startswith("text/x-python")
    assert answers["curves.py"].text() == SNIPPET
    assert answers["table.csv"].headers["content-type"].startswith("text/csv")
    assert answers["table.csv"].text().startswith("name,change,share")
    assert answers["curves.ipynb"].json()["nbformat"] == 4


def test_cells_are_anchors_and_code_can_be_copied(desktop: Visit) -> None:
    page, _ = desktop.open("snippets/curves/")
    names = page.locator(".cell[id]").evaluate_all("cells => cells.map(cell => cell.id)")
    assert names == list(NAMED)
    for name in NAMED:
        page.locator(f".cell[id='{name}'] .cell-name").click()
        _assert_cell_is_seen(page, name)
    blocks = page.locator("article .cell .highlight")
    assert blocks.count() == blocks.locator("button").count() == 5


def test_the_repository_is_linked_and_not_asked(desktop: Visit) -> None:
    page, _ = desktop.open("plain/")
    expect(page.locator(".md-header__source a")).to_have_attribute("href", "https://github.com/owner/project")
    expect(page.locator(".md-header__source")).to_contain_text("GitHub")
    assert desktop.outside == []


# Accessibility ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("path", PAGES)
def test_axe_finds_nothing(reader: Visit, path: str) -> None:
    page, _ = reader.open(path)
    for details in page.locator("article details").all():
        details.evaluate("details => details.open = true")
    assert violations(page) == []
