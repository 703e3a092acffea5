"""Mutants that may live: a table in the repository, each with the reason why no test can notice it.

For example:

    [[survivor]]
    module = "deeplearning/activations.py"
    function = "sigmoid"
    change = '''
    - score = np.asarray(z, dtype=np.float64)
    + score = np.asarray(z, )
    '''
    reason = "the division makes it float64 anyway"
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

SURVIVORS_NAME = "survivors.toml"
"""Name of the file, which is in the folder of the tests."""

_KEYS = {"module", "function", "change", "reason"}


@dataclass(frozen=True, slots=True)
class Accepted:
    """A mutant that may live.

    Attributes:
        module: path at which notes embed it.
        function: qualified name.
        change: removed and added lines, each after `- ` or `+ `.
        reason: why no test can notice it.
    """

    module: str
    function: str
    change: str
    reason: str


def read_accepted(folder: Path) -> tuple[list[Accepted], str]:
    """The table in a folder, and what is wrong with it, if anything; no table means that none may live."""
    try:
        document = tomllib.loads((folder / SURVIVORS_NAME).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return [], ""
    except (OSError, ValueError) as error:
        return [], f"it cannot be read: {error}"
    entries = document.get("survivor", [])
    if set(document) - {"survivor"} or not isinstance(entries, list):
        return [], "it may hold nothing but [[survivor]]"
    for number, entry in enumerate(entries, start=1):
        if not _is_complete(entry):
            return [], f"entry {number} needs the texts {', '.join(sorted(_KEYS))}, and nothing else"
    return [Accepted(**{**entry, "change": normalised(entry["change"])}) for entry in entries], ""


def normalised(change: str) -> str:
    """A change without blank lines and without spaces around its lines."""
    return "\n".join(filter(None, (line.strip() for line in change.splitlines())))


def _is_complete(entry: object) -> bool:
    texts: Iterable[object] = entry.values() if isinstance(entry, dict) else ()
    is_text = all(isinstance(text, str) and text.strip() for text in texts)
    return isinstance(entry, dict) and set(entry) == _KEYS and is_text
