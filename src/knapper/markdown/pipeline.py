"""The parser of notes within a Markdown instance, beside the stock pipeline for notes that ask for that."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from xml.etree.ElementTree import Element, ElementTree

from markdown import Markdown
from markdown.blockparser import BlockParser
from markdown.preprocessors import Preprocessor
from markdown.treeprocessors import Treeprocessor
from markdown.util import Registry

from knapper.markdown.blocks import EMBEDDED, BlockWriter
from knapper.markdown.code import CodeWriter, CopyIds
from knapper.markdown.embeds import EmbedWriter
from knapper.markdown.inlines import InlineWriter
from knapper.markdown.outputs import OutputWriter
from knapper.markdown.pictures import FileElements
from knapper.markdown.scope import Options, Page, Scope
from knapper.markdown.stock import StockBlocks
from knapper.syntax.document import Document

_FENCES = "fenced_code_block"
# Names and priorities of the tree processors whose work the parser of notes has done already.
_STOCK_ONLY = {"inline": 20, "prettify": 10, "task-list": 25, "unescape": 0}


def install(md: Markdown, options: Options, document: Callable[[str], tuple[str, Document]]) -> None:
    """Make a Markdown instance convert notes.

    Args:
        md: with all other extensions loaded.
        options: for the writer.
        document: path and document of a note, from its text.
    """
    stock = StockPipeline(md)
    parser = NoteParser(md, options, stock)
    md.preprocessors = Registry()
    if stock.fences is not None:
        # Its formatters look it up, but it is given the notes' code blocks one by one.
        md.preprocessors.register(stock.fences, _FENCES, 25)
        stock.fences.run = lambda lines: lines  # type: ignore[method-assign]
    md.preprocessors.register(ChoosePipeline(md, document, parser, stock), "knapper_choose_pipeline", 100)
    # After toc, which reads headings at 5; before MkDocs's processors at 0.
    md.treeprocessors.register(EmbeddedHeadings(md), "knapper_embedded_headings", 4)
    md.treeprocessors.register(CopyIds(md), "knapper_copy_ids", -10)
    # After those, which find the addresses of images, but not of players and frames.
    md.treeprocessors.register(FileElements(md), "knapper_file_elements", -10)


class StockPipeline:
    """What a Markdown instance would do without this extension.

    Attributes:
        parser: of blocks.
        fences: the preprocessor of fenced code, if there is one.
        run_fences: what that does.
    """

    def __init__(self, md: Markdown) -> None:
        self.parser = md.parser
        self._preprocessors = md.preprocessors
        self._treeprocessors = {name: md.treeprocessors[name] for name in _STOCK_ONLY if name in md.treeprocessors}
        self.fences = md.preprocessors[_FENCES] if _FENCES in md.preprocessors else None  # noqa: SIM401 - no dict
        self.run_fences = self.fences.run if self.fences else None

    def preprocess(self, lines: list[str]) -> list[str]:
        """What the stock preprocessors make of a note."""
        for preprocessor in self._preprocessors:
            run = self.run_fences if preprocessor is self.fences else None
            lines = (run or preprocessor.run)(lines)
        return lines

    def set_treeprocessors(self, md: Markdown, active: bool) -> None:
        """Register or deregister the tree processors that only the stock pipeline has."""
        for name, treeprocessor in self._treeprocessors.items():
            if not active:
                md.treeprocessors.deregister(name, strict=False)
            elif name not in md.treeprocessors:
                md.treeprocessors.register(treeprocessor, name, _STOCK_ONLY[name])


class NoteParser(BlockParser):
    """Builds the tree of a page from a document instead of lines.

    Attributes:
        note: path and document of the note to build next.
    """

    note: tuple[str, Document]

    def __init__(self, md: Markdown, options: Options, stock: StockPipeline) -> None:
        super().__init__(md)
        self.blockprocessors = stock.parser.blockprocessors
        code = CodeWriter(md, options, stock.run_fences)
        outputs = OutputWriter(md, options, code)
        inlines = InlineWriter(md, options, outputs)
        embeds = EmbedWriter(inlines, options)
        self._writer = BlockWriter(md, inlines, embeds, outputs, code, StockBlocks(stock.parser))

    def parseDocument(self, lines: Iterable[str]) -> ElementTree:  # noqa: N802 - Python-Markdown's signature
        """The tree of the page."""
        path, document = self.note
        self.root = Element(self.md.doc_tag)
        self._writer.write_page(self.root, Scope(path, path, document, Page(), trail=((path, ""),)))
        return ElementTree(self.root)


class ChoosePipeline(Preprocessor):
    """Sends a note to the parser of notes or, if it asks for `parser: python-markdown`, through the stock pipeline."""

    def __init__(
        self,
        md: Markdown,
        document: Callable[[str], tuple[str, Document]],
        parser: NoteParser,
        stock: StockPipeline,
    ) -> None:
        super().__init__(md)
        self._document = document
        self._parser = parser
        self._stock = stock

    def run(self, lines: list[str]) -> list[str]:
        """The lines for the parser that is chosen."""
        path, document = self._document("\n".join(lines))
        is_stock = document.properties.get("parser") == "python-markdown"
        self._stock.set_treeprocessors(self.md, active=is_stock)
        if is_stock:
            self.md.parser = self._stock.parser
            return self._stock.preprocess(document.text[document.body.start :].split("\n"))
        self.md.parser = self._parser
        self._parser.note = path, document
        return lines


class EmbeddedHeadings(Treeprocessor):
    """Gives headings in embeds their tags, which the table of contents has passed over by now."""

    def run(self, root: Element) -> None:
        """Rename the elements in place."""
        for heading in root.iter():
            if str(heading.tag).startswith(EMBEDDED):
                heading.tag = str(heading.tag).removeprefix(EMBEDDED)
