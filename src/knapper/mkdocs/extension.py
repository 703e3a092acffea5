"""The Markdown extension, told which page is rendered next, and a Markdown instance that all pages share."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from markdown import Markdown
from markdown.extensions import Extension
from pathspec import GitIgnoreSpec

from knapper.markdown.extension import KnapperExtension
from knapper.syntax import Document, parse
from knapper.syntax.document import SoftBreak, Text

# Extensions whose `reset` is known to make them forget the page before.
_RESETTABLE = ("knapper.", "markdown.extensions.", "material.", "pymdownx.")


class PageExtension(KnapperExtension):
    """Renders the Document of a note, unless another plugin has changed the text of its page.

    Attributes:
        changed: parse the given text in place of the note's.
        stock: notes for the stock pipeline.
        wrapped: pages whose text is wrapped to the width of code, so that a line of it says nothing.
    """

    changed = False
    stock = GitIgnoreSpec([])
    wrapped: Collection[str] = ()

    def document(self, text: str) -> tuple[str, Document]:
        """Path and document of the note to convert."""
        path, document = (self.note, parse(text, self.note)) if self.changed and self.note else super().document(text)
        if path in self.wrapped:
            for block in document.children:
                _join_lines(block)
        if self.stock.match_file(path):
            document = replace(document, properties={**document.properties, "parser": "python-markdown"})
        return path, document


def _join_lines(node: Any) -> None:
    """Makes newlines within paragraphs plain text, at any depth."""
    for name in ("title", "children"):
        value = getattr(node, name, None)
        below: list[Any] = value if isinstance(value, list) else []
        for index, child in enumerate(below):
            if isinstance(child, SoftBreak):
                below[index] = Text(child.span, "\n")
            else:
                _join_lines(child)


class SharedMarkdown(Extension):
    """Gives the Markdown instances that MkDocs makes, one for each page, the state of a single one.

    Loading some twenty extensions takes as long as parsing a note of 8 KB. `Markdown` resets all of them before a page.
    """

    def __init__(self, extensions: list[Any], configs: dict[str, dict[str, Any]]) -> None:
        super().__init__()
        loader = Markdown()
        made = (
            loader.build_extension(item, configs.get(item, {})) if isinstance(item, str) else item
            for item in extensions
        )
        self._extensions: list[Extension] = list(made)
        self._state: dict[str, Any] | None = None

    @property
    def is_safe(self) -> bool:
        """Whether all extensions are known to work for many pages."""
        return all(type(extension).__module__.startswith(_RESETTABLE) for extension in self._extensions)

    def extendMarkdown(self, md: Markdown) -> None:  # noqa: N802 - Python-Markdown's name
        """Put the shared state in place of the instance's own."""
        if self._state is None:
            self._state = Markdown(extensions=self._extensions).__dict__
        md.__dict__ = self._state
