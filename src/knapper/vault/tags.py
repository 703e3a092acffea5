"""The tags of a vault (https://help.obsidian.md/tags)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from knapper.vault.names import fold
from knapper.vault.note import Note

MAX_LEVELS = 100
"""Parents of a nested tag that are counted."""


@dataclass(frozen=True, slots=True)
class Tags:
    """Tags, in the case in which each first occurs by the notes' paths.

    Attributes:
        notes: tag to the paths of the notes that have it or a tag nested in it, in order; by tag, regardless of case.
    """

    notes: Mapping[str, tuple[str, ...]]
    _names: Mapping[str, str]

    def name(self, tag: str) -> str:
        """The tag in the case in which it is shown; an unknown tag as it is."""
        return self._names.get(fold(tag), tag)


def collect_tags(notes: Iterable[Note]) -> Tags:
    """The tags of some notes, and the parents of nested ones: `a/b` also counts for `a`."""
    names: dict[str, str] = {}
    paths: dict[str, dict[str, None]] = {}
    for note in notes:
        for name in (prefix for tag in note.tags for prefix in _with_parents(tag)):
            key = fold(name)
            names.setdefault(key, name)
            paths.setdefault(key, {})[note.path] = None
    return Tags({names[key]: tuple(paths[key]) for key in sorted(names)}, names)


def _with_parents(tag: str) -> Iterator[str]:
    end = tag.find("/")
    for _ in range(MAX_LEVELS):
        if end < 0:
            break
        yield tag[:end]
        end = tag.find("/", end + 1)
    yield tag
