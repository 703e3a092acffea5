"""The files of a vault's folder, found without reading them."""

from __future__ import annotations

import os
import re
import stat
from pathlib import Path
from typing import NamedTuple

from knapper.diagnostics import Code, Diagnostic
from knapper.vault.names import is_note, without_suffix
from knapper.vault.publish import IGNORED_FOLDERS

# What ends a wikilink's target or is no part of it.
_UNLINKABLE = re.compile(r"[#^|\\\x00-\x1f\x7f]|\[\[|\]\]|%%|^[\s\[]|[\s\]]$")

_CHECK = "check that it exists and may be read"


class Stamp(NamedTuple):
    """What changes when a file does."""

    modified: int
    size: int
    inode: int


class File(NamedTuple):
    """A file of the vault: its path relative to the vault with forward slashes, and its stamp."""

    path: str
    stamp: Stamp


class _Listing(NamedTuple):
    root: Path
    files: list[File]
    folders: list[str]
    problems: list[Diagnostic]

    def report(self, path: str, code: Code, message: str, hint: str) -> None:
        shown = os.fsencode(path).decode("utf-8", "replace")
        self.problems.append(Diagnostic(shown, 0, 0, code, message, hint))


def scan(root: Path) -> tuple[list[File], list[Diagnostic]]:
    """All regular files of a folder and its subfolders, by path, and what was left out.

    Names that begin with a dot and `node_modules` are skipped silently, as in Obsidian. Symbolic links are followed
    only to files within the vault.

    Raises:
        NotADirectoryError: `root` is no folder.
    """
    if not root.is_dir():
        raise NotADirectoryError(root)
    listing = _Listing(root.resolve(), [], [""], [])
    while listing.folders:
        _scan_folder(listing, listing.folders.pop())
    return sorted(listing.files), listing.problems


def _scan_folder(listing: _Listing, folder: str) -> None:
    try:
        with os.scandir(listing.root / folder) as entries:
            for entry in sorted(entries, key=lambda entry: entry.name):
                if not entry.name.startswith(".") and entry.name not in IGNORED_FOLDERS:
                    _scan_entry(listing, f"{folder}/{entry.name}" if folder else entry.name, entry)
    except OSError as error:
        listing.report(folder, Code.UNREADABLE_FILE, f"the folder cannot be read: {error.strerror}", _CHECK)


def _scan_entry(listing: _Listing, path: str, entry: os.DirEntry[str]) -> None:
    try:
        path.encode()
        if entry.is_symlink() and not _may_follow(listing, path, entry):
            return
        if entry.is_dir():
            listing.folders.append(path)
        else:
            _add_file(listing, path, entry.stat())
    except UnicodeEncodeError:
        hint = "rename it with letters in UTF-8"
        listing.report(path, Code.UNREADABLE_FILE, "its name is not UTF-8, so it is left out", hint)
    except OSError as error:
        listing.report(path, Code.UNREADABLE_FILE, f"the file cannot be read: {error.strerror}", _CHECK)


def _add_file(listing: _Listing, path: str, status: os.stat_result) -> None:
    if not stat.S_ISREG(status.st_mode):
        message = "this is no regular file, so it is left out"
        listing.report(path, Code.UNREADABLE_FILE, message, "move it out of the vault")
        return
    listing.files.append(File(path, Stamp(status.st_mtime_ns, status.st_size, status.st_ino)))
    name = without_suffix(path) if is_note(path) else path
    if bad := _UNLINKABLE.search(name):
        hint = "rename it: wikilinks cannot hold # ^ | \\ [[ ]] %% or spaces and brackets at an end"
        listing.report(path, Code.FILE_NAME, f"no wikilink can reach this file, as its path has {bad[0]!r}", hint)


def _may_follow(listing: _Listing, path: str, entry: os.DirEntry[str]) -> bool:
    target = Path(os.path.realpath(entry.path))
    if not target.is_relative_to(listing.root):
        message = "this symbolic link leaves the vault, so it is not followed"
        listing.report(path, Code.SYMLINK_OUTSIDE_VAULT, message, "move the file into the vault, or copy it")
        return False
    if target.is_dir():
        message = "this symbolic link to another folder of the vault is not followed, as in Obsidian"
        listing.report(path, Code.UNREADABLE_FILE, message, "remove it: the folder itself is read")
        return False
    return True
