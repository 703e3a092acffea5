"""The sidebar of a large vault: one small file per folder, shown by a script."""

from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urldefrag, urljoin, urlsplit

import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.browser.harness import VIEWPORTS, Visit, build, serve, visit

CONFIG = """\
site_name: Library
site_url: {site_url}
docs_dir: vault
site_dir: site
use_directory_urls: {directory_urls}
theme:
  name: material
  font: false
  features: [navigation.instant]
plugins:
  - knapper:
      sidebar: shared
      math: none
"""
NOTES = {
    "index.md": "The way in: [[Adam]].",
    "Optimizers/index.md": "A folder with a page of its own.\n\n## Which one\n\nAny.",
    "Optimizers/Adaptive/Adam.md": "Like [[RMSprop]].\n\n## Update rule\n\nText.\n\n## Bias\n\nText.",
    "Optimizers/Adaptive/RMSprop.md": "Before [[Adam]].",
    "Optimizers/Momentum.md": "It rolls.",
    "Über Daten/Größe & Maß.md": "A name to escape.",
    "Layers/Dense.md": "All to all.",
}
ADAM = "optimizers/adaptive/adam/"
CURRENT = "nav.md-nav--primary [aria-current=page]"


def _build(folder: Path, **settings: object) -> None:
    build(folder, NOTES, CONFIG.format(**settings))


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("library") / "site"


@pytest.fixture(scope="module")
def base(site: Path) -> Iterator[str]:
    """Served before it is built: instant navigation needs the site's address, with its port."""
    site.mkdir()
    with serve(site) as address:
        _build(site.parent, site_url=address, directory_urls="true")
        yield address


def _sidebar(page: Page) -> Locator:
    return page.locator("nav.md-nav--primary")


def _folder(page: Page, name: str) -> Locator:
    return _sidebar(page).locator("button[aria-expanded]").and_(page.get_by_role("button", name=name, exact=True))


def _note(page: Page, name: str) -> Locator:
    return _sidebar(page).get_by_role("link", name=name, exact=True)


