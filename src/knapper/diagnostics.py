"""What is wrong with a note or a snippet, where, and what to do about it.

Every package of the core returns diagnostics; only the command line and the MkDocs adapter print them.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from enum import Enum

_CONTROL = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029]")


class Code(Enum):
    """Kinds of diagnostics. The value is what users write to select or ignore a kind."""

    INVALID_UTF8 = "invalid-utf8"
    """The file is not UTF-8; undecodable bytes are shown as U+FFFD."""
    MOJIBAKE = "mojibake"
    """UTF-8 text that was decoded with another encoding, such as Mac Roman, and saved again."""
    UNREADABLE_FILE = "unreadable-file"
    """The file could not be read, or its name cannot be used in a site."""
    FILE_NAME = "file-name"
    """A file name that no wikilink can reach."""
    LARGE_NOTE = "large-note"
    """A note so large that readers' browsers will struggle with it."""
    SYMLINK_OUTSIDE_VAULT = "symlink-outside-vault"
    """A symbolic link that leaves the vault; it is not followed."""
    PROPERTIES_SYNTAX = "properties-syntax"
    """The YAML between the opening `---` lines cannot be read; the note has no properties."""
    PROPERTY_VALUE = "property-value"
    """A property has a value of a kind that its name does not allow."""
    NESTING = "nesting"
    """Blocks or inline markup nested deeper than the cap; the surplus levels are flattened."""
    SURPLUS_CELLS = "surplus-cells"
    """A table row with more cells than its header; Markdown drops the surplus."""
    UNCLOSED_COMMENT = "unclosed-comment"
    """A `%%` that opens a comment which no second `%%` ends; the rest of the note is hidden."""
    COMMENT_OVER_LINES = "comment-over-lines"
    """A comment that opens within a line and ends on a later one: perhaps its `%%` are mere text."""
    UNCLOSED_MATH = "unclosed-math"
    """A `$$` that opens a formula which no second `$$` ends; it is shown as text."""
    UNCLOSED_BLOCK = "unclosed-block"
    """A `///` block without its closing line; it ends with the enclosing block."""
    DUPLICATE_BLOCK_ID = "duplicate-block-id"
    """Two blocks of one note carry the same `^id`; links go to the first."""
    UNDEFINED_FOOTNOTE = "undefined-footnote"
    """A footnote reference without a definition."""
    LINK_LIKE_TEXT = "link-like-text"
    """Text that looks like a link but is none, such as a wikilink that spans lines."""
    MISSING_TARGET = "missing-target"
    """A link or embed to a note or attachment that the vault does not have."""
    AMBIGUOUS_TARGET = "ambiguous-target"
    """A link that several files match equally well; the first in a stable order is taken."""
    ALIAS_TARGET = "alias-target"
    """A link to an alias: it works here, but not in Obsidian."""
    MISSING_HEADING = "missing-heading"
    """A link to a heading that the target note does not have."""
    MISSING_BLOCK = "missing-block"
    """A link to a block id that the target note does not have."""
    OUTSIDE_VAULT = "outside-vault"
    """A relative link that leaves the vault."""
    UNPUBLISHED_TARGET = "unpublished-target"
    """A published note links to a note that is not published."""
    EMBED_CYCLE = "embed-cycle"
    """A note that embeds itself, directly or through others."""
    EMBED_DEPTH = "embed-depth"
    """Embeds nested deeper than the cap; the surplus ones are shown as links."""
    PREREQUISITE_CYCLE = "prerequisite-cycle"
    """Notes that are each other's prerequisites, directly or through others."""
    DUPLICATE_SLUG = "duplicate-slug"
    """Two notes whose addresses would be the same; the later one gets a number."""
    DUPLICATE_REDIRECT = "duplicate-redirect"
    """A `permalink` or full-path alias that another page already has."""
    UNSUPPORTED = "unsupported"
    """Something of Obsidian that a static site cannot show: Canvas, Bases, Dataview, `query`."""
    SNIPPET_SYNTAX = "snippet-syntax"
    """A snippet that is no plain Python, such as one with a magic, a shell command or an `await` at top level."""
    SNIPPET_HEADER = "snippet-header"
    """A script header (PEP 723) that cannot be read, or a key of `[tool.knapper]` that does not exist."""
    CELL_NAME = "cell-name"
    """A name that two cells of a snippet have, or that no file can have."""
    CELL_OUTPUT = "cell-output"
    """A named cell that displays nothing, or several things, or something that no note can show."""
    FIGURE_TEXT = "figure-text"
    """A figure without a text alternative in its cell, or without a caption in the note."""
    SNIPPET_FAILED = "snippet-failed"
    """A snippet that raised, crashed, or went beyond a limit."""
    UNDECLARED_INPUT = "undeclared-input"
    """A snippet that uses what its header does not declare: a file, the network, a variable of the environment."""
    CHANGED_INPUT = "changed-input"
    """A file that changed while a snippet ran that uses it; the result is discarded."""
    NOT_REPRODUCIBLE = "not-reproducible"
    """A cell that displays something else when the snippet is run again."""
    MISSING_RESOURCE = "missing-resource"
    """A snippet that asks for something that no machine has."""
    STORE = "store"
    """A stored result that cannot be read or written."""
    MISSING_OUTPUT = "missing-output"
    """An embed of an output that its snippet does not have, or that could not be made."""
    MISSING_SYMBOL = "missing-symbol"
    """An embed of a function or class that its module does not have."""
    UNCOVERED_CONCEPT = "uncovered-concept"
    """A concept note without a fresh output and tested source."""


@dataclass(frozen=True, slots=True)
class Diagnostic:
    """One problem, at one place.

    Attributes:
        path: the file, relative to the vault, with forward slashes; of snippets and modules, relative to the project.
        line: 1-based line; 0 if the problem is of the file as a whole.
        column: 1-based column in characters; 0 with line 0.
        message: what is wrong, one sentence without a full stop.
        hint: what to do, or an empty string.
    """

    path: str
    line: int
    column: int
    code: Code
    message: str
    hint: str = ""

    def __str__(self) -> str:
        place = f"{self.path}:{self.line}:{self.column}" if self.line else self.path
        hint = f" ({self.hint})" if self.hint else ""
        return _CONTROL.sub(_escape, f"{place}: [{self.code.value}] {self.message}{hint}")


def _escape(character: re.Match[str]) -> str:
    """A character as Python writes it: a file's name may hold a line feed, or a command to the terminal."""
    return character[0].encode("unicode_escape").decode()


def filtered(
    diagnostics: Iterable[Diagnostic], select: Collection[Code] = (), ignore: Collection[Code] = ()
) -> list[Diagnostic]:
    """The diagnostics of the selected codes (all if none is selected), less the ignored ones, in file order."""
    kept = (d for d in diagnostics if (not select or d.code in select) and d.code not in ignore)
    return sorted(kept, key=lambda d: (d.path, d.line, d.column, d.code.value, d.message))
