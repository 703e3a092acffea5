"""The Python-Markdown extension: a note in, the elements of its page out.

It takes the place of Python-Markdown's block parser, so that the tree processors after it (table of contents, attribute
lists, MkDocs's own) work as they do for any page, while no preprocessor and no stock inline pattern sees the note.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from xml.etree.ElementTree import Element, ElementTree

from markdown import Markdown
from markdown.blockparser import BlockParser
from markdown.extensions import Extension
from markdown.treeprocessors import Treeprocessor
from markdown.util import Registry

from knapper.markdown.blocks import EMBEDDED, BlockWriter
from knapper.markdown.code import CodeWriter
from knapper.markdown.embeds import EmbedWriter
from knapper.markdown.inlines import InlineWriter
from knapper.markdown.sanitize import SanitizePostprocessor
from knapper.markdown.scope import Options, Page, Scope
from knapper.markdown.stock import StockBlocks
from knapper.syntax import Document, parse
from knapper.vault.index import Index

_FENCES = "fenced_code_block"
_STOCK = "python-markdown"


class KnapperExtension(Extension):
    """Obsidian-flavoured Markdown for Python-Markdown. Must be the last of the extensions.

    Args:
        index: the vault that links are resolved in; None shows them as they are written.
        tag_url: the address of a tag's page, from the path of the note that shows it and the tag; None for no link.
        strict_line_breaks: a single newline is a space, as in CommonMark; else a line break, as in Obsidian.
        sanitize_html: take scripts and other active content out of the page; needs the package `nh3`.

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
    ) -> None:
        super().__init__()
        self.index = index
        self.note: str | None = None
        self._tag_url = tag_url
        self._strict_line_breaks = strict_line_breaks
        self._sanitize_html = sanitize_html

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown's name
        """Put the parser of notes in place of the stock one, unless the note asks for that."""
        if self._is_stock():
            return
        options = Options(self.index, self._tag_url, self._strict_line_breaks)
        fences = _take_fences(md)
        md.parser = NoteParser(md, self, options, fences)
        for name in ("inline", "prettify", "unescape"):
            md.treeprocessors.deregister(name)
        # After toc, which reads headings at 5; before MkDocs's processors at 0.
        md.treeprocessors.register(EmbeddedHeadings(md), "knapper_embedded_headings", 4)
        if self._sanitize_html:
            md.postprocessors.register(SanitizePostprocessor(md), "knapper_sanitize", -100)

    def _is_stock(self) -> bool:
        note = self.index.note(self.note) if self.index and self.note else None
        return note is not None and note.document.properties.get("parser") == _STOCK

    def document(self, text: str) -> tuple[str, Document]:
        """Path and document of the note to convert."""
        note = self.index.note(self.note) if self.index and self.note else None
        return (note.path, note.document) if note else (self.note or "", parse(text, self.note or ""))


class NoteParser(BlockParser):
    """Builds the tree of a page from a document instead of lines."""

    def __init__(
        self,
        md: Markdown,
        extension: KnapperExtension,
        options: Options,
        fences: Callable[[list[str]], list[str]] | None,
    ) -> None:
        super().__init__(md)
        stock = md.parser
        self.blockprocessors = stock.blockprocessors
        inlines = InlineWriter(md, options)
        embeds = EmbedWriter(inlines, options)
        self._extension = extension
        self._writer = BlockWriter(md, inlines, embeds, CodeWriter(md, options, fences), StockBlocks(stock))

    def parseDocument(self, lines: Iterable[str]) -> ElementTree:  # noqa: N802 - Python-Markdown's name
        """The tree of the page."""
        path, document = self._extension.document("\n".join(lines))
        self.root = Element(self.md.doc_tag)
        self._writer.write_page(self.root, Scope(path, path, document, Page(), trail=((path, ""),)))
        return ElementTree(self.root)


class EmbeddedHeadings(Treeprocessor):
    """Gives headings in embeds their tags, which the table of contents has passed over by now."""

    def run(self, root: Element) -> None:
        """Rename the elements in place."""
        for heading in root.iter():
            if str(heading.tag).startswith(EMBEDDED):
                heading.tag = str(heading.tag).removeprefix(EMBEDDED)


def _take_fences(md: Markdown) -> Callable[[list[str]], list[str]] | None:
    """The processor of fences, which shall see code blocks one by one; the preprocessors see nothing of the note.

    It stays registered, as its formatters look it up.
    """
    stock, md.preprocessors = md.preprocessors, Registry()
    if _FENCES not in stock:
        return None
    fences = stock[_FENCES]
    md.preprocessors.register(fences, _FENCES, 25)
    run = fences.run
    fences.run = lambda lines: lines  # type: ignore[method-assign]
    return run
