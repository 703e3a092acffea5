"""The pages of snippets: executed notebooks in the look of the site, and a page that lists them.

The Markdown cells are the text of the page, which goes the way of any text: links, formulas, table of contents. A
paragraph stands in it for each code cell until the text is HTML.
"""

from __future__ import annotations

import html
import os
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import quote

import jinja2
from markdown import Markdown
from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url

from knapper.markdown.code import fence_around
from knapper.markdown.extension import KnapperExtension
from knapper.markdown.mounted import mounted_paths, snippet_page
from knapper.markdown.provenance import duration, lacks_gpu
from knapper.mkdocs import downloads
from knapper.mkdocs.backlinks import LinkedMention, linked_mentions
from knapper.mkdocs.config import SnippetsConfig
from knapper.mkdocs.files import place
from knapper.mkdocs.notebook import CellConverter
from knapper.mkdocs.outputs import presentation, with_addresses
from knapper.mkdocs.page import add_title
from knapper.mkdocs.pages import add_page, free_address, list_item
from knapper.mkdocs.render import set_backlinks
from knapper.snippets.result import Provenance, Result, State
from knapper.snippets.script import CellType, Snippet
from knapper.syntax import Document, parse
from knapper.syntax.document import Paragraph, plain_text
from knapper.vault import Context, Index
from knapper.vault.names import natural_key

TITLE = "Snippets"

_PLACE = "knapper-cell-{}"
_PLACES = re.compile(r"<p[^>]*>\s*knapper-cell-(\d+)\s*</p>")
_HEADING_END = "</h1>"
_MAX_MENTIONS = 3


@dataclass(frozen=True)
class SnippetPage:
    """A snippet's page.

    Attributes:
        result: of the snippet.
        path: of its imaginary source, which links of notes name.
        address: in the site.
        cells: the HTML of each code cell.
        files: path in the site to content, of what the page shows and offers, less the script.
    """

    result: Result
    path: str
    address: str
    cells: tuple[str, ...]
    files: Mapping[str, bytes]

    @cached_property
    def document(self) -> Document:
        """The text and the code of the snippet as a note."""
        return parse(_text(self.result.snippet, _fenced), self.path)

    @property
    def title(self) -> str:
        """The title as plain text."""
        headings = self.document.headings
        return headings[0].plain if headings else self.result.snippet.title

    @property
    def summary(self) -> str:
        """The first paragraph as plain text; empty if there is none."""
        first = next((block for block in self.document.children if isinstance(block, Paragraph)), None)
        return plain_text(first.children) if first else ""

    @property
    def mounted(self) -> tuple[str, ...]:
        """Everything that a note embeds or links to if it uses the snippet."""
        return (self.path, *mounted_paths(self.result))

    @property
    def anchors(self) -> set[str]:
        """The ids of cells."""
        return {cell.name for cell in self.result.snippet.named}


def markdown(snippet: Snippet) -> str:
    """The text of a page, with a paragraph in the place of each code cell."""
    return "\n" + _text(snippet, lambda number, _: _PLACE.format(number))


def _text(snippet: Snippet, code: Callable[[int, str], str]) -> str:
    parts, number = [], 0
    for cell in snippet.cells:
        if cell.type is CellType.MARKDOWN:
            parts.append(cell.source)
        elif cell.type is CellType.CODE:
            parts.append(code(number, cell.source))
            number += 1
    return "\n\n".join(parts) + "\n"


def _fenced(number: int, source: str) -> str:
    fence = fence_around(source, "`")
    return f"{fence}python\n{source}\n{fence}"


