"""Small sites, built in a temporary folder by MkDocs's own functions."""

import json
import logging
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import pytest
import yaml
from mkdocs.commands.build import build
from mkdocs.config import load_config

TEXTS = {".html", ".js", ".json", ".xml"}


@dataclass(frozen=True)
class Site:
    """A built site: its folder, and the warnings of the build."""

    folder: Path
    warnings: list[str]

    def __contains__(self, path: str) -> bool:
        return (self.folder / path).is_file()

    def html(self, path: str = "") -> str:
        return (self.folder / path / "index.html").read_text(encoding="utf-8")

    def article(self, path: str = "") -> str:
        match = re.search(r"<article.*?</article>", self.html(path), re.DOTALL)
        assert match
        return match[0]

    def search(self) -> list[dict[str, Any]]:
        docs = json.loads((self.folder / "search/search_index.json").read_text(encoding="utf-8"))["docs"]
        assert isinstance(docs, list)
        return docs

    def text(self) -> str:
        """Everything that is published as text, theme included, and the names of all files."""
        paths = sorted(path for path in self.folder.rglob("*") if path.is_file())
        texts = (path.read_text(encoding="utf-8") for path in paths if path.suffix in TEXTS)
        return "\n".join((*map(str, paths), *texts))


class MakeSite(Protocol):
    def __call__(self, files: Mapping[str, str | bytes], **config: Any) -> Site: ...


def write_files(folder: Path, files: Mapping[str, str | bytes]) -> None:
    for name, content in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)


def write_config(folder: Path, **config: Any) -> Path:
    """`mkdocs.yml` with the three lines that the plugin needs, unless the test says otherwise."""
    path = folder / "mkdocs.yml"
    base = {"site_name": "Vault", "theme": {"name": "material"}, "plugins": ["search", "knapper"]}
    path.write_text(yaml.safe_dump(base | config), encoding="utf-8")
    return path


@pytest.fixture
def warnings_of_mkdocs() -> Iterator[list[str]]:
    messages: list[str] = []

    class Handler(logging.Handler):
        def emit(self, record: logging.LogRecord) -> None:
            messages.append(record.getMessage())

    handler = Handler(logging.WARNING)
    logging.getLogger("mkdocs").addHandler(handler)
    yield messages
    logging.getLogger("mkdocs").removeHandler(handler)


@pytest.fixture
def make_site(tmp_path: Path, warnings_of_mkdocs: list[str]) -> MakeSite:
    """Writes a vault, builds its site, and checks that the build has left the vault as it was."""

    def make(files: Mapping[str, str | bytes], **config: Any) -> Site:
        (tmp_path / "docs").mkdir(exist_ok=True)
        write_files(tmp_path / "docs", files)
        before = _stamps(tmp_path / "docs")
        loaded = load_config(str(write_config(tmp_path, **config)))
        loaded.plugins.on_startup(command="build", dirty=False)
        try:
            build(loaded)
        finally:
            loaded.plugins.on_shutdown()
        assert _stamps(tmp_path / "docs") == before
        return Site(tmp_path / "site", warnings_of_mkdocs)

    return make


def _stamps(folder: Path) -> dict[str, int]:
    return {str(path): path.stat().st_mtime_ns for path in folder.rglob("*")}
