"""What a result was made from, by content alone, and whether that is still so.

Never by time stamps or absolute paths: a checkout may be moved, and files may be edited twice within a second.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any, TypeVar

from knapper.snippets.distributions import search_path
from knapper.snippets.figures import MATPLOTLIBRC
from knapper.snippets.job import SCHEMA, Outcome
from knapper.snippets.layout import Layout, digest, digests, names_digest, source_digest
from knapper.snippets.modules import Modules, is_installed, names_in
from knapper.snippets.result import Provenance, dumps
from knapper.snippets.script import Snippet
from knapper.snippets.settings import without_header


@dataclass(frozen=True, slots=True)
class Manifest:
    """The inputs of a result, and its provenance.

    Attributes:
        schema: of the runner.
        code: digest of the cells of code; not of their names, nor of prose.
        lines: first line of each of them if outputs name the script, as warnings do; otherwise empty.
        style: digest of how figures are drawn where the snippet does not say.
        settings: what of the header outputs may depend on.
        python: minor version, such as `3.11`.
        modules: name of each module of the project to its path and digest.
        elsewhere: names, up to their first dot, of modules that were not the project's; one of the project would hide
            them.
        absent: names of modules that were looked for in vain.
        absent_files: files of the project that were opened in vain.
        reads: declared file to digest.
        listed: folder of the project whose entries the snippet has listed to the digest of their names.
        notebook: digest of the stored notebook.
    """

    schema: int
    code: str
    settings: Mapping[str, Any]
    python: str
    modules: Mapping[str, tuple[str, str]]
    elsewhere: tuple[str, ...]
    absent: tuple[str, ...]
    absent_files: tuple[str, ...]
    reads: Mapping[str, str]
    provenance: Provenance
    notebook: str = ""
    lines: tuple[int, ...] = ()
    style: str = ""
    listed: Mapping[str, str] = field(default_factory=dict)

    @property
    def key(self) -> str:
        """Digest of the inputs, under which a result is stored."""
        inputs = [
            self.schema,
            self.code,
            self.settings,
            self.python,
            self.modules,
            self.elsewhere,
            self.absent,
            self.absent_files,
            self.reads,
            self.listed,
            self.lines,
            self.style,
            self.provenance.versions,
        ]
        return digest(dumps({"inputs": inputs}))[:32]


@dataclass(slots=True)
class Machine:
    """What results depend on besides the project's files.

    Attributes:
        python: version.
        versions: distribution to version, of all that are installed.
        has_gpu: whether a snippet that asks for a GPU gets one.
    """

    python: str
    versions: Mapping[str, str]
    has_gpu: bool = False
    _names: frozenset[str] | None = field(default=None, init=False, repr=False, compare=False)

    def may_have(self, module: str) -> bool:
        """Whether something of a module's name is where modules are installed; a quick look, made once."""
        if self._names is None:
            self._names = names_in(search_path())
        return module in self._names

    def settings(self, snippet: Snippet) -> dict[str, Any]:
        """What of a header outputs may depend on: not the limits."""
        declared = snippet.settings
        device = "gpu" if declared.device == "gpu" and self.has_gpu else "cpu"
        return {"device": device, "env": dict(declared.env), "network": declared.network}


def code_digest(snippet: Snippet) -> str:
    """Digest of the cells of code, less a header that is in one."""
    return digest(dumps({"cells": [without_header(cell.source) for cell in snippet.code]}))


def _style_digest() -> str:
    return source_digest(MATPLOTLIBRC.read_bytes())


def _lines(snippet: Snippet) -> tuple[int, ...]:
    return tuple(cell.line for cell in snippet.code)


def _tells_lines(snippet: Snippet, outcome: Outcome) -> bool:
    """Whether outputs name the script, as a warning does with the line, which prose above it moves."""
    return PurePosixPath(snippet.path).name in json.dumps(outcome.displayed, ensure_ascii=False)


def make_manifest(snippet: Snippet, outcome: Outcome, machine: Machine, notebook: bytes, date: str) -> Manifest:
    """The manifest of a result that has just been made."""
    provenance = Provenance(
        outcome.python,
        outcome.versions,
        outcome.device,
        snippet.settings.device,
        outcome.seconds,
        outcome.memory,
        date,
        tuple(outcome.unenforced),
    )
    return Manifest(
        SCHEMA,
        code_digest(snippet),
        machine.settings(snippet),
        _minor(outcome.python),
        outcome.modules,
        tuple(outcome.elsewhere),
        tuple(outcome.absent),
        tuple(outcome.absent_files),
        outcome.reads,
        provenance,
        digest(notebook),
        _lines(snippet) if _tells_lines(snippet, outcome) else (),
        _style_digest(),
        outcome.listed,
    )


def _minor(version: str) -> str:
    return ".".join(version.split(".")[:2])


