"""What `partials/backlinks.html` shows below a page."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mkdocs.structure.files import Files

from knapper.vault import Context, Index


@dataclass(frozen=True)
class LinkedMention:
    """A note that links to the page, and the sentences in which it does."""

    url: str
    title: str
    count: int
    mentions: tuple[Context, ...]


def linked_mentions(paths: Iterable[str], index: Index, files: Files) -> list[LinkedMention]:
    """The notes that link to any of some files, in the order of their paths."""
    notes, pages = index.vault.notes, files.src_uris
    return [
        LinkedMention(pages[backlink.source].url, notes[backlink.source].title, backlink.count, backlink.contexts)
        for backlink in index.embedders(paths)
        if backlink.source in pages
    ]
