"""Pictures of a built site, to be looked at: pages on a desktop and a phone, in light and in dark colours.

`python -m tests.browser.screenshots SITE_DIR OUT_DIR [PATH ...]`, each path as its address ends
(`optimizers/adam/`); without one, all pages.
"""

import argparse
from itertools import product
from pathlib import Path

from playwright.sync_api import sync_playwright

from tests.browser.harness import SCHEMES, VIEWPORTS, Visit, launch, page_paths, serve, visit


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Takes pictures of a built site.")
    parser.add_argument("site", type=Path, help="folder of the built site")
    parser.add_argument("out", type=Path, help="folder for the pictures")
    parser.add_argument("paths", nargs="*", help="pages, as addresses end: optimizers/adam/ (default: all)")
    parser.add_argument("--fold", action="store_true", help="only what the window shows, not the whole page")
    return parser.parse_args()


def _shoot(visit: Visit, path: str, out: Path, suffix: str, whole: bool) -> None:
    page, _ = visit.open(path)
    name = path.strip("/").replace("/", "-") or "home"
    page.screenshot(path=out / f"{name}.{suffix}.png", full_page=whole)


def main() -> None:
    """Writes `<page>.<viewport>.<scheme>.png` for each page into the folder for pictures."""
    arguments = _arguments()
    arguments.out.mkdir(parents=True, exist_ok=True)
    paths = arguments.paths or page_paths(arguments.site)
    with sync_playwright() as playwright, launch(playwright) as browser, serve(arguments.site) as base:
        for (viewport, size), scheme in product(VIEWPORTS.items(), SCHEMES):
            with visit(browser, base, size, scheme) as visitor:
                for path in paths:
                    _shoot(visitor, path, arguments.out, f"{viewport}.{scheme}", not arguments.fold)
                for problem in sorted({*visitor.errors, *visitor.outside}):
                    print(f"{viewport} {scheme}: {problem}")


if __name__ == "__main__":
    main()
