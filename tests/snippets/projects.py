"""Projects whose snippets show one value, and a record of what has been run."""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path

from knapper.snippets.layout import Layout
from knapper.snippets.outputs import Kind
from knapper.snippets.result import Result, State
from knapper.snippets.workshop import Workshop

VALUE = '# %% name="value"\n'
"""Marker of the cell whose value is looked at."""

# What snippets of these tests import: a server that has loaded all of it serves each of them.
WARM = """
import builtins, contextlib, functools, glob, importlib, importlib.util, io, json, linecache, os, pathlib, pkgutil
import random, subprocess, sys, threading, time, traceback, types, warnings
try:
    import absent, alpha, fakelib, helper, optional, other, package, package.inner, package.missing, space, space.part
    import alpha.beta, alpha.gamma, quickly, lazily, box, optim
except ImportError:
    pass
# %%
"""


class Recorder:
    """Progress that remembers which snippets ran."""

    def __init__(self) -> None:
        self.names: list[str] = []

    def total(self, count: int) -> None:
        pass

    def started(self, name: str) -> None:
        pass

    def finished(self, name: str, seconds: float, ok: bool) -> None:
        self.names.append(name)


class Lab:
    """A project in a folder, with workshops one after the other, as of builds."""

    def __init__(self, root: Path) -> None:
        self.root = root
        self.layout = Layout(root)
        self.recorder = Recorder()
        self.new_build()

    def new_build(self) -> None:
        """As in another process: nothing but the files is remembered."""
        self.workshop = Workshop(self.layout, progress=self.recorder)

    def write(self, path: str, text: str | bytes) -> Path:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(text if isinstance(text, bytes) else text.encode())
        return target

    def files(self, files: Mapping[str, str]) -> None:
        for path, text in files.items():
            self.write(path, text)

    def quietly(self, path: str, text: str) -> None:
        """Edits a file of the same size within the same tick of the clock, as far as its time stamp tells."""
        target = self.root / path
        before = target.stat()
        assert len(text.encode()) == before.st_size
        target.write_text(text)
        os.utime(target, ns=(before.st_atime_ns, before.st_mtime_ns))

    def script(self, body: str, name: str = "one") -> None:
        """A snippet of one named cell."""
        self.write(f"snippets/{name}.py", VALUE + body)

    def result(self, name: str = "one") -> Result:
        self.recorder.names.clear()
        return self.workshop.results([name])[name]

    def value(self, name: str = "one") -> str:
        """What a snippet shows."""
        result = self.result(name)
        assert result.state in (State.FRESH, State.FROZEN), result.problems
        return result.outputs["value"].text

    @property
    def ran(self) -> list[str]:
        """What the last build ran."""
        return sorted(self.recorder.names)

    def is_fresh(self, name: str = "one") -> bool:
        """Whether a new build takes the stored result."""
        self.new_build()
        return self.workshop.stored()[name].state is State.FRESH

    def why(self, name: str = "one") -> str:
        """What `explain` says has changed."""
        return "; ".join(self.workshop.explain(self.workshop.snippets()[name]).differences)

    def wipe(self) -> None:
        """Takes all away but the libraries' cache, whose path is in the server's environment."""
        for entry in self.root.iterdir():
            if entry.name == ".knapper":
                shutil.rmtree(entry / "results", ignore_errors=True)
            elif entry.is_dir():
                shutil.rmtree(entry)
            else:
                entry.unlink()
        for folder in ("snippets", "src", "data"):
            (self.root / folder).mkdir()
        self.recorder.names.clear()
        self.new_build()

    def warm_up(self) -> None:
        self.write("snippets/warm.py", WARM)
        self.workshop.results(["warm"])
        self.wipe()

    def stored(self, name: str = "one") -> list[Path]:
        """The files of its results."""
        folder = self.layout.results / name
        return sorted(path for path in folder.glob("*") if path.is_file()) if folder.is_dir() else []

    def manifest(self, name: str = "one") -> dict[str, object]:
        (path,) = (self.layout.results / name).glob("*.json")
        found: dict[str, object] = json.loads(path.read_bytes())
        return found


def shown(results: Mapping[str, Result]) -> dict[str, object]:
    """Outputs of results, for comparisons."""
    return {
        name: {cell: (output.kind, output.text) for cell, output in result.outputs.items() if output.kind is Kind.VALUE}
        if result.state is not State.FAILED
        else State.FAILED
        for name, result in results.items()
    }
