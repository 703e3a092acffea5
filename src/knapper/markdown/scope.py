"""Where the writer is: in a note, or in an excerpt of another that it embeds."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from knapper.markdown.mounted import Mounted
from knapper.syntax.document import Document, FootnoteDefinition, InlineFootnote
from knapper.vault.embed import Trail
from knapper.vault.index import Index


@dataclass(frozen=True, slots=True)
class Options:
    """What a site may choose.

    Attributes:
        index: the vault; None shows links as they are written.
        tag_url: the address of a tag's page, from the path of the note that shows it and the tag; None: no link.
        strict_line_breaks: a single newline is a space, as in CommonMark; else a line break, as in Obsidian.
        mounted: what the index says is mounted.
    """

    index: Index | None = None
    tag_url: Callable[[str, str], str] | None = None
    strict_line_breaks: bool = False
    mounted: Mounted = field(default_factory=lambda: Mounted({}, {}))


@dataclass(slots=True)
class Page:
    """What the parts of one page share: numbers of embeds and footnotes in order of appearance.

    Attributes:
        notes: footnotes that are referred to, by prefix and label.
        outputs: how often each output and source file is shown, by path.
        noticed: snippets of which an output has told that they ran without the GPU that they ask for.
    """

    embeds: int = 0
    notes: dict[tuple[str, str], Footnote] = field(default_factory=dict)
    outputs: Counter[str] = field(default_factory=Counter)
    noticed: set[str] = field(default_factory=set)

    def output_id(self, path: str) -> str:
        """The id of the next element that shows an output or source file."""
        self.outputs[path] += 1
        count = self.outputs[path]
        return f"output{count if count > 1 else ''}:{'-'.join(path.split())}"


@dataclass(frozen=True, slots=True)
class Scope:
    """A document being written, and under what names its parts appear on the page.

    Attributes:
        path: of the note that the document is; links are resolved from there.
        page_path: of the note whose page it is; addresses are relative to that.
        prefix: before every id, in embeds.
        trail: the embeds that led here, the page first.
    """

    path: str
    page_path: str
    document: Document
    page: Page
    prefix: str = ""
    trail: Trail = ()

    def embedded(self, path: str, document: Document, trail: Trail) -> Scope:
        """The scope of the page's next embed."""
        self.page.embeds += 1
        return replace(self, path=path, document=document, trail=trail, prefix=f"embed-{self.page.embeds}-")


@dataclass(slots=True)
class Footnote:
    """A footnote that the page refers to. `number` counts from 1 in order of appearance."""

    number: int
    name: str
    content: FootnoteDefinition | InlineFootnote
    scope: Scope
    references: int = 0
