"""Embeds of outputs of snippets and of Python source."""

from __future__ import annotations

from dataclasses import dataclass
from xml.etree.ElementTree import Element, SubElement

from markdown import Markdown

from knapper.diagnostics import Code
from knapper.markdown.code import CodeWriter
from knapper.markdown.elements import append_text, element, literal
from knapper.markdown.files import DATA, numbers_of, suffix
from knapper.markdown.links import mounted_address, relative_path, source_address
from knapper.markdown.mounted import Made, SourceFile
from knapper.markdown.pictures import write_picture
from knapper.markdown.provenance import NO_GPU, frozen_notice, lacks_gpu, write_provenance
from knapper.markdown.scope import Options, Scope
from knapper.markdown.source import Part
from knapper.markdown.tables import scrolling
from knapper.snippets.outputs import Kind, Output
from knapper.syntax.document import CodeBlock, Embed, Span

_MISSING = (Code.MISSING_OUTPUT, Code.MISSING_SYMBOL)


@dataclass(frozen=True, slots=True)
class Shown:
    """What an embed shows of what is mounted.

    Attributes:
        path: of the file; empty if nothing is there.
        subpath: what follows `#`.
        missing: why there is nothing, or an empty string.
        made: the cell that makes the file; None of source.
        output: of that cell.
        source: the file, and the part of it that is shown.
    """

    path: str = ""
    subpath: str = ""
    missing: str = ""
    made: Made | None = None
    output: Output | None = None
    source: tuple[SourceFile, Part] | None = None

    @property
    def is_data(self) -> bool:
        """Whether it is to be downloaded."""
        return suffix(self.path) in DATA

    @property
    def is_block(self) -> bool:
        """Whether it is more than text where it is alone on its line."""
        is_value = self.output is not None and self.output.kind is Kind.VALUE
        return not (is_value or self.is_data)


