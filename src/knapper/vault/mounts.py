"""Files that are no part of the folder, but of the vault: outputs of snippets, their scripts, and modules."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import cached_property

from knapper.diagnostics import Code
from knapper.syntax.document import Target
from knapper.vault.destination import Destination, ambiguous
from knapper.vault.names import base_name, fold, folder_of, is_note
from knapper.vault.resolve import Ambiguous, Found, Missing, Resolution, Resolver

SOURCE_SUFFIX = ".py"
FIGURE_SUFFIXES = (".webp", ".svg", ".png", ".jpg")

_MAX_COMPARED = 1000
_MAX_LENGTH = 120
# A cell's main file is found without its suffix: a table rather than its numbers, an animation rather than its still.
_SUFFIXES = (".md", *FIGURE_SUFFIXES, ".json", ".csv")


@dataclass(frozen=True, slots=True)
class Absent:
    """Why an output is not there, and what to do about it."""

    message: str
    hint: str = ""


@dataclass(frozen=True, eq=False)
class Mounts:
    """What is mounted into a vault. None of it is a note: it has no page, and is in no list of notes.

    Attributes:
        files: paths that exist: `adam/trajectory.svg`, `deeplearning/optimizers.py`, `snippets/adam.py`.
        absent: outputs that a snippet declares but does not have, as `<snippet>/<cell>` without suffix; None for one
            whose snippet has not run yet, which may turn out to be of any kind.
        parts: of a `.py` file, its subpaths: `Adam`, `Adam.update`, `RATE`; of a script, the names of its cells too.
        snippets: names of all snippets, which are the folders of their outputs.
        texts: of values, which stand in the lines of notes, by path.
    """

    files: frozenset[str] = frozenset()
    absent: Mapping[str, Absent | None] = field(default_factory=dict)
    parts: Mapping[str, frozenset[str]] = field(default_factory=dict)
    snippets: frozenset[str] = frozenset()
    texts: Mapping[str, str] = field(default_factory=dict)

    def __contains__(self, path: object) -> bool:
        """Whether something is mounted at a path; one without suffix if it is absent."""
        return path in self.files or path in self.absent

    def __bool__(self) -> bool:
        """Whether anything is mounted."""
        return bool(self.files or self.absent or self.snippets)

    def resolve(self, path: str, source: str) -> Resolution:
        """What of the mounted a link means, by the vault's rules; outputs are found without their suffixes as well.

        Args:
            path: the link's target without subpath, which no file of the vault matches.
            source: path of the note that holds the link.
        """
        if not self:
            return Missing()
        found = self._files.resolve(path, source)
        if isinstance(found, Found | Ambiguous):
            return found
        found = self._with_suffix(self._stems.resolve(path, source))
        if not isinstance(found, Found | Ambiguous) and "." in base_name(path):
            found = self._stems.resolve(_stem(path), source)
            return found if isinstance(found, Found) and found.path in self.absent else Missing()
        return found

    def destination(self, target: Target, source: str) -> Destination | None:
        """Where a link or embed goes that no file of the vault matches; None if it means nothing that is mounted."""
        found = self.resolve(target.path, source)
        if not isinstance(found, Found | Ambiguous):
            return None
        if absent := self.absent.get(found.path):
            return Destination(found.path, "", Code.MISSING_OUTPUT, absent.message, absent.hint)
        if found.path.endswith(SOURCE_SUFFIX) and target.subpath and target.subpath not in self._parts(found.path):
            message = f"`{found.path}` has no `{target.subpath}`"
            hint = "name a function, a class, a method as `Class.method`, or a variable of the module"
            return Destination(found.path, "", Code.MISSING_SYMBOL, message, hint)
        if isinstance(found, Ambiguous):
            return ambiguous(found, target.subpath, target)
        return Destination(found.path, target.subpath)

    def missing_output(self, target: Target) -> Destination | None:
        """Of a path in the folder of a snippet that has no such output; None for other paths."""
        snippet = self._snippet(target.path)
        if snippet is None:
            return None
        cell = base_name(target.path)
        if (stem := f"{snippet}/{_stem(cell)}") in self._outputs:
            message = f"cell `{_stem(cell)}` of snippet `{snippet}` makes no `{cell}`"
            return Destination(None, "", Code.MISSING_OUTPUT, message, f"it makes `{self._outputs[stem]}`")
        message = f"snippet `{snippet}` has no cell named `{_without_known_suffix(cell)}`"
        hint = f'name the cell that displays it: # %% name="{_without_known_suffix(cell)}"'
        return Destination(None, "", Code.MISSING_OUTPUT, message, hint)

    def similar_output(self, path: str) -> str | None:
        """The output of the same snippet whose name is most like that of a path, if any is like it."""
        snippet = self._snippet(path)
        names = {base_name(stem): stem for stem in self._all_stems() if folder_of(stem) == snippet}
        cell = base_name(path)
        name = _closest(cell, names) or _closest(_stem(cell), names)
        return self._outputs.get(names[name], names[name]) if name else None

    def similar_part(self, path: str, subpath: str) -> str | None:
        """The part of a `.py` file whose name is most like a subpath, if any is like it."""
        parts = sorted(self._parts(path))[:_MAX_COMPARED]
        by_last_name = {part.rpartition(".")[2]: part for part in reversed(parts)}
        last = _closest(subpath.rpartition(".")[2], by_last_name)
        return _closest(subpath, {part: part for part in parts}) or (by_last_name[last] if last else None)

    @cached_property
    def _files(self) -> Resolver:
        notes = {path for path in self.files if is_note(path)}
        return Resolver(notes, self.files - notes)

    @cached_property
    def _outputs(self) -> Mapping[str, str]:
        """`<snippet>/<cell>` to the main file that the cell makes."""
        main: dict[str, str] = {}
        for suffix in _SUFFIXES:
            for path in self.files:
                if path.endswith(suffix):
                    main.setdefault(_stem(path), path)
        return main

    @cached_property
    def _stems(self) -> Resolver:
        return Resolver((), self._all_stems())

    def _all_stems(self) -> Iterator[str]:
        yield from sorted({*self._outputs, *self.absent})

    def _with_suffix(self, found: Resolution) -> Resolution:
        if isinstance(found, Found):
            return Found(self._outputs.get(found.path, found.path))
        if isinstance(found, Ambiguous):
            candidates = tuple(self._outputs.get(path, path) for path in found.candidates)
            return Ambiguous(self._outputs.get(found.path, found.path), candidates)
        return found

    def _parts(self, path: str) -> frozenset[str]:
        return self.parts.get(path, frozenset())

    def _snippet(self, path: str) -> str | None:
        """The snippet that the folder of a path names, by its whole name or the end of it."""
        folder = "/".join(part for part in fold(folder_of(path)).split("/") if part not in ("", ".", ".."))
        named = (name for name in sorted(self.snippets) if f"/{fold(name)}".endswith(f"/{folder}"))
        return next(named, None) if folder else None


NO_MOUNTS = Mounts()


def _stem(path: str) -> str:
    """A path without the suffix of its name, if that has one."""
    stem, dot, suffix = path.rpartition(".")
    return stem if dot and "/" not in suffix else path


def _without_known_suffix(name: str) -> str:
    return _stem(name) if name.endswith(_SUFFIXES) else name


def _closest(name: str, names: Mapping[str, str]) -> str | None:
    match = get_close_matches(name[:_MAX_LENGTH], names, n=1, cutoff=0.6)
    return match[0] if match else None