class SnippetPages(Mapping[str, SnippetPage]):
    """The pages of a site's snippets by the paths of their imaginary sources, in natural order.

    Args:
        results: by name of the snippet.
        index: of the vault.
        options: of the plugin.
        config: of the site.
        root: folder of the project.
        converter: of notebooks.
    """

    def __init__(
        self,
        results: Mapping[str, Result],
        index: Index,
        options: SnippetsConfig,
        config: MkDocsConfig,
        root: Path,
        converter: CellConverter,
    ) -> None:
        self._index = index
        self._options = options
        self._config = config
        self._root = root
        self._converter = converter
        self._address = free_address("snippets/", index)
        self._listing = f"{self._address}index.md"
        made = (self._make(results[name]) for name in sorted(results, key=natural_key))
        self._pages = {page.path: page for page in made}

    def __getitem__(self, path: str) -> SnippetPage:
        return self._pages[path]

    def __iter__(self) -> Iterator[str]:
        return iter(self._pages)

    def __len__(self) -> int:
        return len(self._pages)

    def _make(self, result: Result) -> SnippetPage:
        snippet = result.snippet
        address = f"{self._address}{snippet.name}/"
        shown = presentation(result, address.rstrip("/"), self._to_html)
        cells = tuple(self._converter.cells(shown.notebook))
        repository, own = downloads.repository(self._config), downloads.own_distribution(self._root)
        executed = downloads.notebook_file(result, repository, self._options.modules, own)
        files = {**shown.files, _download(address, snippet, "ipynb"): executed}
        return SnippetPage(result, snippet_page(snippet), address, cells, files)

    def _to_html(self, text: str) -> str:
        """What the Markdown that a cell displays becomes: as a note, but with the line breaks of notebooks."""
        if not text:
            return ""
        extensions = [name for name in self._config.markdown_extensions if name != "toc"]
        extension = KnapperExtension(strict_line_breaks=True)
        return Markdown(extensions=[*extensions, extension], extension_configs=self._config.mdx_configs).convert(text)

    # Files and navigation --------------------------------------------------------------------------------------------

    def add(self, files: Files) -> None:
        """Adds the pages, the page that lists them, and what they show and offer to the site."""
        if not self._pages:
            return
        listed = InclusionLevel.UNDEFINED if self._config.nav is None else InclusionLevel.NOT_IN_NAV
        for page in self._pages.values():
            file = File.generated(self._config, page.path, content=markdown(page.result.snippet), inclusion=listed)
            place(file, page.address, is_index=False)
            file.edit_uri = self._edit_uri(page)
            files.append(file)
            files.append(self._script(page))
            for path, content in page.files.items():
                add_file(files, self._config, path, content)
        add_page(files, self._config, self._listing, self._address, is_index=True)
        files.src_uris[self._listing].inclusion = listed

    def _script(self, page: SnippetPage) -> File:
        """The script as a file in the folder of its page; links to it name its path in the project."""
        snippet = page.result.snippet
        file = File.generated(self._config, snippet.path, content=snippet.text)
        file.dest_uri = _download(page.address, snippet, "py")
        return file

    def _edit_uri(self, page: SnippetPage) -> str:
        """Where the script is, relative to the vault, whose place in the repository the user has configured."""
        vault, script = Path(self._config.docs_dir), self._root / page.result.snippet.path
        return Path(os.path.relpath(script, vault)).as_posix()

    def nav(self) -> list[Any]:
        """Their section of the navigation."""
        return [{TITLE: [self._listing, *self._pages]}] if self._pages else []

    def is_ours(self, path: str) -> bool:
        """Whether a page is one of them, or the one that lists them."""
        return path in self._pages or (bool(self._pages) and path == self._listing)

    # Content ---------------------------------------------------------------------------------------------------------

    def title(self, path: str) -> str | None:
        """The title of a page as plain text; None if it is none of them."""
        if path in self._pages:
            return self._pages[path].title
        return TITLE if self.is_ours(path) else None

    def content(self, page: Page, rendered: str, files: Files) -> str | None:
        """The HTML of a page whose text has been rendered; None if it is none of them."""
        path = page.file.src_uri
        if not self.is_ours(path):
            return None
        if path == self._listing:
            return add_title(page, Document(""), TITLE, self._list(page, files))
        return self._article(page, self._pages[path], rendered, files)

    def _list(self, page: Page, files: Files) -> str:
        items = (
            list_item(path, made.title, "folder-item", page, files, made.summary) for path, made in self._pages.items()
        )
        return f'<ul class="folder-list">\n{"".join(items)}</ul>\n'

    def _article(self, page: Page, made: SnippetPage, rendered: str, files: Files) -> str:
        page.present_anchor_ids = (page.present_anchor_ids or set()) | made.anchors
        set_backlinks(page, self._template("backlinks"), self._used_in(made, files), "Used in")
        content = add_title(page, made.document, made.title, _with_cells(rendered, self._cells(page, made)))
        head, end, rest = content.partition(_HEADING_END)
        bar = self._template("snippet-bar").render(snippet=self._bar(page, made))
        provenance = made.result.provenance
        footer = self._template("snippet-made").render(made=_made(made.result, provenance)) if provenance else ""
        return f"{head}{end}\n{bar}\n{rest}\n{footer}\n"

    def _used_in(self, made: SnippetPage, files: Files) -> list[LinkedMention]:
        """The notes that use a snippet, each with a few of the places: a note may embed all that there is."""
        mentions = linked_mentions(made.mounted, self._index, files)
        return [replace(mention, mentions=_telling(mention, made.mounted)) for mention in mentions]

    def _cells(self, page: Page, made: SnippetPage) -> list[str]:
        """The HTML of code cells, with addresses, and with anchors where no heading has the same."""
        root = f"{get_relative_url('.', page.url)}/"
        cells = [with_addresses(cell, root) for cell in made.cells]
        for heading in made.document.headings:
            if heading.id in made.anchors:
                cells = [
                    cell.replace(f'<div class="cell" id="{heading.id}">', '<div class="cell">', 1) for cell in cells
                ]
        return cells

    def _bar(self, page: Page, made: SnippetPage) -> _Bar:
        snippet, result = made.result.snippet, made.result
        script, notebook = (_download(made.address, snippet, suffix) for suffix in ("py", "ipynb"))
        return _Bar(
            get_relative_url(quote(script), page.url),
            get_relative_url(quote(notebook), page.url),
            downloads.colab_url(self._config, self._options.colab, notebook),
            result.state.value,
            bool(result.displayed),
            [_problem(problem.line, problem.message, problem.hint) for problem in result.problems],
        )

    def _template(self, name: str) -> jinja2.Template:
        return self._config.theme.get_env().get_template(f"partials/{name}.html")


