"""A vault: the published notes of a folder, read once, and the files that may be published with them."""

from __future__ import annotations

import time
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from knapper.diagnostics import Code, Diagnostic
from knapper.syntax import parse
from knapper.vault.attachments import withheld
from knapper.vault.names import is_note
from knapper.vault.note import Note, make_note
from knapper.vault.publish import DEFAULT_SETTINGS, Settings
from knapper.vault.read import Source, decode
from knapper.vault.scan import File, Stamp, scan

UNSUPPORTED_SUFFIXES = (".canvas", ".base")
"""Files of Obsidian that a static site cannot show, and that may name notes that are not published."""

_RECENT = 2_000_000_000
"""Nanoseconds in which a file may change twice without a new stamp, on file systems with coarse times."""


class _Entry(NamedTuple):
    stamp: Stamp
    read_at: int
    source: Source
    note: Note


@dataclass(frozen=True, eq=False)
class Vault:
    """What of a folder is published.

    Attributes:
        root: the folder.
        notes: the published notes by path, in order of their paths.
        attachments: paths of the other files to publish.
        unsupported: paths of files that a static site cannot show: canvases and bases.
        hidden: paths of the notes and files that are not published.
        diagnostics: problems of reading, except those of published notes.
    """

    root: Path
    settings: Settings
    notes: Mapping[str, Note]
    attachments: frozenset[str]
    unsupported: frozenset[str]
    hidden: frozenset[str]
    diagnostics: tuple[Diagnostic, ...]
    _entries: Mapping[str, _Entry] = field(repr=False, default_factory=dict)


def read_vault(
    root: Path,
    settings: Settings = DEFAULT_SETTINGS,
    previous: Vault | None = None,
    select: Collection[str] | None = None,
) -> Vault:
    """Reads a folder.

    Args:
        root: the folder.
        settings: what is published.
        previous: the same folder as read before: files that have not changed since are not parsed again.
        select: if given, the only paths that may be published.

    Raises:
        NotADirectoryError: `root` is no folder.
    """
    files, problems = scan(root)
    entries: dict[str, _Entry] = {}
    for file in files:
        if is_note(file.path):
            try:
                entries[file.path] = _read(root, file, previous._entries.get(file.path) if previous else None)
            except OSError as error:
                message = f"the file cannot be read: {error.strerror}"
                hint = "check that it may be read"
                problems.append(Diagnostic(file.path, 0, 0, Code.UNREADABLE_FILE, message, hint))
    return _assemble(root, settings, entries, [file.path for file in files], problems, select)


def _read(root: Path, file: File, previous: _Entry | None) -> _Entry:
    if previous and previous.stamp == file.stamp and previous.read_at - file.stamp.modified > _RECENT:
        return previous
    read_at = time.time_ns()
    source = decode((root / file.path).read_bytes(), file.path)
    if previous and previous.source == source:
        return previous._replace(stamp=file.stamp, read_at=read_at)
    note = make_note(file.path, parse(source.text, file.path), source.problems)
    return _Entry(file.stamp, read_at, source, note)


def _assemble(
    root: Path,
    settings: Settings,
    entries: Mapping[str, _Entry],
    paths: list[str],
    problems: list[Diagnostic],
    select: Collection[str] | None,
) -> Vault:
    selected = None if select is None else frozenset(select)
    notes: dict[str, Note] = {}
    private: dict[str, Note] = {}
    for path, entry in entries.items():
        published = settings.publishes(path, entry.note.publication) and (selected is None or path in selected)
        (notes if published else private)[path] = entry.note
    others = {path for path in paths if not is_note(path)}
    excluded = {path for path in others if settings.excludes(path) or (selected is not None and path not in selected)}
    unsupported = {path for path in others - excluded if path.lower().endswith(UNSUPPORTED_SUFFIXES)}
    excluded |= withheld(notes, private, others - unsupported)
    return Vault(
        root,
        settings,
        MappingProxyType(notes),
        attachments=frozenset(others - excluded - unsupported),
        unsupported=frozenset(unsupported),
        hidden=frozenset(private) | excluded,
        diagnostics=(*problems, *_reasons(private)),
        _entries=MappingProxyType(entries),
    )


def _reasons(private: Mapping[str, Note]) -> Iterator[Diagnostic]:
    """Problems of unpublished notes that may be why they are not published."""
    for note in private.values():
        yield from note.publication.problems
        yield from (problem for problem in note.document.diagnostics if problem.code is Code.PROPERTIES_SYNTAX)
