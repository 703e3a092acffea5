"""Builds or serves a site, also of a vault without a configuration; nothing is written into the vault."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import yaml
from mkdocs.__main__ import cli as mkdocs

from knapper.mkdocs.project import Project

_SCHEMES = (("default", "weather-night", "dark"), ("slate", "weather-sunny", "light"))
_FEATURES = (
    "content.code.annotate",
    "content.code.copy",
    "navigation.footer",
    "navigation.path",
    "navigation.top",
    "search.highlight",
    "search.suggest",
    "toc.follow",
)


def run(command: str, project: Project, *options: str) -> None:
    """Runs `mkdocs build` or `mkdocs serve` with further options; ends the process as MkDocs does."""
    with _config_file(project) as path:
        mkdocs.main([command, "--config-file", str(path), *options], prog_name="knapper")


@contextmanager
def _config_file(project: Project) -> Iterator[Path]:
    """The project's configuration, or one that lasts as long as the command."""
    if project.config_file:
        yield project.config_file
        return
    with tempfile.TemporaryDirectory(prefix="knapper-") as folder:
        path = Path(folder) / "mkdocs.yml"
        path.write_text(yaml.safe_dump(default_config(project.vault)), encoding="utf-8")
        yield path


def default_config(vault: Path) -> dict[str, Any]:
    """The configuration of a vault that has none."""
    palette = [
        {
            "media": f"(prefers-color-scheme: {'light' if scheme == 'default' else 'dark'})",
            "scheme": scheme,
            "toggle": {"icon": f"material/{icon}", "name": f"Switch to {other} mode"},
        }
        for scheme, icon, other in _SCHEMES
    ]
    return {
        "site_name": vault.name,
        "docs_dir": str(vault),
        "theme": {"name": "material", "font": False, "palette": palette, "features": list(_FEATURES)},
        "plugins": ["search", "knapper"],
    }
