"""Addresses of notes: `Optimizers/Adam.md` is at `optimizers/adam/`."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import count

from knapper.vault.names import base_name, fold, folder_of, without_suffix

_MAX_BYTES = 200
"""File systems take 255 bytes per name."""
_HYPHENS = re.compile("-+")


def slug(path: str) -> str:
    """The address of a note or folder by its path alone, with a slash at its end.

    Lower case; letters and digits of any script are kept, runs of anything else become hyphens.
    """
    return "".join(f"{slug_part(part)}/" for part in without_suffix(path).split("/") if part)


def slug_part(name: str) -> str:
    """One component of an address; of a name without letters and digits, the code points."""
    text = unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).lower())
    kept = "".join(char if char.isalnum() or unicodedata.category(char)[0] == "M" else "-" for char in text)
    if not any(map(str.isalnum, kept)):
        kept = "-".join(f"{ord(char):x}" for char in name)
    return _HYPHENS.sub("-", kept).strip("-").encode()[:_MAX_BYTES].decode(errors="ignore")


@dataclass(frozen=True, slots=True)
class Addresses:
    """Where the pages of a vault are.

    Attributes:
        notes: note to address; folder notes have their folder's.
        folders: folder (empty for the vault itself) to address.
        folder_notes: folder to the note that is its page.
        duplicates: note or folder whose address was taken, to the address that it would have had.
    """

    notes: Mapping[str, str]
    folders: Mapping[str, str]
    folder_notes: Mapping[str, str]
    duplicates: Mapping[str, str]


def assign_addresses(paths: Iterable[str], home: str = "") -> Addresses:
    """An address for each note and folder, all different; those that come first by path keep theirs, others get `-2`.

    A folder's page is its `index.md`, else its `README.md`, else the note with its name inside it or beside it.

    Args:
        paths: of all notes.
        home: path of the note that is the vault's own page whatever it is called, or empty.
    """
    notes = sorted(paths)
    folders = sorted({folder for path in notes for folder in _ancestors(path)})
    duplicates: dict[str, str] = {}
    addresses = {"": ""}
    for depth in range(1, max((folder.count("/") for folder in folders), default=-1) + 2):
        siblings = [folder for folder in folders if folder and folder.count("/") == depth - 1]
        wanted = {folder: addresses[folder_of(folder)] + slug_part(base_name(folder)) + "/" for folder in siblings}
        addresses |= _distinct(wanted, set(), duplicates)
    folder_notes = _folder_notes(notes, folders, home)
    pages = {note: addresses[folder] for folder, note in folder_notes.items()}
    wanted = {
        path: addresses[folder_of(path)] + slug_part(base_name(without_suffix(path))) + "/"
        for path in notes
        if path not in pages
    }
    pages |= _distinct(wanted, set(addresses.values()), duplicates)
    return Addresses({path: pages[path] for path in notes}, addresses, folder_notes, duplicates)


def _ancestors(path: str) -> list[str]:
    folders = []
    while path:
        path = folder_of(path)
        folders.append(path)
    return folders


def _distinct(wanted: Mapping[str, str], taken: set[str], duplicates: dict[str, str]) -> dict[str, str]:
    """What each path wants, numbered where it is taken; adds those to `duplicates` and all given to `taken`."""
    given: dict[str, str] = {}
    for path, address in wanted.items():
        if address in taken:
            duplicates[path] = address
        else:
            taken.add(address)
            given[path] = address
    numbers = dict.fromkeys(wanted.values(), 2)
    for path in [path for path in wanted if path not in given]:
        stem = wanted[path].rstrip("/")
        number = next(n for n in count(numbers[wanted[path]]) if f"{stem}-{n}/" not in taken)
        numbers[wanted[path]] = number + 1
        given[path] = f"{stem}-{number}/"
        taken.add(given[path])
    return given


def _folder_notes(notes: list[str], folders: list[str], home: str) -> dict[str, str]:
    named: dict[tuple[str, str], str] = {}
    for path in notes:
        named.setdefault((folder_of(path), fold(base_name(without_suffix(path)))), path)
    chosen = {"": home} if home else {}
    used = {home}
    for folder in folders:
        if folder in chosen:
            continue
        name = fold(base_name(folder))
        keys = [(folder, "index"), (folder, "readme"), *([(folder, name), (folder_of(folder), name)] if folder else [])]
        note = next((named[key] for key in keys if key in named and named[key] not in used), None)
        if note:
            chosen[folder] = note
            used.add(note)
    return chosen
