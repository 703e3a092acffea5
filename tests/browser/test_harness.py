"""The harness must see what goes wrong, or the tests of the site prove nothing."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser

from tests.browser.harness import VIEWPORTS, Visit, overflow, page_paths, redirect_target, serve, visit

HEAD = "<!doctype html><link rel=icon href=data:,>"
PAGES = {
    "index.html": f"{HEAD}<title>Fine</title><p>Fine.",
    "console/index.html": f"{HEAD}<script>console.error('spilled')</script>",
    "thrown/index.html": f"{HEAD}<script>throw new Error('torn')</script>",
    "lost/index.html": f"{HEAD}<img src=lost.png>",
    "outside/index.html": f"{HEAD}<img src=http://example.invalid/x.png>",
    "wide/index.html": f"{HEAD}<div style='width: 700px'>Wide</div>",
}


@pytest.fixture
def small_site(tmp_path: Path) -> Path:
    for name, html in PAGES.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(html)
    return tmp_path


@pytest.fixture
def visitor(browser: Browser, small_site: Path) -> Iterator[Visit]:
    with serve(small_site) as base, visit(browser, base, VIEWPORTS["phone"], "dark") as visitor:
        yield visitor


def test_pages_are_listed_as_their_addresses_end(small_site: Path) -> None:
    (small_site / "404.html").touch()
    (small_site / "old.html").write_text('<meta http-equiv="refresh" content="0; url=wide/?a&amp;b">')
    (small_site / "lost" / "other.html").touch()
    assert redirect_target(small_site / "old.html") == "wide/?a&b"
    assert page_paths(small_site) == [
        "",
        "console/",
        "lost/",
        "lost/other.html",
        "outside/",
        "thrown/",
        "wide/",
    ]


def test_a_sound_page_is_silent(visitor: Visit) -> None:
    page, _ = visitor.open("")
    assert page.title() == "Fine"
    assert page.evaluate("matchMedia('(prefers-color-scheme: dark)').matches")
    assert (visitor.errors, visitor.outside, overflow(page, 320)) == ([], [], 0)


@pytest.mark.parametrize(
    ("path", "error"),
    [("console/", "spilled"), ("thrown/", "torn"), ("lost/", "404 "), ("not-there/", "404 ")],
)
def test_an_error_is_recorded_with_its_page(visitor: Visit, path: str, error: str) -> None:
    visitor.open(path)
    assert len(visitor.errors) == 1
    assert visitor.errors[0].startswith(f"{path}: {error}")


def test_a_request_that_leaves_the_site_is_recorded_and_stopped(visitor: Visit) -> None:
    visitor.open("outside/")
    assert (visitor.errors, visitor.outside) == ([], ["http://example.invalid/x.png"])


def test_overflow_is_measured_in_pixels(visitor: Visit) -> None:
    page, _ = visitor.open("wide/")
    assert overflow(page, 390) > 300
    assert overflow(page, 1280) == 0
