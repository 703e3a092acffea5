"""Where a link goes, and why it does not."""

from __future__ import annotations

from typing import NamedTuple

from knapper.diagnostics import Code
from knapper.syntax.document import Target
from knapper.vault.names import is_note
from knapper.vault.resolve import Ambiguous


class Destination(NamedTuple):
    """Where a link or embed goes.

    Attributes:
        path: of the note or attachment; None if there is nothing to link to.
        anchor: of a note, the id of a heading or `^id`; of an attachment, the subpath; empty for the whole file.
        problem: why the link does not work, or a notice: the link works with `AMBIGUOUS_TARGET` and `ALIAS_TARGET`, and
            leads to the whole note with `MISSING_HEADING` and `MISSING_BLOCK`.
        message: the problem in words.
        hint: what to do about it.
    """

    path: str | None
    anchor: str = ""
    problem: Code | None = None
    message: str = ""
    hint: str = ""


def outside(target: Target) -> Destination:
    """Of a relative path that leaves the vault."""
    hint = "link to a file of the vault, or to a web address"
    return Destination(None, "", Code.OUTSIDE_VAULT, f"`{target.path}` leaves the vault", hint)


def unpublished(target: Target) -> Destination:
    """Of a file that is not published; says nothing of it that the link does not say."""
    hint = "publish it, or remove the link"
    return Destination(None, "", Code.UNPUBLISHED_TARGET, f"`{target.path}` is not published", hint)


def missing(target: Target) -> Destination:
    """Of a file that the vault does not have."""
    kind = "file" if "." in target.path and not is_note(target.path) else "note"
    hint = f"add the {kind}, or remove the link"
    return Destination(None, "", Code.MISSING_TARGET, f"the vault has no {kind} `{target.path}`", hint)


def unsupported(path: str) -> Destination:
    """Of a canvas or base."""
    kind = "canvas" if path.lower().endswith(".canvas") else "base"
    message = f"a static site cannot show the {kind} `{path}`; a placeholder is shown"
    return Destination(None, "", Code.UNSUPPORTED, message, "embed a picture of it, or write a list or table")


def without_part(path: str, target: Target) -> Destination:
    """Of a heading or block that the note at a path does not have."""
    if target.block is not None:
        hint = f"write ^{target.block} at the end of the block, or link to the note"
        return Destination(path, "", Code.MISSING_BLOCK, f"`{path}` has no block `^{target.block}`", hint)
    message = f"`{path}` has no heading `{' › '.join(target.headings)}`"
    return Destination(path, "", Code.MISSING_HEADING, message, "add the heading, or link to the note")


def ambiguous(found: Ambiguous, anchor: str, target: Target) -> Destination:
    """Of one of several files that match equally well."""
    shown = ", ".join(f"`{path}`" for path in found.candidates)
    message = f"`{target.path}` may be any of {shown}; `{found.path}` is taken"
    return Destination(found.path, anchor, Code.AMBIGUOUS_TARGET, message, "write the path from the vault's root")


def alias(path: str, anchor: str, target: Target, link: str) -> Destination:
    """Of a note that has the target as an alias; `link` is how to link to the note."""
    message = f"`{target.path}` is an alias of `{path}`, and Obsidian links to no alias"
    part = f"#{target.subpath}" if target.subpath else ""
    return Destination(path, anchor, Code.ALIAS_TARGET, message, f"write [[{link}{part}|{target.path}]]")
