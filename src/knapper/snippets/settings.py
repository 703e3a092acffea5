"""What a snippet declares in its header (PEP 723): limits, device, network, and the files that it reads."""

from __future__ import annotations

import difflib
import math
import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from knapper.diagnostics import Code, Diagnostic

# The regular expression of PEP 723.
_BLOCK = re.compile(r"(?m)^# /// (?P<type>[a-zA-Z0-9-]+)$\s(?P<content>(^#(| .*)$\s)+)^# ///$")
_OPENING = re.compile(r"(?m)^#[ \t]*///[ \t]*script\b.*$")
_DRIVE = re.compile(r"[A-Za-z]:")
_VARIABLE = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
_SIZE = re.compile(r"(\d+(?:\.\d+)?)\s*([KMGT]?)(i?)B", re.IGNORECASE)
_PREFIXES = {"": 0, "K": 1, "M": 2, "G": 3, "T": 4}
_AT = re.compile(r"\(at line (\d+), column (\d+)\)")


@dataclass(frozen=True, slots=True)
class Settings:
    """The table `[tool.knapper]` of a header.

    Attributes:
        timeout: seconds from the first cell to the end of the last.
        memory: bytes of private memory that the snippet and the processes that it starts may have together.
        device: `cpu`, or `gpu` if there is one.
        network: whether it may reach the network.
        reads: patterns of the project's files that it reads besides modules, relative to the project.
        env: variables of the environment.
        resources: what a machine of a cluster must have, and how much of it.
        dependencies: of the header itself.
    """

    timeout: float = 60.0
    memory: int = 4_000_000_000
    device: str = "cpu"
    network: bool = False
    reads: tuple[str, ...] = ()
    env: Mapping[str, str] = field(default_factory=dict)
    resources: Mapping[str, float] = field(default_factory=dict)
    dependencies: tuple[str, ...] = ()


class _WrongKindError(ValueError):
    """A value of the wrong kind; the message says which is wanted."""


def _seconds(value: Any) -> float:
    if not _is_amount(value):
        raise _WrongKindError("a number of seconds, such as 60")
    return float(value)


