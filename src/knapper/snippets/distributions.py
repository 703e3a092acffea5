"""Installed distributions and their versions."""

from __future__ import annotations

import os
import re
import sys

_ENTRY = re.compile(r"(?P<name>.+?)-(?P<version>[^-]+?)(?:-py[\d.]+)?\.(?:dist|egg)-info")


def normalised(name: str) -> str:
    """A distribution's name as PEP 503 compares it."""
    return re.sub(r"[-_.]+", "-", name).lower()


def installed_versions() -> dict[str, str]:
    """Distribution to version, read off the names of their metadata folders: some milliseconds for all of them."""
    versions: dict[str, str] = {}
    for folder in sys.path:
        if not folder:
            continue  # the working folder, which is not the same in the processes of snippets
        try:
            entries = os.listdir(folder)  # noqa: PTH208 - thousands of entries
        except OSError:
            continue
        for entry in entries:
            if match := _ENTRY.fullmatch(entry):
                versions.setdefault(normalised(match["name"]), match["version"])
    return versions
