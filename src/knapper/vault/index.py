"""Everything that pages need to know of a vault beyond the note that they show."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple

from knapper.diagnostics import Code, Diagnostic
from knapper.syntax.document import Reference, Target
from knapper.vault.context import Context, context_of
from knapper.vault.folders import Folder, folder_tree
from knapper.vault.headings import Headings
from knapper.vault.names import is_note
from knapper.vault.note import Note
from knapper.vault.redirects import assign_redirects
from knapper.vault.resolve import Ambiguous, Found, Missing, Outside, Resolution, Resolver
from knapper.vault.slugs import assign_addresses
from knapper.vault.suggest import Suggestions
from knapper.vault.tags import Tags, collect_tags
from knapper.vault.vault import Vault


class Destination(NamedTuple):
    """Where a link or embed goes.

    Attributes:
        path: of the note or attachment; None if there is nothing to link to.
        anchor: of a note, the id of a heading or `^id`; of an attachment, the subpath; empty for the whole file.
        problem: why the link does not work, or a notice: the link works with `AMBIGUOUS_TARGET` and `ALIAS_TARGET`, and
            leads to the whole note with `MISSING_HEADING` and `MISSING_BLOCK`.
        message: the problem in words.
        hint: what to do about it.
    """

    path: str | None
    anchor: str = ""
    problem: Code | None = None
    message: str = ""
    hint: str = ""


@dataclass(frozen=True, slots=True)
class Backlink:
    """The links of one note to another.

    Attributes:
        source: path of the note that holds the links.
        count: links and embeds, also those in comments and properties.
        contexts: the sentences around those that readers can see.
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
        diagnostics: addresses that several pages want.
    """

    vault: Vault
    resolver: Resolver
    addresses: Mapping[str, str]
    redirects: Mapping[str, str]
    folders: Folder
    tags: Tags
    diagnostics: tuple[Diagnostic, ...]
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
            return _attachment(found, target, self.vault)
        anchor = self._anchor(note, target)
        if anchor is None:
            return _without_anchor(found.path, target)
        if type(found) is Found and not found.via_alias:
            return Destination(found.path, anchor)
        return self._notice(found, anchor, target)

    def backlinks(self, path: str) -> tuple[Backlink, ...]:
        """The notes that link to a file, by path; a note's links to itself do not count."""
        by_source: dict[str, list[Reference]] = {}
        for source, reference in self._incoming.get(path, ()):
            by_source.setdefault(source, []).append(reference)
        return tuple(_backlink(source, references) for source, references in by_source.items())

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

    def suggestion(self, target: Target) -> str:
        """The link that was probably meant where the target is missing, such as `[[Adagrad]]`, or an empty string."""
        suggestions = self._note_names if is_note(target.path) or "." not in target.path else self._all_names
        path = suggestions.close_to(target.path)
        return f"[[{self.resolver.shortest_link(path)}]]" if path else ""

    @cached_property
    def _note_names(self) -> Suggestions:
        return Suggestions(self.vault.notes)

    @cached_property
    def _all_names(self) -> Suggestions:
        return Suggestions((*self.vault.notes, *self.vault.attachments))

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
            hint = "link to a file of the vault, or to a web address"
            return Destination(None, "", Code.OUTSIDE_VAULT, f"`{target.path}` leaves the vault", hint)
        if isinstance(self._hidden.resolve(target.path, source), Found | Ambiguous):
            hint = "publish it, or remove the link"
            return Destination(None, "", Code.UNPUBLISHED_TARGET, f"`{target.path}` is not published", hint)
        kind = "file" if "." in target.path and not is_note(target.path) else "note"
        return Destination(None, "", Code.MISSING_TARGET, f"the vault has no {kind} `{target.path}`")

    def _notice(self, found: Resolution, anchor: str, target: Target) -> Destination:
        assert isinstance(found, Found | Ambiguous)
        if isinstance(found, Ambiguous):
            return _ambiguous(found, anchor, target)
        message = f"`{target.path}` is an alias of `{found.path}`, and Obsidian links to no alias"
        hint = f"write [[{self.resolver.shortest_link(found.path)}|{target.path}]]"
        return Destination(found.path, anchor, Code.ALIAS_TARGET, message, hint)


def build_index(vault: Vault) -> Index:
    """The index of a vault."""
    notes = vault.notes
    aliases = {path: note.aliases for path, note in notes.items() if note.aliases}
    resolver = Resolver(notes, vault.attachments | vault.unsupported, aliases)
    addresses = assign_addresses(notes)
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
        (*numbered, *redirects.diagnostics),
        _incoming_links(vault, resolver),
    )


def _incoming_links(vault: Vault, resolver: Resolver) -> dict[str, list[tuple[str, Reference]]]:
    """File to the references to it and the notes that hold them, by note; those to itself are left out."""
    incoming: dict[str, list[tuple[str, Reference]]] = {}
    resolve = resolver.resolve
    for source, note in vault.notes.items():
        for reference in note.document.references:
            found = resolve(reference.target.path, source)
            if isinstance(found, Found | Ambiguous) and found.path != source:
                incoming.setdefault(found.path, []).append((source, reference))
    return incoming


def _backlink(source: str, references: list[Reference]) -> Backlink:
    contexts = (context_of(reference) for reference in references)
    return Backlink(source, len(references), tuple(context for context in contexts if context))


def _numbered(path: str, address: str, wanted: str) -> Diagnostic:
    message = f"another page already has the address `{wanted}`, so this one is at `{address}`"
    return Diagnostic(path, 0, 0, Code.DUPLICATE_SLUG, message, "rename one of them, or give it a permalink")


def _attachment(found: Found | Ambiguous, target: Target, vault: Vault) -> Destination:
    if found.path in vault.unsupported:
        kind = "canvas" if found.path.lower().endswith(".canvas") else "base"
        return Destination(None, "", Code.UNSUPPORTED, f"a static site cannot show the {kind} `{found.path}`")
    if isinstance(found, Ambiguous):
        return _ambiguous(found, target.subpath, target)
    return Destination(found.path, target.subpath)


def _ambiguous(found: Ambiguous, anchor: str, target: Target) -> Destination:
    shown = ", ".join(f"`{path}`" for path in found.candidates)
    message = f"`{target.path}` may be any of {shown}; the first, `{found.path}`, is taken"
    return Destination(found.path, anchor, Code.AMBIGUOUS_TARGET, message, "write the path from the vault's root")


def _without_anchor(path: str, target: Target) -> Destination:
    if target.block is not None:
        message = f"`{path}` has no block `^{target.block}`"
        return Destination(path, "", Code.MISSING_BLOCK, message)
    message = f"`{path}` has no heading `{' › '.join(target.headings)}`"
    return Destination(path, "", Code.MISSING_HEADING, message)