def _is_amount(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < math.inf


def _bytes(value: Any) -> int:
    match = _SIZE.fullmatch(value.strip()) if isinstance(value, str) else None
    if match is None:
        raise _WrongKindError('an amount, such as "2 GB"')
    base = 1024 if match[3] else 1000
    amount = int(float(match[1]) * base ** _PREFIXES[match[2].upper()])
    if not amount:
        raise _WrongKindError('an amount, such as "2 GB", and more than nothing')
    return amount


def _device(value: Any) -> str:
    if value not in ("cpu", "gpu"):
        raise _WrongKindError('"cpu" or "gpu"')
    return str(value)


def _flag(value: Any) -> bool:
    if not isinstance(value, bool):
        raise _WrongKindError("true or false")
    return value


def _patterns(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(item, str) and item for item in value):
        raise _WrongKindError('a list of paths, such as ["data/*.csv"]')
    paths = [item.replace("\\", "/").removeprefix("./") for item in value]
    if any(path.startswith(("/", "~")) or _DRIVE.match(path) or ".." in path.split("/") for path in paths):
        raise _WrongKindError("paths within the project, relative to it")
    if any("**" in part and part != "**" for path in paths for part in path.split("/")):
        raise _WrongKindError("paths where `**` stands for whole folders, such as data/**/*.csv")
    if any("\0" in path or path in ("", ".") for path in paths):
        raise _WrongKindError('a list of paths of files, such as ["data/*.csv"]')
    # Python 3.13 lets `data/**` match files; before, it matched folders alone.
    return tuple(f"{path}/*" if path.split("/")[-1] == "**" else path for path in paths)


def _variables(value: Any) -> Mapping[str, str]:
    if not isinstance(value, dict) or not all(isinstance(item, str) and "\0" not in item for item in value.values()):
        raise _WrongKindError('a table of strings, such as {KERAS_BACKEND = "jax"}')
    if wrong := [name for name in value if not _VARIABLE.fullmatch(name)]:
        raise _WrongKindError(f"a table of variables, and none can be named {wrong[0]!r}")
    return dict(sorted(value.items()))


def _amounts(value: Any) -> Mapping[str, float]:
    numbers = value.values() if isinstance(value, dict) else [None]
    if not all(map(_is_amount, numbers)):
        raise _WrongKindError("a table of numbers, such as {TPU = 1}")
    return {name: float(item) for name, item in sorted(value.items())}


_READERS: Mapping[str, Callable[[Any], Any]] = {
    "timeout": _seconds,
    "memory": _bytes,
    "device": _device,
    "network": _flag,
    "reads": _patterns,
    "env": _variables,
    "resources": _amounts,
}


def read_settings(text: str, path: str) -> tuple[Settings, list[Diagnostic]]:
    """The settings of a script, with defaults where it has none or wrong ones, and what is wrong with its header.

    Args:
        text: of the script.
        path: for the diagnostics.
    """
    blocks = [match for match in _BLOCK.finditer(text) if match["type"] == "script"]
    if not blocks:
        return Settings(), _check_form(text, path)
    first = text.count("\n", 0, blocks[0].start()) + 2
    if len(blocks) > 1:
        line = text.count("\n", 0, blocks[1].start()) + 1
        message = "a script has one header `# /// script` at most"
        return Settings(), [Diagnostic(path, line, 1, Code.SNIPPET_HEADER, message, "join the two")]
    content = "\n".join(line[2:] for line in blocks[0]["content"].splitlines())
    try:
        header = tomllib.loads(content)
    except tomllib.TOMLDecodeError as error:
        at = _AT.search(str(error))
        line = first + (int(at[1]) - 1 if at else content.count("\n"))
        message = f"the header is no TOML: {_AT.sub('', str(error)).strip()}"
        return Settings(), [Diagnostic(path, line, 1, Code.SNIPPET_HEADER, message, "see PEP 723")]
    return _Reader(path, content, first).read(header)


def without_header(text: str) -> str:
    """A text less a header that is in it."""
    return _BLOCK.sub(lambda match: "" if match["type"] == "script" else match[0], text)


def _check_form(text: str, path: str) -> list[Diagnostic]:
    """A header that PEP 723 does not take for one, whose settings would be ignored without a word."""
    opening = _OPENING.search(text)
    if opening is None or text.startswith("# /// script\n# ///\n", opening.start()):
        return []
    line = text.count("\n", 0, opening.start()) + 1
    message = "this opens a header, but it is not in the form of PEP 723"
    hint = "open it with `# /// script`, begin each line with `# `, and end it with `# ///`"
    return [Diagnostic(path, line, 1, Code.SNIPPET_HEADER, message, hint)]


@dataclass(slots=True)
class _Reader:
    path: str
    content: str
    first: int
    problems: list[Diagnostic] = field(default_factory=list)

    def read(self, header: Mapping[str, Any]) -> tuple[Settings, list[Diagnostic]]:
        values: dict[str, Any] = {}
        tool = header.get("tool")
        tools = tool if isinstance(tool, dict) else {}
        if "knapper" not in tools and (close := difflib.get_close_matches("knapper", tools, n=1, cutoff=0.8)):
            self._report(close[0], f"there is no tool `{close[0]}`", "did you mean `[tool.knapper]`?")
        table = tools.get("knapper", {})
        if not isinstance(table, dict):
            self._report("knapper", "`[tool.knapper]` is no table", "write one `key = value` a line below it")
            table = {}
        for key, value in table.items():
            if (reader := _READERS.get(key)) is None:
                close = difflib.get_close_matches(key, _READERS, n=1)
                hint = f"did you mean `{close[0]}`?" if close else f"known are {', '.join(_READERS)}"
                self._report(key, f"`[tool.knapper]` has no key `{key}`", hint)
                continue
            try:
                values[key] = reader(value)
            except _WrongKindError as wrong:
                self._report(key, f"`{key}` is {wrong}", "correct the header")
        dependencies = header.get("dependencies", [])
        if not isinstance(dependencies, list) or not all(isinstance(item, str) for item in dependencies):
            self._report("dependencies", "`dependencies` is a list of strings", "correct the header")
            dependencies = []
        return Settings(**values, dependencies=tuple(dependencies)), self.problems

    def _report(self, key: str, message: str, hint: str) -> None:
        lines = self.content.split("\n")
        word = rf"(?<![\w-]){re.escape(key)}(?![\w-])"
        patterns = (rf"^\s*[\"']?{word}[\"']?\s*=", rf"^\s*\[.*{word}", word)
        hits = (i for pattern in patterns for i, line in enumerate(lines) if re.search(pattern, line))
        offset = next(hits, 0)
        self.problems.append(Diagnostic(self.path, self.first + offset, 1, Code.SNIPPET_HEADER, message, hint))
