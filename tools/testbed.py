"""What the tests need beyond Python packages: a Chromium, the libraries of sites, the CommonMark examples, axe.

`python -m tools.testbed` fetches what is missing, and says what to do where it cannot.
"""

import os
import shutil
import sys

from playwright.sync_api import sync_playwright

from tools.libraries import ensure_libraries
from tools.npm import ROOT, fetch, run

SPEC_PACKAGE = "commonmark-spec@0.31.2"
SPEC = ROOT / ".cache" / SPEC_PACKAGE / "spec.txt"
AXE_PACKAGE = "axe-core@4.11.0"
AXE = ROOT / ".cache" / AXE_PACKAGE / "axe.min.js"
"""The script that finds what keeps people from using a page."""

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_CHROMIUM = (
    "No Chromium was found. Install one (Debian: apt-get install chromium; elsewhere Google Chrome or "
    "`.venv/bin/playwright install chromium`), or set CHROMIUM to the path of its executable."
)
NO_SPEC = f"The CommonMark examples are not in {SPEC.relative_to(ROOT)}. Fetch them with `make testbed`."
NO_AXE = f"{AXE.relative_to(ROOT)} is not there. Fetch it with `make testbed`."


def find_chromium(bundled: str | None = None) -> str | None:
    """Finds a Chromium: the one that `$CHROMIUM` names, else one on PATH, else `bundled` where it exists.

    Args:
        bundled: Path at which Playwright would put a browser of its own.
    """
    named = os.environ.get("CHROMIUM")
    candidates = (named,) if named else (*CHROMIUM_NAMES, bundled)
    return next((path for name in candidates if name and (path := shutil.which(name))), None)


def _bundled_chromium() -> str:
    with sync_playwright() as playwright:
        return playwright.chromium.executable_path


def _ensure_chromium() -> str | None:
    """Returns what is wrong, or None once there is a Chromium."""
    if find_chromium() or find_chromium(_bundled_chromium()):
        return None
    if os.environ.get("CHROMIUM"):
        return f"CHROMIUM={os.environ['CHROMIUM']} is no executable."
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    if root and shutil.which("apt-get") and run("apt-get", "update", "--quiet"):
        run("apt-get", "install", "--yes", "--quiet", "chromium")
    if not find_chromium():
        # With the system's libraries for root only: others would be asked for a password.
        run(sys.executable, "-m", "playwright", "install", *(["--with-deps"] if root else []), "chromium")
    return None if find_chromium(_bundled_chromium()) else NO_CHROMIUM


def _ensure_spec() -> str | None:
    """Returns what is wrong, or None once the CommonMark examples lie in `.cache/`."""
    return None if SPEC.exists() else fetch(SPEC_PACKAGE, [SPEC.name], SPEC.parent)


def _ensure_axe() -> str | None:
    """Returns what is wrong, or None once axe lies in `.cache/`."""
    return None if AXE.exists() else fetch(AXE_PACKAGE, [AXE.name], AXE.parent)


def main() -> int:
    """Fetches what is missing; returns 1 where something stays missing."""
    problems = [*ensure_libraries(), *filter(None, (_ensure_spec(), _ensure_axe(), _ensure_chromium()))]
    for problem in problems:
        print("testbed:", problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
