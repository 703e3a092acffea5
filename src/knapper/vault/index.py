"""Everything that pages need to know of a vault beyond the note that they show."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from itertools import islice

from knapper.diagnostics import Code, Diagnostic
from knapper.syntax.document import Embed, Reference, Target
from knapper.vault.context import Context, context_of
from knapper.vault.destination import (
    Destination,
    alias,
    ambiguous,
    missing,
    outside,
    unpublished,
    unsupported,
    without_part,
)
from knapper.vault.folders import Folder, folder_tree
from knapper.vault.headings import Headings
from knapper.vault.mounts import NO_MOUNTS, Mounts
from knapper.vault.names import fold, is_note
from knapper.vault.note import Note
from knapper.vault.redirects import assign_redirects
from knapper.vault.resolve import Ambiguous, Found, Missing, Outside, Resolver
from knapper.vault.slugs import assign_addresses
from knapper.vault.suggest import Suggestions
from knapper.vault.tags import Tags, collect_tags
from knapper.vault.vault import Vault

MAX_CONTEXTS = 20
"""Sentences shown of one note that links to another."""


@dataclass(frozen=True, slots=True)
class Backlink:
    """The links of one note to another.

    Attributes:
        source: path of the note that holds the links.
        count: links and embeds, also those in comments and properties.
        contexts: the sentences around the first `MAX_CONTEXTS` of those that readers can see.
    """

    source: str
    count: int
    contexts: tuple[Context, ...]


@dataclass(frozen=True, eq=False)
class Index:
    """A vault, indexed.

    Attributes:
        resolver: of what is published.
        addresses: note to the address of its page, relative to the site, with a slash at the end.
        redirects: old address to note.
        folders: the tree of folders.
        tags: of the vault.
        diagnostics: addresses that several pages want, and paths that a file of the vault and a mounted one want.
        mounts: what else links and embeds find, where no file of the vault matches.
    """

    vault: Vault
    resolver: Resolver
    addresses: Mapping[str, str]
    redirects: Mapping[str, str]
    folders: Folder
    tags: Tags
    diagnostics: tuple[Diagnostic, ...]
    mounts: Mounts
    _incoming: Mapping[str, list[tuple[str, Reference]]] = field(repr=False)
    _headings: dict[str, Headings] = field(repr=False, default_factory=dict)

    def note(self, path: str) -> Note | None:
        """The published note at a path."""
        return self.vault.notes.get(path)

    def destination(self, target: Target, source: str) -> Destination:
        """Where a link or embed goes.

        Args:
            target: of the link.
            source: path of the note that holds it.
        """
        found = self.resolver.resolve(target.path, source)
        if not isinstance(found, Found | Ambiguous):
            return self._unresolved(target, source, found)
        note = self.vault.notes.get(found.path)
        if note is None:
            return self._attachment(found, target)
        anchor = self._anchor(note, target)
        if anchor is None:
            return without_part(found.path, target)
        if isinstance(found, Ambiguous):
            return ambiguous(found, anchor, target)
        if found.via_alias:
            return alias(found.path, anchor, target, self.resolver.shortest_link(found.path))
        return Destination(found.path, anchor)

    def is_mounted(self, path: str | None) -> bool:
        """Whether a destination is no file of the vault, but mounted."""
        return path in self.mounts and path not in self.vault.notes and path not in self.vault.attachments

    def backlinks(self, path: str) -> tuple[Backlink, ...]:
        """The notes that link to a file, by path; a note's links to itself do not count."""
        return self.embedders((path,))

    def embedders(self, paths: Iterable[str]) -> tuple[Backlink, ...]:
        """The notes that embed or link to any of some files, such as all that a snippet mounts, by path."""
        by_source: dict[str, list[Reference]] = {}
        for path in dict.fromkeys(paths):
            for source, reference in self._incoming.get(path, ()):
                by_source.setdefault(source, []).append(reference)
        for references in by_source.values():
            references.sort(key=lambda reference: reference.span.start)
        return tuple(_backlink(source, by_source[source], self.embedded_text(source)) for source in sorted(by_source))

    def embedded_text(self, source: str) -> Callable[[Embed], str] | None:
        """What readers see of embeds in the lines of a note, for `plain_text`: values, else what they are called."""
        if not self.mounts.texts:
            return None

        def text(node: Embed) -> str:
            path = self.destination(node.target, source).path if node.target else None
            return self.mounts.texts.get(path or "", node.alt)

        return text

    def outgoing(self, path: str) -> tuple[str, ...]:
        """The other notes that a note links to or embeds, in the order of its links; those of comments too."""
        note = self.vault.notes.get(path)
        references = note.document.references if note else ()
        found = (self.resolver.resolve(reference.target.path, path) for reference in references)
        paths = dict.fromkeys(result.path for result in found if isinstance(result, Found | Ambiguous))
        return tuple(other for other in paths if other != path and other in self.vault.notes)

    def prerequisites(self, path: str) -> tuple[str, ...]:
        """The published notes that a note names in its property `prerequisites`."""
        note = self.vault.notes.get(path)
        destinations = (self.destination(target, path) for target in note.prerequisites) if note else ()
        paths = dict.fromkeys(destination.path for destination in destinations if destination.path)
        return tuple(path for path in paths if path in self.vault.notes)

    def headings(self, path: str) -> Headings:
        """The headings of a published note as targets of links."""
        if path not in self._headings:
            self._headings[path] = Headings(self.vault.notes[path].document)
        return self._headings[path]

    def suggestion(self, target: Target, destination: Destination) -> str:
        """The link that was probably meant where a note, file or heading is missing, or an empty string.

        Args:
            target: of the link.
            destination: of the same.
        """
        match destination.problem:
            case Code.MISSING_HEADING if destination.path:
                heading = self.headings(destination.path).close_to(target.headings[-1])
                return f"[[{target.path}#{heading}]]" if heading else ""
            case Code.MISSING_SYMBOL if destination.path:
                part = self.mounts.similar_part(destination.path, target.subpath)
                return f"[[{target.path}#{part}]]" if part else ""
            case Code.MISSING_OUTPUT if destination.path is None:
                path = self.mounts.similar_output(target.path)
                return f"[[{path}]]" if path else ""
            case Code.MISSING_TARGET:
                return self._similar_file(target)
        return ""

    def _similar_file(self, target: Target) -> str:
        of_note = is_note(target.path) or "." not in target.path
        suggestions = self._note_names if of_note else self._all_names
        path = suggestions.close_to(target.path) or self._mounted_names.close_to(target.path)
        return f"[[{self.resolver.shortest_link(path)}]]" if path else ""

    @cached_property
    def _note_names(self) -> Suggestions:
        return Suggestions(self.vault.notes)

    @cached_property
    def _all_names(self) -> Suggestions:
        return Suggestions((*self.vault.notes, *self.vault.attachments))

    @cached_property
    def _mounted_names(self) -> Suggestions:
        return Suggestions(self.mounts.files)

    @cached_property
    def _hidden(self) -> Resolver:
        notes = [path for path in self.vault.hidden if is_note(path)]
        return Resolver(notes, [path for path in self.vault.hidden if not is_note(path)])

    def _anchor(self, note: Note, target: Target) -> str | None:
        """The anchor in a note that a target names; None if the note does not have it."""
        if not target.subpath:
            return ""
        if (block := target.block) is not None:
            return f"^{block}" if block in note.document.blocks else None
        headings = self.headings(note.path)
        if heading := headings.find(target.headings):
            return heading.id
        return headings.find_id(target.subpath) if target.headings else ""

    def _unresolved(self, target: Target, source: str, found: Missing | Outside) -> Destination:
        if isinstance(found, Outside):
            return outside(target)
        if mounted := self.mounts.destination(target, source):
            return mounted
        if isinstance(self._hidden.resolve(target.path, source), Found | Ambiguous):
            return unpublished(target)
        return self.mounts.missing_output(target) or missing(target)

    def _attachment(self, found: Found | Ambiguous, target: Target) -> Destination:
        if found.path in self.vault.unsupported:
            return unsupported(found.path)
        if isinstance(found, Ambiguous):
            return ambiguous(found, target.subpath, target)
        return Destination(found.path, target.subpath)


