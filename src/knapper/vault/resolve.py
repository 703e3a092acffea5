"""Where a link goes: Obsidian's own rules, by look-ups that cost the same in a vault of any size.

The rules were observed on Obsidian 1.13 (`app.metadataCache.getFirstLinkpathDest`): an exact path in the vault, else a
file in the folder of the source, else the shortest path; a path also matches by its end. Case and Unicode
normalisation do not count, and notes need no `.md`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from itertools import islice, takewhile
from typing import NamedTuple, TypeAlias

from knapper.vault.names import NOTE_SUFFIX, base_name, fold, folder_of, is_note, length, without_suffix

MAX_CANDIDATES = 10
"""Files listed where several match equally well."""


class Found(NamedTuple):
    """One file matches; `via_alias` if only by an alias, which Obsidian itself does not follow."""

    path: str
    via_alias: bool = False


class Ambiguous(NamedTuple):
    """Several files match equally well. `path`, the first in a stable order, is taken."""

    path: str
    candidates: tuple[str, ...]
    via_alias: bool = False


class Missing(NamedTuple):
    """No file matches."""


class Outside(NamedTuple):
    """The relative path leaves the vault."""


Resolution: TypeAlias = Found | Ambiguous | Missing | Outside

_Bucket: TypeAlias = list[tuple[int, str]]

_DOTS = (".", "..")


class Resolver:
    """Resolves the paths of links in a set of files.

    Args:
        notes: paths of the notes.
        attachments: paths of the other files, which are linked with their extension.
        aliases: further names of notes, by path.
    """

    def __init__(
        self,
        notes: Iterable[str],
        attachments: Iterable[str] = (),
        aliases: Mapping[str, Iterable[str]] | None = None,
    ) -> None:
        note_paths, file_paths = sorted(notes), sorted(attachments)
        self._paths = frozenset((*note_paths, *file_paths))
        self._notes = _by_suffix(note_paths)
        self._files = _by_suffix(file_paths)
        self._known: dict[str, Resolution] = {}
        self._aliases: dict[str, list[str]] = {}
        for path in sorted(aliases or ()):
            for alias in {fold(alias) for alias in (aliases or {})[path]}:
                self._aliases.setdefault(alias, []).append(path)

    def resolve(self, path: str, source: str) -> Resolution:
        """The file that a link means.

        Args:
            path: the link's target without subpath, decoded; empty for the source itself.
            source: path of the note that holds the link.
        """
        if not path:
            return Found(source)
        found = self._known.get(path)
        if found is None:
            found = self._resolve(path, source)
            if not self._depends_on_source(path):
                self._known[path] = found
        return found

    def shortest_link(self, path: str) -> str:
        """The shortest text that links to a file from everywhere: its name if no other file has it, else its path."""
        link = without_suffix(path)
        name = base_name(link)
        bucket = (self._notes if is_note(path) else self._files).get(fold(name), ())
        return name if len(bucket) == 1 else link

    def _resolve(self, path: str, source: str) -> Resolution:
        if path in self._paths:
            return Found(path)
        link = _normalise(path, folder_of(source))
        if link is None:
            return Outside()
        group = self._match(link, source)
        if not group:
            return self._resolve_alias(path)
        if len(group) == 1:
            return Found(group[0])
        return Ambiguous(_as_spelled(group, link.path), tuple(group))

    def _depends_on_source(self, path: str) -> bool:
        """Whether a path may mean different files in different notes: it has dots, or several files have its name."""
        if path.startswith(".") or ".." in path:
            return True
        name = fold(base_name(path.replace("\\", "/")))
        names = {name, without_suffix(name)}
        return sum(len(table.get(name, ())) for name in names for table in (self._notes, self._files)) > 1

    def _resolve_alias(self, path: str) -> Resolution:
        group = self._aliases.get(fold(path))
        if not group:
            return Missing()
        if len(group) == 1:
            return Found(group[0], via_alias=True)
        return Ambiguous(group[0], tuple(group[:MAX_CANDIDATES]), via_alias=True)

    def _match(self, link: _Link, source: str) -> list[str]:
        """The best of the files that a link matches; several if they are equally good."""
        key = fold(link.path)
        for table, name in self._tables(key):
            bucket = table.get(name)
            if bucket and (group := _best(table, bucket, name, source, link.anchored)):
                return group
        return []

    def _tables(self, key: str) -> tuple[tuple[dict[str, _Bucket], str], ...]:
        """Where to look for a folded path, in order."""
        if key.endswith(NOTE_SUFFIX):
            return (self._notes, key[: -len(NOTE_SUFFIX)]), (self._notes, key)
        if "." in base_name(key):
            return (self._files, key), (self._notes, key)
        return (self._notes, key), (self._files, key)


class _Link(NamedTuple):
    """A link's path without `.`, `..` and needless slashes; `anchored` if it begins at the vault's root."""

    path: str
    anchored: bool = False


def _normalise(path: str, folder: str) -> _Link | None:
    """The path to look up; None if it leaves the vault."""
    if "/" not in path and "\\" not in path and path not in _DOTS:
        return _Link(path)
    parts = path.replace("\\", "/").split("/")
    relative = parts[0] in _DOTS
    collapsed = _collapse([*folder.split("/"), *parts] if relative else parts)
    if collapsed is None and not relative:
        collapsed, relative = _collapse([*folder.split("/"), *parts]), True
    return None if collapsed is None else _Link("/".join(collapsed), anchored=relative or not parts[0])


def _collapse(parts: list[str]) -> list[str] | None:
    kept: list[str] = []
    for part in parts:
        if part == "..":
            if not kept:
                return None
            kept.pop()
        elif part not in ("", "."):
            kept.append(part)
    return kept


def _by_suffix(paths: list[str]) -> dict[str, _Bucket]:
    """Every end of every folded path to the files that have it, as length of the path and path, shortest first."""
    table: dict[str, _Bucket] = {}
    for path in paths:
        suffix = fold(without_suffix(path))
        entry = length(suffix), path
        while suffix:
            table.setdefault(suffix, []).append(entry)
            suffix = suffix.partition("/")[2]
    for bucket in table.values():
        if len(bucket) > 1:
            bucket.sort()
    return table


def _best(table: dict[str, _Bucket], bucket: _Bucket, key: str, source: str, anchored: bool) -> list[str]:
    """The best files of a bucket, by Obsidian's order; if `anchored`, only a file at exactly this path."""
    size, path = bucket[0]
    if anchored or size == length(key):
        return _of_length(bucket, length(key))
    if len(bucket) == 1:
        return [path]
    if folder := fold(folder_of(source)):
        beside = f"{folder}/{base_name(key)}"
        if beside.endswith(f"/{key}") and (found := _of_length(table.get(beside, []), length(beside))):
            return found
        # Obsidian's "relative path to file", to a file in a subfolder of the source's.
        below = f"{folder}/{key}"
        if found := _of_length(table.get(below, []), length(below)):
            return found
    return _of_length(bucket, size)


def _of_length(bucket: _Bucket, size: int) -> list[str]:
    """The files at the head of a bucket whose paths have a length; with that of the key, those at exactly its path."""
    return [path for _, path in islice(takewhile(lambda entry: entry[0] == size, bucket), MAX_CANDIDATES)]


def _as_spelled(group: list[str], link: str) -> str:
    """The file whose case and Unicode form are those of the link, else the first."""
    ends = (link, link + NOTE_SUFFIX)
    return next((path for path in group if path.endswith(ends)), group[0])
