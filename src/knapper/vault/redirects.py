"""Old addresses that lead to notes (https://help.obsidian.md/publish/permalinks)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from knapper.diagnostics import Code, Diagnostic
from knapper.vault.names import fold
from knapper.vault.note import Note
from knapper.vault.properties import property_line
from knapper.vault.slugs import slug


@dataclass(frozen=True, slots=True)
class Redirects:
    """Where notes are once their permalinks count.

    Attributes:
        addresses: note to address; that of a note with a `permalink` is the permalink.
        redirects: old address to note: the address without the permalink, and those of full-path aliases.
        diagnostics: permalinks and aliases that another page already has.
    """

    addresses: Mapping[str, str]
    redirects: Mapping[str, str]
    diagnostics: tuple[Diagnostic, ...]


def assign_redirects(notes: Mapping[str, Note], addresses: Mapping[str, str], folders: Mapping[str, str]) -> Redirects:
    """Permalinks and redirects of notes, the first by path where several want the same.

    Args:
        notes: those that are published, by path.
        addresses: of the notes, without permalinks.
        folders: folder to address.
    """
    final = dict(addresses)
    redirects: dict[str, str] = {}
    problems: list[Diagnostic] = []
    owners = {fold(address): folder for folder, address in folders.items()}
    owners |= {fold(address): path for path, address in addresses.items()}
    for path, address in _permalinks(notes):
        owner = owners.setdefault(fold(address), path)
        if owner != path:
            problems.append(_duplicate(notes[path], "permalink", address, owner))
        elif address != addresses[path]:
            final[path] = address
            redirects[addresses[path]] = path
    for path, address in _old_paths(notes):
        owner = owners.setdefault(fold(address), path)
        if owner != path:
            problems.append(_duplicate(notes[path], "aliases", address, owner))
        elif address != final[path]:
            redirects[address] = path
    return Redirects(final, redirects, tuple(problems))


def _permalinks(notes: Mapping[str, Note]) -> Iterator[tuple[str, str]]:
    return ((path, f"{note.permalink}/") for path, note in notes.items() if note.permalink)


def _old_paths(notes: Mapping[str, Note]) -> Iterator[tuple[str, str]]:
    """Addresses of aliases that are paths: with a slash, or ending in `.md` for a note at the vault's root."""
    for path, note in notes.items():
        for alias in note.aliases:
            if ("/" in alias or fold(alias).endswith(".md")) and (address := slug(alias)):
                yield path, address


def _duplicate(note: Note, name: str, address: str, owner: str) -> Diagnostic:
    line = property_line(note.document, name)
    message = f"`{name}` asks for the address `{address}`, which `{owner or 'the start page'}` already has"
    return Diagnostic(note.path, line, 1, Code.DUPLICATE_REDIRECT, message, "choose another, or remove it")
