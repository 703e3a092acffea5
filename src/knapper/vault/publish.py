"""Which notes are published: the one filter, applied before anything is indexed."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

import pathspec

from knapper.diagnostics import Code, Diagnostic
from knapper.vault.properties import Properties

IGNORED_FOLDERS = frozenset({"node_modules"})
"""Folders never read, besides all whose names begin with a dot (`.obsidian`, `.trash`, `.git`, `.venv`)."""

_UNPUBLISHED_LINE = re.compile(
    r"""^["']?(?:publish["']?\s*:\s*["']?(?:false|no|off)|draft["']?\s*:\s*["']?(?:true|yes|on))\b""",
    re.IGNORECASE | re.MULTILINE,
)
_PROPERTIES = re.compile(r"\A---[ \t]*\n(.*?)(?:^---[ \t]*$|\Z)", re.DOTALL | re.MULTILINE)


@lru_cache(maxsize=16)
def _patterns(lines: tuple[str, ...]) -> pathspec.GitIgnoreSpec:
    return pathspec.GitIgnoreSpec.from_lines(lines)


@dataclass(frozen=True, slots=True)
class Settings:
    """What of a vault is published, where, and what is reported.

    Raises:
        ValueError: a pattern of `exclude` is malformed.
    """

    exclude: tuple[str, ...] = field(
        default=(), metadata={"help": "Folders and files to leave out, as patterns of a .gitignore file."}
    )
    drafts: bool = field(default=False, metadata={"help": "Publish notes with `draft: true` too."})
    publish_required: bool = field(
        default=False, metadata={"help": "Publish only notes with `publish: true`, as Obsidian Publish does."}
    )
    home: str = field(
        default="", metadata={"help": "The note that is the home page, as a link would name it, if not `index.md`."}
    )
    ignore: frozenset[Code] = field(default=frozenset(), metadata={"help": "Codes of diagnostics not to report."})

    def __post_init__(self) -> None:
        _patterns(self.exclude)

    def excludes(self, path: str) -> bool:
        """Whether a vault-relative path is in an excluded folder or matches an excluded pattern."""
        return bool(self.exclude) and _patterns(self.exclude).match_file(path)

    def publishes(self, path: str, note: Publication) -> bool:
        """Whether a note is published, by its path and its properties; `publish: true` beats excluded folders."""
        if note.publish is False or (note.draft and not self.drafts):
            return False
        return note.publish is True or not (self.publish_required or self.excludes(path))


DEFAULT_SETTINGS = Settings()
"""Everything is published but notes with `publish: false` or `draft: true`."""


class Publication(NamedTuple):
    """What a note says of its own publication.

    Attributes:
        publish, draft: the properties; None and False if unset.
        problems: those that may be the reason why the note is not published.
    """

    publish: bool | None = None
    draft: bool = False
    problems: tuple[Diagnostic, ...] = ()


def publication(properties: Properties) -> Publication:
    """The properties `publish` and `draft` of a note.

    Whatever is unclear keeps the note private: a value that is neither true nor false, and a line `publish: false` or
    `draft: true` among properties that cannot be read.
    """
    publish = properties.flag("publish", unclear=False)
    draft = properties.flag("draft", unclear=True) is True
    if any(problem.code is Code.PROPERTIES_SYNTAX for problem in properties.document.diagnostics):
        block = _PROPERTIES.match(properties.document.text)
        publish = False if block and _UNPUBLISHED_LINE.search(block[1]) else publish
    return Publication(publish, draft, tuple(properties.problems))
