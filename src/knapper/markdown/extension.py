"""The Python-Markdown extension: a note in, the elements of its page out.

It takes the place of Python-Markdown's block parser, so that the tree processors after it (table of contents, attribute
lists, MkDocs's own) work as they do for any page, while no preprocessor and no stock inline pattern sees the note.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping

from markdown import Markdown
from markdown.extensions import Extension

from knapper.markdown.mounted import Mounted, SourceFile
from knapper.markdown.pipeline import install
from knapper.markdown.sanitize import SanitizePostprocessor
from knapper.markdown.scope import Options
from knapper.snippets.result import Result
from knapper.syntax import Document, parse
from knapper.vault.index import Index


class KnapperExtension(Extension):
    """Obsidian-flavoured Markdown for Python-Markdown. Must be the last of the extensions.

    Args:
        index: the vault that links are resolved in; None shows them as they are written.
        tag_url: the address of a tag's page, from the path of the note that shows it and the tag; None for no link.
        strict_line_breaks: a single newline is a space, as in CommonMark; else a line break, as in Obsidian.
        sanitize_html: take scripts and other active content out of the page; needs the package `nh3`.
        results: what has come of snippets, by name, as the index was told.
        sources: Python files by the paths at which they are mounted, likewise; scripts of results may be left out.

    Attributes:
        index: as above; may be set anew before a Markdown instance is made.
        note: path of the note to convert next. Its document comes from the index, and the text given to `convert` is
            not parsed again. None parses the text.
    """

    def __init__(
        self,
        index: Index | None = None,
        tag_url: Callable[[str, str], str] | None = None,
        strict_line_breaks: bool = False,
        sanitize_html: bool = False,
        results: Mapping[str, Result] | None = None,
        sources: Mapping[str, SourceFile] | None = None,
    ) -> None:
        super().__init__()
        self.index = index
        self.note: str | None = None
        self._tag_url = tag_url
        self._strict_line_breaks = strict_line_breaks
        self._sanitize_html = sanitize_html
        self._mounted = Mounted(results or {}, sources or {})

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown's name
        """Put the parser of notes before the stock pipeline."""
        install(md, Options(self.index, self._tag_url, self._strict_line_breaks, self._mounted), self.document)
        if self._sanitize_html:
            md.postprocessors.register(SanitizePostprocessor(md), "knapper_sanitize", -100)

    def document(self, text: str) -> tuple[str, Document]:
        """Path and document of the note to convert."""
        note = self.index.note(self.note) if self.index and self.note else None
        return (note.path, note.document) if note else (self.note or "", parse(text, self.note or ""))
