"""Installed distributions and their versions."""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

_ENTRY = re.compile(r"(?P<name>.+?)-(?P<version>[^-]+?)(?:-py[\d.]+)?\.(?:dist|egg)-info")


def normalised(name: str) -> str:
    """A distribution's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def search_path() -> list[str]:
    """Where Python looks for what is installed: without the folders of this process's own script, and of its start."""
    script = getattr(sys.modules["__main__"], "__file__", None)
    own = {"", str(Path.cwd()), str(Path(script).resolve().parent) if script else ""}
    return [path for path in sys.path if path not in own]


def installed_versions() -> dict[str, str]:
    """Distribution to version, read off the names of their metadata folders: some milliseconds for all of them."""
    versions: dict[str, str] = {}
    for folder in search_path():
        try:
            entries = os.listdir(folder)  # noqa: PTH208 - thousands of entries
        except OSError:
            continue
        for entry in entries:
            if match := _ENTRY.fullmatch(entry):
                versions.setdefault(normalised(match["name"]), match["version"])
    return versions
