"""A built site, served on this machine and seen through a real Chromium."""

import html
import os
import re
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Literal

from playwright.sync_api import Browser, ConsoleMessage, Page, Playwright, Route, ViewportSize

from tools.testbed import AXE, NO_AXE, NO_CHROMIUM, find_chromium

Scheme = Literal["light", "dark"]

VIEWPORTS: dict[str, ViewportSize] = {
    "desktop": {"width": 1280, "height": 900},
    "phone": {"width": 390, "height": 844},
}
SCHEMES: tuple[Scheme, ...] = ("light", "dark")

# Without these, Chromium itself asks the network for updates and look-ups of its maker.
QUIET = [
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-gpu",
    "--disable-quic",
    "--disable-sync",
    "--no-first-run",
]

_VIOLATIONS = """
async () => (await axe.run()).violations.flatMap(
  ({ id, nodes }) => nodes.map(({ html, target }) => [id, String(target), html])
)
"""
_STOCK = {
    "aria-dialog-name": ('class="md-search"',),
    "landmark-unique": ('<nav class="md-nav', '<nav class="md-path', '<nav class="md-code__nav'),
}
"""What axe says of stock Material, by rule: how its elements begin."""

_REFRESH = re.compile(r"""<meta http-equiv=["']?refresh["']? content=["']\d+; *url=([^"']*)""", re.IGNORECASE)


class _QuietHandler(SimpleHTTPRequestHandler):
    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def serve(folder: Path) -> Iterator[str]:
    """Serves a folder on a free port of this machine; yields the address, `/` at its end."""
    handler = partial(_QuietHandler, directory=os.fspath(folder))
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/"
        server.shutdown()
        thread.join()


@contextmanager
def launch(playwright: Playwright) -> Iterator[Browser]:
    """Starts Chromium without a window.

    Raises:
        RuntimeError: There is no Chromium; the message says how to get one.
    """
    executable = find_chromium(playwright.chromium.executable_path)
    if executable is None:
        raise RuntimeError(NO_CHROMIUM)
    # The sandbox refuses to run as root.
    sandbox = os.name != "posix" or os.geteuid() != 0
    browser = playwright.chromium.launch(executable_path=executable, args=QUIET, chromium_sandbox=sandbox)
    with browser:
        yield browser


def build(folder: Path, notes: Mapping[str, str], config: str) -> None:
    """Builds the site of notes, by their path in `vault/` of a folder, into its `site/`, as `mkdocs.yml` says."""
    for path, text in notes.items():
        note = folder / "vault" / path
        note.parent.mkdir(parents=True, exist_ok=True)
        note.write_text(text, encoding="utf-8")
    (folder / "mkdocs.yml").write_text(config, encoding="utf-8")
    subprocess.run([sys.executable, "-m", "mkdocs", "build", "--quiet"], cwd=folder, check=True)


@dataclass
class Visit:
    """A tab and what went wrong on its pages, in one viewport and colour scheme."""

    base: str
    page: Page
    path: str = ""
    """Path of the page that was opened last."""
    errors: list[str] = field(default_factory=list)
    """Console errors, uncaught exceptions and answers from 400 on, each with the path of its page."""
    outside: list[str] = field(default_factory=list)
    """Addresses asked for outside the served site; none of these requests was let through."""

    def open(self, path: str) -> tuple[Page, int]:
        """Opens a page by its path in the site and waits until its network is quiet.

        Returns:
            The page, and the status with which the site answered.
        """
        status = self.start(path)
        self.settle()
        return self.page, status

    def start(self, path: str) -> int:
        """Opens a page as far as the site's answer, whose status it returns."""
        self.path = path
        answer = self.page.goto(self.base + path, wait_until="commit")
        assert answer is not None, "a page without an answer is only an anchor of the one that is open"
        return answer.status

    def settle(self) -> None:
        """Waits until the network is quiet."""
        self.page.wait_for_load_state("networkidle")

    def watch(self) -> None:
        """Starts to record errors and requests."""
        self.page.on("console", self._note_console)
        self.page.on("pageerror", lambda error: self._note(str(error)))
        self.page.on("response", lambda answer: self._note(f"{answer.status} {answer.url}") if not answer.ok else None)
        self.page.route("**/*", self._guard)

    def _note_console(self, message: ConsoleMessage) -> None:
        # What could not be loaded is recorded with its address, as an answer or as a request that was stopped.
        if message.type == "error" and not message.text.startswith("Failed to load resource"):
            self._note(message.text)

    def _note(self, message: str) -> None:
        self.errors.append(f"{self.path or '/'}: {message}")

    def _guard(self, route: Route) -> None:
        if route.request.url.startswith((self.base, "data:", "blob:")):
            route.continue_()
        else:
            self.outside.append(route.request.url)
            route.abort()


@contextmanager
def visits(browser: Browser, base: str, viewport: ViewportSize, scheme: Scheme, tabs: int) -> Iterator[list[Visit]]:
    """Opens fresh, watched tabs in the given viewport and colour scheme."""
    with browser.new_context(viewport=viewport, color_scheme=scheme) as context:
        opened = [Visit(base, context.new_page()) for _ in range(tabs)]
        for visit in opened:
            visit.watch()
        yield opened


@contextmanager
def visit(browser: Browser, base: str, viewport: ViewportSize, scheme: Scheme) -> Iterator[Visit]:
    """Opens a fresh, watched tab in the given viewport and colour scheme."""
    with visits(browser, base, viewport, scheme, tabs=1) as (visit,):
        yield visit


def overflow(page: Page, width: int) -> int:
    """By how many pixels the open page is wider than a window of this width: what a reader must scroll."""
    measure = "document.documentElement.scrollWidth - document.documentElement.clientWidth"
    page.set_viewport_size({"width": width, "height": 900})
    if page.evaluate(measure) > 0:
        page.wait_for_timeout(500)  # until what glides to its new place, such as the drawer of a phone, is there
    return int(page.evaluate(measure))


def violations(page: Page) -> list[tuple[str, str, str]]:
    """What axe finds on the open page, less what every page of stock Material has: rule, selector, and element."""
    assert AXE.exists(), NO_AXE
    page.evaluate(AXE.read_text(encoding="utf-8"))
    found = [(rule, at, what) for rule, at, what in page.evaluate(_VIOLATIONS)]
    return [one for one in found if not any(stock in one[2] for stock in _STOCK.get(one[0], ()))]


def page_paths(site: Path) -> list[str]:
    """Paths of a built site's pages, as their addresses end: `""`, `"optimizers/adam/"`, `"about.html"`.

    Redirects are left out, and so is `404.html`, whose own links hold only where the site is deployed.
    """
    pages = [page for page in site.rglob("*.html") if page != site / "404.html" and not redirect_target(page)]
    return sorted(page.relative_to(site).as_posix().removesuffix("index.html") for page in pages)


def redirect_target(page: Path) -> str | None:
    """Where a page of type `<meta http-equiv="refresh">` leads; None for any other page."""
    match = _REFRESH.search(page.read_text(encoding="utf-8"))
    return html.unescape(match[1]) if match else None