class OutputWriter:
    """Writes figures, animations, tables, values, and source."""

    def __init__(self, md: Markdown, options: Options, code: CodeWriter) -> None:
        self._md = md
        self._options = options
        self._code = code

    def shown(self, node: Embed, scope: Scope) -> Shown | None:
        """What an embed shows; None if it is of the vault's own, or of no file at all."""
        index = self._options.index
        if index is None or node.target is None or not index.mounts:
            return None
        destination = index.destination(node.target, scope.path)
        if destination.problem in _MISSING:
            return Shown(missing=destination.message)
        if destination.path is None or not index.is_mounted(destination.path):
            return None
        return self._find(destination.path, destination.anchor)

    def _find(self, path: str, subpath: str) -> Shown:
        mounted = self._options.mounted
        source, part = mounted.source(path), mounted.part(path, subpath)
        if source and part:
            return Shown(path, subpath, source=(source, part))
        made = mounted.made(path)
        if made and made.output:
            return Shown(path, subpath, made=made, output=made.output)
        return Shown(
            missing=f"`{path}` is not there yet" + (f": {made.result.snippet.path} has not run" if made else "")
        )

    # Alone on a line --------------------------------------------------------------------------------------------------

    def write_block(self, parent: Element, node: Embed, shown: Shown, scope: Scope) -> None:
        """Append what is alone on its line, as a figure with a caption."""
        if shown.made and shown.output:
            self._write_output(parent, node, shown, shown.made, shown.output, scope)
        elif shown.source:
            self._write_source(parent, node, shown, *shown.source, scope)
        else:
            _write_missing(parent, "p", node, shown)

    def _write_output(
        self, parent: Element, node: Embed, shown: Shown, made: Made, output: Output, scope: Scope
    ) -> None:
        is_table = output.kind is Kind.TABLE
        figure = self._figure(parent, "table" if is_table else "figure", f"{output.snippet}/{output.name}", scope)
        if is_table:
            table = scrolling(output.text, node.alt or f"Table: {output.name}")
            append_text(figure, self._md.htmlStash.store(table))
        else:
            self._write_image(figure, node, shown, output, scope)
        caption = element(figure, "figcaption")
        if node.alt:
            element(caption, "span", class_="output-caption").text = literal(node.alt)
        for notice in [*frozen_notice(made.result), *([NO_GPU] if _tells_of_gpu(made, scope) else [])]:
            element(caption, "span", class_="output-notice").text = literal(notice)
        self._write_download(caption, output, scope)
        write_provenance(caption, made, self._made_address(made, scope))

    def _figure(self, parent: Element, kind: str, path: str, scope: Scope) -> Element:
        return element(parent, "figure", class_=f"output output-{kind}", id=scope.page.output_id(path))

    def _write_download(self, parent: Element, output: Output, scope: Scope) -> None:
        """A link to the numbers of a table."""
        numbers = numbers_of(output.files)
        if numbers:
            href = relative_path(numbers, scope.page_path)
            label = f"{numbers.rpartition('/')[2]}: the numbers as CSV"
            link = element(parent, "a", class_="output-data", href=href, download="", aria_label=label)
            link.text = "CSV"

    def _write_source(
        self, parent: Element, node: Embed, shown: Shown, file: SourceFile, part: Part, scope: Scope
    ) -> None:
        figure = self._figure(parent, "source", shown.path, scope)
        span = Span(0, 0)
        self._code.write(figure, CodeBlock(span, f"{part.text}\n", "python"), scope)
        caption = element(figure, "figcaption")
        if node.alt:
            element(caption, "span", class_="output-caption").text = literal(node.alt)
        href = source_address(shown.path, shown.subpath, scope, self._options)
        lines = f"#L{part.lines.first}-L{part.lines.last}" if shown.subpath else ""
        link = element(caption, "a", class_="output-file", href=href)
        element(link, "code").text = literal(f"{shown.path}{lines}")

    # In a line --------------------------------------------------------------------------------------------------------

    def write_inline(self, parent: Element, node: Embed, shown: Shown, scope: Scope) -> None:
        """Append what stands among text: a value as text, an image, or a link to what no line can hold."""
        if shown.missing:
            _write_missing(parent, "span", node, shown)
        elif shown.is_data:
            href = relative_path(shown.path, scope.page_path)
            name = node.alt or shown.path.rpartition("/")[2]
            element(parent, "a", class_="internal-link", href=href, download="").text = literal(name)
        elif shown.made and shown.output and shown.output.kind is Kind.VALUE:
            self._write_value(parent, shown.made, shown.output, scope)
        elif shown.output and shown.output.kind in (Kind.FIGURE, Kind.ANIMATION):
            self._write_image(parent, node, shown, shown.output, scope)
        else:
            href = mounted_address(shown.path, shown.subpath, scope, self._options)
            element(parent, "a", class_="internal-link", href=href).text = literal(node.alt or str(node.target))

    def _write_value(self, parent: Element, made: Made, output: Output, scope: Scope) -> None:
        value = element(parent, "span", class_="output-value" + (" is-text" if "\n" in output.text else ""))
        said = [f"Made by cell {output.name} of {made.result.snippet.path}", *frozen_notice(made.result)]
        said += [NO_GPU] if lacks_gpu(made.result) else []
        link = element(value, "a", href=self._made_address(made, scope), title=" · ".join(said))
        link.text = literal(output.text)
        if _tells_of_gpu(made, scope):
            append_text(value, " ")
            element(value, "span", class_="output-notice").text = "(ran on the CPU; asks for a GPU)"

    def _write_image(self, parent: Element, node: Embed, shown: Shown, output: Output, scope: Scope) -> None:
        path = shown.path
        still = next((other for other in output.files if other != path), None) if path == output.path else None
        address = relative_path(path, scope.page_path)
        rest = relative_path(still, scope.page_path) if still else ""
        write_picture(parent, address, output.alt or node.alt, _size(node, output), rest)

    def _made_address(self, made: Made, scope: Scope) -> str:
        return mounted_address(f"{made.result.snippet.name}/{made.cell.name}", "", scope, self._options)


def _tells_of_gpu(made: Made, scope: Scope) -> bool:
    """Whether an output must tell that there was no GPU: the first on its page of a snippet that asks for one."""
    name = made.result.snippet.name
    if not lacks_gpu(made.result) or name in scope.page.noticed:
        return False
    scope.page.noticed.add(name)
    return True


def _write_missing(parent: Element, tag: str, node: Embed, shown: Shown) -> None:
    """Stand in for an output or source that is not there, and tell why."""
    missing = element(parent, tag, class_="output-missing")
    SubElement(missing, "code").text = literal(str(node.target))
    append_text(missing, literal(f" is missing: {shown.missing.replace('`', '')}"))


def _size(node: Embed, output: Output) -> tuple[int | None, int | None]:
    """Width and height of an image: as the embed says, in the proportions of the output."""
    if node.width is None:
        return output.width, output.height
    if node.height is None and output.width and output.height:
        return node.width, round(output.height * node.width / output.width)
    return node.width, node.height
