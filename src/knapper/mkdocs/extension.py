"""The Markdown extension, told which page is rendered next."""

from __future__ import annotations

from knapper.markdown.extension import KnapperExtension
from knapper.syntax import Document, parse


class PageExtension(KnapperExtension):
    """Renders the Document of a note, unless another plugin has changed the text of its page.

    Attributes:
        changed: parse the given text in place of the note's.
    """

    changed = False

    def document(self, text: str) -> tuple[str, Document]:
        """Path and document of the note to convert."""
        if self.changed and self.note:
            return self.note, parse(text, self.note)
        return super().document(text)
