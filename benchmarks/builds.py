"""The sites that are compared: how each is configured, which notes it reads and how it is started."""

from __future__ import annotations

import os
import shutil
import sys
from dataclasses import dataclass, replace
from importlib import metadata
from pathlib import Path
from typing import Any

import yaml
from generate import Style

SITE_DIR = "site"

THEME: dict[str, Any] = {"name": "material", "font": False, "features": ["content.code.copy"]}

# The stock sidebar writes links to all pages into each page. A ratio against that would fall as the vault
# grows, whatever the rest of the work costs.
THEME_WITHOUT_NAV: dict[str, Any] = {**THEME, "custom_dir": "overrides"}

MARKDOWN_EXTENSIONS: list[Any] = [
    "admonition",
    "attr_list",
    "footnotes",
    "tables",
    {"toc": {"permalink": True}},
    "pymdownx.details",
    "pymdownx.highlight",
    "pymdownx.superfences",
    {"pymdownx.arithmatex": {"generic": True}},
    {"pymdownx.tasklist": {"custom_checkbox": True}},
]


@dataclass(frozen=True)
class Build:
    """One way to make a site of the generated notes.

    `package` is the distribution that it needs, `module` the one to run.
    """

    name: str
    package: str
    style: Style
    plugins: tuple[str, ...]
    theme: dict[str, Any]
    module: str = "mkdocs"

    def missing(self) -> bool:
        """Tell whether a distribution or plugin that the build needs is not installed."""
        plugins = {entry.name for entry in metadata.entry_points(group="mkdocs.plugins")}
        return not (_installed(self.package) and plugins.issuperset(self.plugins))

    def command(self) -> list[str]:
        """Return the command that builds the site, to be run in the project folder."""
        return [sys.executable, "-m", self.module, "build", "--config-file", "mkdocs.yml"]

    def config(self) -> dict[str, Any]:
        """Return the contents of `mkdocs.yml`."""
        return {
            "site_name": "Benchmark",
            "site_url": "https://example.org/",
            "docs_dir": "docs",
            "site_dir": SITE_DIR,
            "theme": self.theme,
            "plugins": list(self.plugins),
            "markdown_extensions": MARKDOWN_EXTENSIONS,
            "validation": {"links": {"not_found": "warn", "anchors": "warn", "unrecognized_links": "warn"}},
        }

    def prepare(self, project: Path, notes: Path) -> None:
        """Write a fresh project folder, so that no cache of an earlier build is found."""
        shutil.copytree(notes, project / "docs", copy_function=os.link)
        text = yaml.safe_dump(self.config(), sort_keys=False)
        (project / "mkdocs.yml").write_text(text, encoding="utf-8")
        if "custom_dir" in self.theme:
            partials = project / self.theme["custom_dir"] / "partials"
            partials.mkdir(parents=True)
            (partials / "nav.html").write_text("", encoding="utf-8")


def _installed(package: str) -> bool:
    try:
        metadata.version(package)
    except metadata.PackageNotFoundError:
        return False
    return True


PLAIN = Build("plain", "mkdocs-material", "markdown", ("search",), THEME_WITHOUT_NAV)
PLAIN_AGAIN = replace(PLAIN, name="plain again")
KNAPPER = Build("knapper", "knapper", "wikilink", ("search", "knapper"), THEME)
PEERS = {"zensical": replace(PLAIN, name="zensical", package="zensical", module="zensical")}
