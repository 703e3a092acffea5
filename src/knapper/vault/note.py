"""A note: a file's name and what its properties say (https://help.obsidian.md/properties)."""

from __future__ import annotations

from dataclasses import dataclass

from knapper.diagnostics import Diagnostic
from knapper.syntax.document import Document, Target
from knapper.vault.names import base_name, fold, without_suffix
from knapper.vault.properties import Properties
from knapper.vault.publish import Publication, publication


@dataclass(frozen=True, eq=False)
class Note:
    """A note, read.

    Attributes:
        path: relative to the vault, with forward slashes.
        title: the property `title`, else the file's name without `.md`.
        aliases: other names.
        tags: without `#`, each once, as first written in the note; those of comments too, as in Obsidian.
        description: the property, or an empty string.
        cssclasses: classes for the page.
        permalink: an address without slashes at its ends, or None.
        prerequisites: targets of the links in the property `prerequisites`.
        publication: the properties `publish` and `draft`, with their problems.
        diagnostics: problems of the file and of values of other properties; those of the syntax are in `document`.
    """

    path: str
    document: Document
    title: str
    aliases: tuple[str, ...]
    tags: tuple[str, ...]
    description: str
    cssclasses: tuple[str, ...]
    permalink: str | None
    prerequisites: tuple[Target, ...]
    publication: Publication
    diagnostics: tuple[Diagnostic, ...]

    @property
    def name(self) -> str:
        """The file's name without its folder and `.md`."""
        return without_suffix(base_name(self.path))


def make_note(path: str, document: Document, problems: tuple[Diagnostic, ...] = ()) -> Note:
    """The note of a parsed file; values of properties that make no sense are reported and left out.

    Args:
        path: of the file, relative to the vault.
        document: the file, parsed.
        problems: those of reading the file.
    """
    properties = Properties(path, document)
    return Note(
        path=path,
        document=document,
        title=properties.text("title") or without_suffix(base_name(path)),
        aliases=properties.texts("aliases"),
        tags=_unique_tags(document),
        description=properties.text("description"),
        cssclasses=tuple(name for text in properties.texts("cssclasses") for name in text.split()),
        permalink=properties.permalink(),
        prerequisites=properties.links("prerequisites"),
        publication=publication(Properties(path, document)),
        diagnostics=(*problems, *properties.problems),
    )


def _unique_tags(document: Document) -> tuple[str, ...]:
    names: dict[str, str] = {}
    for tag in document.tags:
        names.setdefault(fold(tag.name), tag.name)
    return tuple(names.values())
