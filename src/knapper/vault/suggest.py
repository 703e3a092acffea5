"""Suggestions for misspelt names, at a cost that does not grow with the vault."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from difflib import get_close_matches

from knapper.vault.names import base_name, fold, without_suffix

_MAX_POSTINGS = 400
"""Names looked at for one misspelt name: those that share its rarest runs of letters."""
_MAX_COMPARED = 20
_MAX_LENGTH = 120
_SIMILARITY = 0.7


class Suggestions:
    """Names of a vault, by the runs of three letters in them.

    Args:
        paths: the files whose names are suggested.
    """

    def __init__(self, paths: Iterable[str]) -> None:
        self._paths: dict[str, str] = {}
        self._postings: dict[str, list[str]] = {}
        for path in sorted(paths, reverse=True):
            self._paths[_key(path)] = path
        for name in self._paths:
            for run in _runs(name):
                self._postings.setdefault(run, []).append(name)

    def close_to(self, path: str) -> str | None:
        """The file whose name is most like that of a path, if any is like it."""
        name = _key(path)
        runs = sorted((postings for run in _runs(name) if (postings := self._postings.get(run))), key=len)
        shared: Counter[str] = Counter()
        for postings in runs:
            if shared.total() + len(postings) > _MAX_POSTINGS and shared:
                break
            shared.update(postings[:_MAX_POSTINGS])
        likely = [candidate for candidate, _ in shared.most_common(_MAX_COMPARED)]
        match = get_close_matches(name, likely, n=1, cutoff=_SIMILARITY)
        return self._paths[match[0]] if match else None


def _key(path: str) -> str:
    return fold(without_suffix(base_name(path)))[:_MAX_LENGTH]


def _runs(name: str) -> set[str]:
    padded = f"  {name} "
    return {padded[i : i + 3] for i in range(len(padded) - 2)}
