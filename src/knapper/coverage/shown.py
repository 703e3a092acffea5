"""What notes show of modules: the parts of Python files that they embed."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from typing import NamedTuple

from knapper.diagnostics import Code
from knapper.syntax.document import Origin
from knapper.vault import Index
from knapper.vault.note import Note


class Shown(NamedTuple):
    """A part of a module.

    Attributes:
        module: path at which notes embed it.
        symbol: such as `Adam.update`; empty for the whole file.
    """

    module: str
    symbol: str

    def __str__(self) -> str:
        return f"{self.module}#{self.symbol}" if self.symbol else self.module


def embeds(index: Index, note: Note) -> Iterator[Shown]:
    """What a note embeds of what is mounted: the path, and the part of it; a part that does not exist is left out."""
    for reference in note.document.references:
        if not reference.embed or reference.origin is Origin.COMMENT:
            continue
        destination = index.destination(reference.target, note.path)
        if index.is_mounted(destination.path) and destination.problem is not Code.MISSING_SYMBOL:
            yield Shown(destination.path or "", destination.anchor)


def shown(index: Index, note: Note, modules: Collection[str]) -> list[Shown]:
    """The parts of modules that a note shows, each once.

    Args:
        index: of the vault.
        note: of the vault.
        modules: paths of the project's modules; scripts of snippets are not among them.
    """
    return list(dict.fromkeys(one for one in embeds(index, note) if one.module in modules))


def all_shown(index: Index, modules: Collection[str]) -> dict[str, list[str]]:
    """Module to the symbols that notes of the vault show of it, in a stable order."""
    found: dict[str, set[str]] = {}
    for note in index.vault.notes.values():
        for part in shown(index, note, modules):
            found.setdefault(part.module, set()).add(part.symbol)
    return {module: sorted(found[module]) for module in sorted(found)}