def build_index(vault: Vault, mounts: Mounts = NO_MOUNTS) -> Index:
    """The index of a vault, and of what is mounted into it."""
    notes = vault.notes
    aliases = {path: note.aliases for path, note in notes.items() if note.aliases}
    resolver = Resolver(notes, vault.attachments | vault.unsupported, aliases)
    home, problems = _home(vault, resolver)
    addresses = assign_addresses(notes, home)
    redirects = assign_redirects(notes, addresses.notes, addresses.folders)
    given = {**addresses.folders, **addresses.notes}
    numbered = (_numbered(path, given[path], wanted) for path, wanted in addresses.duplicates.items())
    return Index(
        vault,
        resolver,
        redirects.addresses,
        redirects.redirects,
        folder_tree(notes, addresses),
        collect_tags(notes.values()),
        (*problems, *numbered, *redirects.diagnostics, *_shadowed(vault, mounts)),
        mounts,
        _incoming_links(vault, resolver, mounts),
    )


def _home(vault: Vault, resolver: Resolver) -> tuple[str, list[Diagnostic]]:
    """The note that the settings name as the home page, if the vault has it."""
    name = vault.settings.home
    found = resolver.resolve(name, "") if name else None
    if isinstance(found, Found | Ambiguous) and found.path in vault.notes:
        return found.path, []
    if not name:
        return "", []
    message = f"the vault has no note `{name}` for its home page"
    return "", [Diagnostic(name, 0, 0, Code.MISSING_TARGET, message, "correct the option `home`")]


def _incoming_links(vault: Vault, resolver: Resolver, mounts: Mounts) -> dict[str, list[tuple[str, Reference]]]:
    """File to the references to it and the notes that hold them, by note; those to itself are left out."""
    incoming: dict[str, list[tuple[str, Reference]]] = {}
    resolve = resolver.resolve
    for source, note in vault.notes.items():
        for reference in note.document.references:
            found = resolve(reference.target.path, source)
            if isinstance(found, Missing) and mounts:
                found = mounts.resolve(reference.target.path, source)
            if isinstance(found, Found | Ambiguous) and found.path != source:
                incoming.setdefault(found.path, []).append((source, reference))
    return incoming


def _backlink(source: str, references: list[Reference], embedded: Callable[[Embed], str] | None) -> Backlink:
    contexts = (context for reference in references if (context := context_of(reference, embedded)))
    return Backlink(source, len(references), tuple(islice(contexts, MAX_CONTEXTS)))


def _numbered(path: str, address: str, wanted: str) -> Diagnostic:
    message = f"another page already has the address `{wanted}`, so this one is at `{address}`"
    return Diagnostic(path, 0, 0, Code.DUPLICATE_SLUG, message, "rename one of them, or give it a permalink")


def _shadowed(vault: Vault, mounts: Mounts) -> Iterator[Diagnostic]:
    """Files of the vault that hide a mounted one, as its path is theirs."""
    mounted = {fold(path): path for path in mounts.files}
    for path in (*vault.notes, *sorted(vault.attachments)) if mounted else ():
        if other := mounted.get(fold(path)):
            message = f"`{other}`, which code makes, is at this path too; links and embeds show this file"
            yield Diagnostic(path, 0, 0, Code.AMBIGUOUS_TARGET, message, "rename one of them")
