"""What `partials/backlinks.html` shows below a note."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from mkdocs.structure.files import Files

from knapper.vault import Backlink, Context, Index
from knapper.vault.index import MAX_CONTEXTS


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
    by_source: dict[str, list[Backlink]] = {}
    for backlink in (backlink for path in paths for backlink in index.backlinks(path)):
        if backlink.source in pages:
            by_source.setdefault(backlink.source, []).append(backlink)
    return [
        LinkedMention(pages[source].url, notes[source].title, sum(link.count for link in links), _contexts(links))
        for source, links in sorted(by_source.items())
    ]


def _contexts(links: Iterable[Backlink]) -> tuple[Context, ...]:
    """The sentences of a note, each once; one that embeds two outputs is around both."""
    contexts = dict.fromkeys(context for link in links for context in link.contexts)
    return tuple(contexts)[:MAX_CONTEXTS]
