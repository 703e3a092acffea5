"""The vault's folders, as the sidebar and the pages of folders show them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from knapper.vault.names import base_name, folder_of, natural_key
from knapper.vault.slugs import Addresses


@dataclass(frozen=True, slots=True)
class Folder:
    """A folder that holds published notes.

    Attributes:
        path: relative to the vault; empty for the vault itself.
        address: of its page, with a slash at the end.
        note: the note that is its page, or None.
        folders, notes: what is directly in it, in the order of Obsidian's file explorer; `notes` without those that
            are pages of folders.
    """

    path: str
    address: str
    note: str | None
    folders: tuple[Folder, ...]
    notes: tuple[str, ...]

    @property
    def name(self) -> str:
        """The last component of the path."""
        return base_name(self.path)

    def walk(self) -> Iterator[Folder]:
        """The folder and all below it, parents first."""
        stack = [self]
        while stack:
            folder = stack.pop()
            yield folder
            stack.extend(reversed(folder.folders))


def folder_tree(paths: Iterable[str], addresses: Addresses) -> Folder:
    """The folders of some notes; without any, an empty vault."""
    pages = frozenset(addresses.folder_notes.values())
    notes: dict[str, list[str]] = {}
    for path in paths:
        if path not in pages:
            notes.setdefault(folder_of(path), []).append(path)
    built: dict[str, list[Folder]] = {}
    # Children before parents: what is below a folder sorts after it.
    for folder in sorted(addresses.folders, reverse=True):
        node = Folder(
            folder,
            addresses.folders[folder],
            addresses.folder_notes.get(folder),
            tuple(sorted(built.pop(folder, ()), key=lambda child: (natural_key(child.name), child.name))),
            tuple(sorted(notes.get(folder, ()), key=lambda path: (natural_key(base_name(path)), path))),
        )
        if not folder:
            return node
        built.setdefault(folder_of(folder), []).append(node)
    raise AssertionError("the vault itself is always a folder")