def _lists(page: Page) -> list[str]:
    """Records the files of folders that the page asks for, from now on."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(urlsplit(request.url).path))
    return asked


@pytest.mark.usefixtures("base")
def test_a_page_names_no_note_of_another_folder(site: Path) -> None:
    page = (site / ADAM / "index.html").read_text(encoding="utf-8")
    assert "Momentum" not in page
    assert "Dense" not in page


def test_the_branch_of_the_current_page_is_open(desktop: Visit) -> None:
    page, _ = desktop.open(ADAM)
    expect(page.locator(CURRENT)).to_have_text("Adam")
    expect(_note(page, "RMSprop")).to_be_visible()
    expect(_note(page, "Momentum")).to_be_visible()
    expect(_folder(page, "Adaptive")).to_have_attribute("aria-expanded", "true")
    expect(_folder(page, "Layers")).to_have_attribute("aria-expanded", "false")
    assert desktop.errors == []


def test_the_list_of_a_folder_is_loaded_when_it_is_opened(desktop: Visit) -> None:
    asked = _lists(desktop.page)
    page, _ = desktop.open(ADAM)
    expect(page.locator(CURRENT)).to_be_visible()
    assert "/assets/knapper/nav/layers/_.js" not in asked
    _folder(page, "Layers").click()
    expect(_note(page, "Dense")).to_be_visible()
    assert asked.count("/assets/knapper/nav/layers/_.js") == 1


def test_the_keyboard_opens_and_closes_a_folder(desktop: Visit) -> None:
    page, _ = desktop.open(ADAM)
    folder = _folder(page, "Layers")
    folder.press("Enter")
    expect(folder).to_have_attribute("aria-expanded", "true")
    page.keyboard.press("Tab")
    expect(_note(page, "Dense")).to_be_focused()
    folder.press("Space")
    expect(folder).to_have_attribute("aria-expanded", "false")
    page.keyboard.press("Tab")
    expect(_note(page, "Dense")).not_to_be_focused()


def test_opened_folders_stay_open_from_page_to_page(desktop: Visit) -> None:
    asked = _lists(desktop.page)
    page, _ = desktop.open(ADAM)
    _folder(page, "Layers").click()
    expect(_note(page, "Dense")).to_be_visible()
    _note(page, "RMSprop").click()
    expect(page.locator(CURRENT)).to_have_text("RMSprop")
    expect(_note(page, "Dense")).to_be_visible()
    assert asked.count("/assets/knapper/nav/layers/_.js") == 1
    assert asked.count("/assets/knapper/nav/_.js") == 1


def test_names_are_text_in_any_script(desktop: Visit) -> None:
    page, _ = desktop.open(ADAM)
    _folder(page, "Über Daten").click()
    _note(page, "Größe & Maß").click()
    expect(page.locator(CURRENT)).to_have_text("Größe & Maß")
    expect(page.locator("article h1")).to_have_text("Größe & Maß")
    assert desktop.errors == []


def test_every_link_leads_to_a_page(desktop: Visit) -> None:
    page, _ = desktop.open(ADAM)
    for name in ("Layers", "Über Daten"):
        _folder(page, name).click()
    expect(_note(page, "Größe & Maß")).to_be_visible()
    hrefs = _sidebar(page).locator("a").evaluate_all("links => links.map(link => link.getAttribute('href'))")
    urls = {urldefrag(urljoin(page.url, href)).url for href in hrefs}
    assert len(urls) == 10
    assert {url: page.request.get(url).status for url in urls} == dict.fromkeys(urls, 200)


def test_the_drawer_of_a_phone_goes_back_to_the_folder_above(phone: Visit) -> None:
    page, _ = phone.open(ADAM)
    page.locator("header label[for=__drawer]").click()
    expect(_note(page, "RMSprop")).to_be_in_viewport()
    page.locator("button.md-nav__title", has_text="Adaptive").click()
    expect(_folder(page, "Adaptive")).to_be_focused()
    expect(_note(page, "Momentum")).to_be_in_viewport()
    _folder(page, "Adaptive").click()
    expect(_note(page, "RMSprop")).to_be_in_viewport()


@pytest.mark.parametrize(("path", "entry"), [(ADAM, "Update rule"), ("optimizers/", "Which one")])
def test_the_drawer_of_a_phone_has_the_table_of_contents(phone: Visit, path: str, entry: str) -> None:
    page, _ = phone.open(path)
    page.locator("header label[for=__drawer]").click()
    page.locator("label[for=__toc]").first.click()
    expect(_note(page, entry)).to_be_in_viewport()


def test_without_the_files_the_folders_above_are_linked(desktop: Visit) -> None:
    desktop.page.route("**/assets/knapper/nav/**", lambda route: route.abort())
    page, _ = desktop.open(ADAM)
    expect(_note(page, "Optimizers")).to_be_visible()
    expect(_note(page, "Adaptive")).to_be_visible()


def test_a_folder_whose_file_did_not_arrive_can_be_tried_again(desktop: Visit) -> None:
    page, _ = desktop.open(ADAM)
    page.route("**/nav/layers/_.js", lambda route: route.abort(), times=1)
    folder = _folder(page, "Layers")
    with page.expect_event("requestfailed"):
        folder.click()
    expect(folder).to_have_attribute("aria-expanded", "false")
    folder.click()
    expect(_note(page, "Dense")).to_be_visible()


def test_without_scripts_the_folders_above_are_linked(browser: Browser, base: str) -> None:
    with browser.new_context(viewport=VIEWPORTS["desktop"], java_script_enabled=False) as context:
        page = context.new_page()
        page.goto(base + ADAM)
        _note(page, "Optimizers").click()
        expect(page.locator("article h1")).to_have_text("Optimizers")


def test_the_sidebar_works_from_disk(browser: Browser, tmp_path: Path) -> None:
    _build(tmp_path, site_url='""', directory_urls="false")
    with visit(browser, "file://", VIEWPORTS["desktop"], "light") as visitor:
        page = visitor.page
        page.goto((tmp_path / "site/optimizers/adaptive/adam.html").as_uri())
        expect(page.locator(CURRENT)).to_have_text("Adam")
        _folder(page, "Layers").click()
        _note(page, "Dense").click()
        expect(page.locator(CURRENT)).to_have_text("Dense")
        assert visitor.errors == []
