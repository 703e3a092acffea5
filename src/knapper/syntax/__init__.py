"""Obsidian-flavoured Markdown: text becomes a `Document`. Pure: no files, no MkDocs."""

from knapper.syntax.document import Document
from knapper.syntax.parse import parse

__all__ = ["Document", "parse"]
