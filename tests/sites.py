"""Sites of vaults, built by MkDocs with a theme that shows what comes of the notes and nothing else."""

import logging
import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, NamedTuple

import pytest
from click.testing import CliRunner
from mkdocs.commands.build import build
from mkdocs.config import load_config

from knapper.cli import main
from tests.mkdocs.conftest import write_config

THEME = Path(__file__).parent / "vaults" / "theme"
_LINKS = dict.fromkeys(("anchors", "absolute_links", "unrecognized_links", "not_found"), "warn")
_EXTENSIONS = [{"toc": {"permalink": False}}, {"pymdownx.highlight": {"use_pygments": False}}]
_ASSETS = ("assets/", "search/")


class Site(NamedTuple):
    """A site: the text of its files by path, assets left out, and what `knapper check` says of the vault."""

    files: Mapping[str, str]
    diagnostics: list[str]


def site_of(vault: Path, caplog: pytest.LogCaptureFixture, options: Mapping[str, Any] | None = None) -> Site:
    """Builds the site of a vault beside it; all that the build warns of must be what `knapper check` prints.

    Args:
        vault: its folder, which must have a parent of its own.
        caplog: pytest's fixture.
        options: those of the plugin.
    """
    plugins = ["search", {"knapper": dict(options or {})}]
    theme = {"name": None, "custom_dir": str(THEME)}
    validation = {"links": _LINKS, "nav": {"omitted_files": "warn"}}
    path = write_config(
        vault.parent,
        docs_dir=vault.name,
        site_url="https://example.com/",
        theme=theme,
        plugins=plugins,
        validation=validation,
        markdown_extensions=_EXTENSIONS,
    )
    config = load_config(str(path))
    config.plugins.on_startup(command="build", dirty=False)
    caplog.clear()
    with caplog.at_level(logging.WARNING, "mkdocs"):
        build(config)
    diagnostics = checked(vault)
    assert caplog.messages == diagnostics
    return Site(_texts(vault.parent / "site"), diagnostics)


def checked(vault: Path) -> list[str]:
    """The lines that `knapper check` prints in the folder of a vault."""
    before = Path.cwd()
    os.chdir(vault)
    try:
        result = CliRunner().invoke(main, ["check"], catch_exceptions=False)
    finally:
        os.chdir(before)
    lines = result.stdout.split("\n")[:-1]
    assert result.exit_code == bool(lines)
    return lines


def _texts(folder: Path) -> dict[str, str]:
    """The files of a site; undecodable bytes of attachments as U+FFFD."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    texts = {path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8", errors="replace") for path in paths}
    return {name: text for name, text in texts.items() if not name.startswith(_ASSETS)}
