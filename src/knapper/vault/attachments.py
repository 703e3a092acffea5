"""Attachments that are not published, because only what is not published uses them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from urllib.parse import unquote

from knapper.syntax.document import Document, Origin
from knapper.vault.names import base_name, fold
from knapper.vault.note import Note
from knapper.vault.resolve import Ambiguous, Found, Resolver

_ATTRIBUTE = re.compile(r"""\b(?:src|href|poster|data)\s*=\s*["']?([^"'\s>#?]+)""", re.IGNORECASE)
_IMAGE_PROPERTIES = ("image", "cover")


def withheld(published: Mapping[str, Note], private: Mapping[str, Note], attachments: Set[str]) -> set[str]:
    """The attachments that private notes or comments use, and no reader can see in a published note.

    Args:
        published: the notes that are published, by path.
        private: those that are not.
        attachments: paths of all attachments of the vault.
    """
    if not attachments or not (private or any(note.document.comments for note in published.values())):
        return set()
    resolver = Resolver([*published, *private], attachments)
    used = {path for source, note in private.items() for path in _used(note.document, source, resolver)}
    used |= {path for source, note in published.items() for path in _in_comments(note.document, source, resolver)}
    used &= attachments
    if not used:
        return used
    names = frozenset(fold(base_name(path)) for path in used)
    for source, note in published.items():
        used.difference_update(_resolved(_visible(note.document, names), source, resolver))
    return used


def _used(document: Document, source: str, resolver: Resolver) -> Iterator[str]:
    paths = (reference.target.path for reference in document.references)
    return _resolved((*paths, *_unparsed(document)), source, resolver)


def _in_comments(document: Document, source: str, resolver: Resolver) -> Iterator[str]:
    if not document.comments:
        return iter(())
    paths = (reference.target.path for reference in document.references if reference.origin is Origin.COMMENT)
    return _resolved(paths, source, resolver)


def _visible(document: Document, names: frozenset[str]) -> Iterator[str]:
    """Paths in what readers see of a note, of those that end with one of some folded names."""
    references = (ref.target.path for ref in document.references if ref.origin is not Origin.COMMENT)
    for path in (*references, *_unparsed(document)):
        if fold(base_name(path)) in names:
            yield path


def _unparsed(document: Document) -> Iterator[str]:
    """Paths that are not links of Obsidian: in attributes of raw HTML, and in the properties `image` and `cover`."""
    if "<" in document.text:
        yield from (unquote(match[1]) for match in _ATTRIBUTE.finditer(document.text))
    yield from (value for name in _IMAGE_PROPERTIES if isinstance(value := document.properties.get(name), str))


def _resolved(paths: Iterable[str], source: str, resolver: Resolver) -> Iterator[str]:
    for path in paths:
        found = resolver.resolve(path, source)
        if isinstance(found, Found | Ambiguous):
            yield found.path
