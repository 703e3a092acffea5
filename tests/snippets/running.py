"""Projects in temporary folders, whose snippets really run."""

import os
import tempfile
import textwrap
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import psutil

from knapper.diagnostics import Diagnostic
from knapper.snippets.layout import Layout
from knapper.snippets.result import Result, State
from knapper.snippets.workshop import Workshop

MARK = f"knapper_test_{os.getpid()}"
"""What the command lines and the environments of processes contain that must not live on."""


def script(body: str, header: str = "") -> str:
    """A script of one cell, or of several if the body has markers; `header` is the table `[tool.knapper]`."""
    body = textwrap.dedent(body).strip("\n")
    lines = ["# /// script", "# [tool.knapper]", *(f"# {line}" for line in header.splitlines()), "# ///"]
    first = "" if body.startswith("# %%") else '# %% name="out"\n'
    return "\n".join(lines if header else []) + ("\n" if header else "") + first + body + "\n"


class Project:
    """A project with snippets, modules in `src`, and data."""

    def __init__(self, root: Path) -> None:
        self.layout = Layout(root)
        self.root = root
        for folder in ("snippets", "src", "data"):
            (root / folder).mkdir(parents=True)
        self.workshop = Workshop(self.layout)

    def write(self, path: str, text: str) -> Path:
        target = self.root / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text, encoding="utf-8")
        return target

    def add(self, name: str, body: str, header: str = "") -> str:
        self.write(f"snippets/{name}.py", script(body, header))
        return name

    def results(self, *names: str) -> dict[str, Result]:
        return self.workshop.results(names or None)

    def run(self, name: str, body: str, header: str = "") -> Result:
        """The result of a snippet of that name and body; it must be good."""
        result = self.workshop.results([self.add(name, body, header)])[name]
        assert result.state is State.FRESH, result.problems
        return result

    def failure(self, name: str, body: str, header: str = "") -> Diagnostic:
        """Why a snippet of that name and body has no result."""
        return failure(self.workshop.results([self.add(name, body, header)])[name])

    def printed(self, name: str, body: str, header: str = "") -> str:
        """What a snippet prints."""
        return printed(self.run(name, body, header))


def failure(result: Result) -> Diagnostic:
    assert result.state is State.FAILED, result
    (problem,) = result.problems
    return problem


def printed(result: Result) -> str:
    """What is on the standard streams, and the texts of what is displayed, in order."""
    return "".join(_text(output) for cell in result.displayed for output in cell)


def _text(output: Mapping[str, Any]) -> str:
    if output["output_type"] == "stream":
        return str(output["text"])
    return f"<{output['data'].get('text/plain', '')}>" if "data" in output else ""


def line_of(text: str, part: str) -> int:
    """The line of a script that contains a text."""
    (found,) = [number for number, line in enumerate(text.splitlines(), 1) if part in line]
    return found


def living(mark: str = MARK) -> list[str]:
    """Processes that have a mark in their command line or environment, apart from this one."""
    found = []
    for process in psutil.process_iter():
        if process.pid == os.getpid():
            continue
        try:
            if process.status() == psutil.STATUS_ZOMBIE:
                continue
            if mark in " ".join(process.cmdline()) or mark in process.environ().values():
                found.append(f"{process.pid} {process.cmdline()}")
        except psutil.Error:
            continue
    return found


def wait_until_dead(mark: str = MARK, seconds: float = 3.0) -> list[str]:
    """Those of `living` that are still there after some time."""
    until = time.monotonic() + seconds
    while (found := living(mark)) and time.monotonic() < until:
        time.sleep(0.05)
    return found


def leftovers(seconds: float = 3.0) -> list[Path]:
    """Folders of runs in the temporary folder, of supervisors that are no more, that stay for some time."""
    until = time.monotonic() + seconds
    while True:
        folders = Path(tempfile.gettempdir()).glob("knapper-*-*")
        left = [folder for folder in folders if not psutil.pid_exists(int(folder.name.split("-")[1]))]
        if not left or time.monotonic() > until:
            return left
        time.sleep(0.05)