class _Bar(NamedTuple):
    """What `partials/snippet-bar.html` wants."""

    script: str
    notebook: str
    colab: str
    state: str
    is_begun: bool
    problems: Sequence[str]


class _Made(NamedTuple):
    """What `partials/snippet-made.html` wants."""

    device: str
    duration: str
    python: str
    date: str
    versions: Sequence[tuple[str, str]]
    unenforced: Sequence[str]


def _made(result: Result, provenance: Provenance) -> _Made:
    return _Made(
        f"{provenance.device} in place of the GPU that it asks for" if lacks_gpu(result) else provenance.device,
        duration(provenance.seconds),
        provenance.python,
        provenance.date if result.state is State.FROZEN else "",
        sorted(provenance.versions.items()),
        provenance.unenforced,
    )


def _problem(line: int, message: str, hint: str) -> str:
    """A problem as HTML."""
    place = f"Line {line}: " if line else ""
    text = html.escape(f"{place}{message}{f' ({hint})' if hint else ''}", quote=False)
    return re.sub(r"`([^`]+)`", r"<code>\1</code>", text)


def _telling(mention: LinkedMention, paths: Collection[str]) -> tuple[Context, ...]:
    """A few of the sentences; of a figure or table without a caption, its path alone would tell nothing."""
    return tuple(context for context in mention.mentions if context.text not in paths)[:_MAX_MENTIONS]


def _with_cells(rendered: str, cells: Sequence[str]) -> str:
    """The text with the code cells in their places; those whose places the text has swallowed are at its end."""
    left = dict(enumerate(cells))
    content = _PLACES.sub(lambda match: left.pop(int(match[1]), ""), rendered)
    return "\n".join((content, *left.values()))


def add_file(files: Files, config: MkDocsConfig, path: str, content: bytes) -> None:
    """Adds a file to the site, unless the vault has one at this path, which links mean then."""
    if files.get_file_from_path(path) is None:
        files.append(File.generated(config, path, content=content))


def _download(address: str, snippet: Snippet, suffix: str) -> str:
    """The path in the site of a file to take along, in the folder of the page."""
    return f"{address}{snippet.name.rpartition('/')[2]}.{suffix}"
