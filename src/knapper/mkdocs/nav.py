"""Navigation: the vault's folders as Obsidian's file explorer shows them, and the sidebar shared by all pages."""

from __future__ import annotations

import html
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from mkdocs.structure import StructureItem
from mkdocs.structure.files import File
from mkdocs.structure.nav import Navigation, Section
from mkdocs.structure.pages import Page

from knapper.syntax.anchors import Anchors, slugify
from knapper.vault.names import base_name, folder_of, natural_key

SHARDS = "assets/knapper/nav"


@dataclass
class Folder:
    """Paths of the files of a folder by name, its own page without a name, and its folders by name."""

    files: dict[str, str] = field(default_factory=dict)
    folders: dict[str, Folder] = field(default_factory=dict)


def nav_of(files: Iterable[File], own_pages: Mapping[str, str]) -> list[Any]:
    """Pages as a value of `nav` in `mkdocs.yml`: per folder its own page, its folders, its notes, in natural order.

    Args:
        files: the pages.
        own_pages: path of a page to the folder whose own page it is.
    """
    root = Folder()
    for file in files:
        path, own = file.src_uri, own_pages.get(file.src_uri)
        folder = root
        for part in (folder_of(path) if own is None else own).split("/"):
            folder = folder.folders.setdefault(part, Folder()) if part else folder
        folder.files["" if own is not None else base_name(path)] = path
    return _items(root)


def _items(folder: Folder) -> list[Any]:
    own = [folder.files.pop("")] if "" in folder.files else []
    folders = [{name: _items(folder.folders[name])} for name in sorted(folder.folders, key=natural_key)]
    return [*own, *folders, *(folder.files[name] for name in sorted(folder.files, key=natural_key))]


@dataclass(frozen=True)
class Stop:
    """A folder on the way to a page, as `partials/nav.html` wants it."""

    id: str
    title: str
    url: str


class SharedSidebar:
    """The sidebar as one small file per folder; `partials/nav.html` says what the files hold and who reads them."""

    def __init__(self, nav: Navigation) -> None:
        self._stops: dict[int, Stop] = {}
        self.shards: dict[str, str] = {}
        self._root = self._add("", "", nav.items)

    def __call__(self, page: Page | None) -> list[Stop]:
        """The folders on the way to a page, the vault's root first."""
        sections = reversed(list(page.ancestors)) if page else ()
        return [self._root, *(self._stops[id(section)] for section in sections)]

    def _add(self, id_: str, title: str, items: list[StructureItem]) -> Stop:
        own = next((item for item in items if isinstance(item, Page) and item.is_index), None)
        taken = Anchors()
        entries = [self._entry(id_, item, taken) for item in items if item is not own or not id_]
        call = json.dumps([id_, entries], ensure_ascii=False, separators=(",", ":"))
        self.shards[f"{SHARDS}/{id_}_.js"] = f"knapperNav({call[1:-1]})\n"
        return Stop(id_, title, own.file.url if own else "")

    def _entry(self, parent: str, item: StructureItem, taken: Anchors) -> list[str]:
        title = html.unescape(str(item.title))
        if not isinstance(item, Section):
            return [title, item.file.url if isinstance(item, Page) else getattr(item, "url", "")]
        name = taken.add(slugify(title))
        stop = self._stops[id(item)] = self._add(f"{parent}{name}/", title, item.children)
        return [title, stop.url, stop.id]
