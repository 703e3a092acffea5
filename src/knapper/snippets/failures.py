"""Why a snippet has failed, in words, at the line of the script."""

from __future__ import annotations

import traceback
from pathlib import Path
from typing import Any

from knapper.diagnostics import Code
from knapper.snippets.job import Failure
from knapper.snippets.shell import Scrubber
from knapper.snippets.trace import Trace, UndeclaredError


class Failures:
    """Describes errors of one script.

    Args:
        trace: what the script has used so far.
        scrubber: takes out of texts what is of this machine.
    """

    def __init__(self, trace: Trace, scrubber: Scrubber) -> None:
        self._trace = trace
        self._scrubber = scrubber

    def output(self, error: BaseException) -> dict[str, Any]:
        """An error as a notebook has it, with its traceback less the frames of the runner."""
        ours = (str(Path(__file__).parent), "<frozen importlib")
        frames = [frame for frame in traceback.extract_tb(error.__traceback__) if not frame.filename.startswith(ours)]
        lines = traceback.format_list(traceback.StackSummary.from_list(frames))
        name, text = type(error).__name__, self._text(error)
        listing = [*(self._scrubber.text(line.rstrip()) for line in lines), f"{name}: {text}"]
        return {"output_type": "error", "ename": name, "evalue": text, "traceback": listing}

    def of_error(self, error: BaseException, line: int) -> Failure:
        """What an error means for the snippet.

        Args:
            error: as raised while a cell ran.
            line: of the script, if the traceback has none of its lines.
        """
        frames = traceback.extract_tb(error.__traceback__)
        line = next((frame.lineno for frame in reversed(frames) if frame.filename == self._trace.script), None) or line
        name, text = type(error).__name__, self._text(error)
        if isinstance(error, UndeclaredError):
            return _undeclared(line, text)
        if isinstance(error, SystemExit):
            return Failure(line, "the snippet ends itself before its end", "remove the call of exit")
        if isinstance(error, SyntaxError) and error.filename in self._sources():
            place, text = f" (in {self._trace.relative(error.filename)}:{error.lineno})", error.msg
        else:
            place = self._place(frames)
        first = text.split("\n", 1)[0]
        hint = self._hint(error, text)
        return Failure(line, f"{name}: {first}{place}" if first else f"{name}{place}", hint)

    def of_refusal(self) -> Failure | None:
        """A refusal that the snippet, or a library, has caught: what it displays may depend on it."""
        return _undeclared(*self._trace.refused[0]) if self._trace.refused else None

    def _text(self, error: BaseException) -> str:
        try:
            return self._scrubber.text(str(error)).strip()
        except Exception:
            return ""

    def _place(self, frames: traceback.StackSummary) -> str:
        """Where in a module of the project an error was raised, if not in the script itself."""
        sources = {self._trace.script, *self._sources()}
        inner = next((frame for frame in reversed(frames) if frame.filename in sources), None)
        if inner is None or inner.filename == self._trace.script:
            return ""
        return f" (in {self._trace.relative(inner.filename)}:{inner.lineno})"

    def _sources(self) -> set[str]:
        """The modules of the project that have been imported."""
        return {str(self._trace.policy.root / path) for path, sha in self._trace.modules.values() if sha}

    def _hint(self, error: BaseException, text: str) -> str:
        """What to do about an error that says it only in its own words."""
        if isinstance(error, ImportError) and error.name == Path(self._trace.script).stem:
            return f"the script itself has the name `{error.name}`, and comes first: rename one of them"
        return self._hint_for_file(text) if isinstance(error, OSError) else ""

    def _hint_for_file(self, text: str) -> str:
        """What to declare, if an error of C code, which the audit hook does not see, names a file of the project."""
        for quoted in text.replace('"', "'").split("'")[1::2]:
            path = self._trace.policy.root / quoted
            if path.is_file() and self._trace.policy.is_of_project(str(path)):
                shown = self._trace.relative(path)
                return f'if it reads `{shown}`, add `reads = ["{shown}"]` to its header'
        return ""


def _undeclared(line: int, text: str) -> Failure:
    message, _, hint = text.partition(": ")
    return Failure(line, message, hint, Code.UNDECLARED_INPUT.value)