@dataclass(slots=True)
class Check:
    """Compares manifests of one snippet with the project and the machine as they are now.

    Args:
        layout: of the project.
        snippet: as it is now.
        machine: as it is now.
        modules: as they are for scripts in the snippet's folder, if other checks have looked some up already.
    """

    layout: Layout
    snippet: Snippet
    machine: Machine
    modules: Modules | None = None
    _modules: Modules = field(init=False)
    _reads: dict[str, str] = field(init=False)
    _code: str = field(init=False)

    def __post_init__(self) -> None:
        self._modules = self.modules or Modules(self.layout, self.snippet.path)
        self._reads = digests(self.layout.root, self.snippet.settings.reads)
        self._code = code_digest(self.snippet)

    def differences(self, manifest: Manifest, is_frozen: bool = False) -> Iterator[str]:
        """What has changed since, in words; nothing if the result is fresh.

        Args:
            manifest: of the result.
            is_frozen: compare code and files only, as the result may be of another machine.
        """
        if manifest.schema > SCHEMA or (manifest.schema < SCHEMA and not is_frozen):
            yield f"the runner has changed (schema {manifest.schema} → {SCHEMA})"
        if manifest.code != self._code:
            yield f"the code of {self.snippet.path} has changed"
        elif manifest.lines and manifest.lines != _lines(self.snippet):
            yield f"lines of {self.snippet.path} have moved, and its outputs tell them"
        yield from self._changed_modules(manifest)
        yield from _changed(manifest.reads, self._reads)
        for path in manifest.absent_files:
            if (self.layout.root / path).exists():
                yield f"{path} is new"
        for folder, names in manifest.listed.items():
            if names_digest(self.layout.root / folder) != names:
                yield f"the folder {folder}, which it lists, has other entries"
        yield from self._changed_settings(manifest, is_frozen)
        if not is_frozen:
            yield from self._changed_machine(manifest)

    def _changed_modules(self, manifest: Manifest) -> Iterator[str]:
        for name, (path, sha) in manifest.modules.items():
            now = self._modules.find(name)
            if now is None:
                yield f"{path} is gone"
            elif now.path != path:
                yield f"module {name} is now {now.path}, was {path}"
            elif now.digest != sha:
                yield f"{path} has changed"
        for name in (*manifest.elsewhere, *manifest.absent):
            now = self._modules.find(name)
            # A mere folder, which has no digest, hides no module that is elsewhere.
            if now and (now.digest or name in manifest.absent):
                yield f"module {name} is now {now.path}"

    def _changed_settings(self, manifest: Manifest, is_frozen: bool) -> Iterator[str]:
        now = self.machine.settings(self.snippet)
        for key, value in now.items():
            then = manifest.settings.get(key)
            if then != value and not (is_frozen and key == "device"):
                yield f"`{key}` is now {value!r}, was {then!r}"

    def _changed_machine(self, manifest: Manifest) -> Iterator[str]:
        if manifest.style != _style_digest():
            yield "the style of figures has changed"
        for name in manifest.absent:
            if "." not in name and self.machine.may_have(name) and is_installed(name, self.layout.root):
                yield f"module {name} is now installed"
        python = _minor(self.machine.python)
        if manifest.python != python:
            yield f"Python is now {python}, was {manifest.python}"
        for name, version in manifest.provenance.versions.items():
            now = self.machine.versions.get(name)
            if now is None:
                yield f"{name} {version} is no longer installed"
            elif now != version:
                yield f"{name} is now {now}, was {version}"


def _changed(then: Mapping[str, str], now: Mapping[str, str]) -> Iterator[str]:
    for path in sorted({*then, *now}):
        if path not in now:
            yield f"{path} is gone"
        elif path not in then:
            yield f"{path} is new"
        elif then[path] != now[path]:
            yield f"{path} has changed"


def manifest_of(document: Any) -> Manifest:
    """A manifest from JSON; one of an earlier schema may lack what has come later.

    Raises:
        KeyError, TypeError, ValueError: it is none.
    """
    made = document["provenance"]
    provenance = Provenance(
        _is(str, made["python"]),
        _texts(made["versions"]),
        _is(str, made["device"]),
        _is(str, made["requested"]),
        float(made["seconds"]),
        _is(int, made["memory"]),
        _is(str, made["date"]),
        _list(str, made["unenforced"]),
    )
    return Manifest(
        schema=_is(int, document["schema"]),
        code=_is(str, document["code"]),
        settings=_is(dict, document["settings"]),
        python=_is(str, document["python"]),
        modules={name: _pair(item) for name, item in _is(dict, document["modules"]).items()},
        elsewhere=_list(str, document["elsewhere"]),
        absent=_list(str, document["absent"]),
        absent_files=_list(str, document["absent_files"]),
        reads=_texts(document["reads"]),
        provenance=provenance,
        notebook=_is(str, document["notebook"]),
        lines=_list(int, document.get("lines", [])),
        style=_is(str, document.get("style", "")),
        listed=_texts(document.get("listed", {})),
    )


_T = TypeVar("_T")


def _is(kind: type[_T], value: Any) -> _T:
    if not isinstance(value, kind):
        raise TypeError(f"not of type {kind.__name__}: {value!r}")
    return value


def _list(kind: type[_T], value: Any) -> tuple[_T, ...]:
    return tuple(_is(kind, item) for item in _is(list, value))


def _texts(value: Any) -> dict[str, str]:
    return {name: _is(str, item) for name, item in _is(dict, value).items()}


def _pair(value: Any) -> tuple[str, str]:
    first, second = _list(str, value)
    return first, second
