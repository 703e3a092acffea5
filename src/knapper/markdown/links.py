"""Addresses of links: relative paths of source files, which a site builder then maps to its pages."""

from __future__ import annotations

from urllib.parse import quote

from knapper.markdown.files import DATA, FORMATS, suffix
from knapper.markdown.mounted import snippet_page
from knapper.markdown.scope import Options, Scope
from knapper.syntax.anchors import slugify
from knapper.syntax.document import Embed, Link, Target

_URL_SAFE = ";/?:@&=+$,-_.!~*'()#%"
_PATH_SAFE = "/-_.!~'()@=+$,;"


def encode_url(url: str) -> str:
    """An address with what must be encoded encoded, as CommonMark's reference implementation does."""
    return quote(url, safe=_URL_SAFE)


def relative_path(path: str, source: str) -> str:
    """Percent-encoded path of a file from the folder of another."""
    steps, folders = path.split("/"), source.split("/")[:-1]
    shared = 0
    while shared < len(folders) and shared < len(steps) - 1 and folders[shared] == steps[shared]:
        shared += 1
    return quote("/".join([".."] * (len(folders) - shared) + steps[shared:]), safe=_PATH_SAFE)


def address(node: Link | Embed, scope: Scope, options: Options) -> str | None:
    """The address of a link into the vault, relative to the page; None if there is nothing to link to."""
    target = node.target
    if target is None:
        return encode_url(node.url)
    if options.index is None:
        return _as_written(node, target)
    destination = options.index.destination(target, scope.path)
    if destination.path is None:
        return None
    if options.index.is_mounted(destination.path):
        return mounted_address(destination.path, destination.anchor, scope, options)
    anchor = f"#{destination.anchor}" if destination.anchor else ""
    if destination.path == scope.page_path and (anchor or not target.path):
        return anchor or "#"
    return relative_path(destination.path, scope.page_path) + anchor


def mounted_address(path: str, subpath: str, scope: Scope, options: Options) -> str:
    """Where a link to something mounted leads: data to themselves, source to its lines, all else to the snippet's page.

    Args:
        path: of a file, or of an absent output without suffix.
        subpath: name of a cell or symbol, or empty.
        scope: where the link stands.
        options: what is mounted.
    """
    made, script = options.mounted.made(path), options.mounted.script(path)
    if made and suffix(path) not in DATA:
        return relative_path(made.page, scope.page_path) + f"#{quote(made.cell.name)}"
    if script:
        is_cell = any(cell.name == subpath for cell in script.snippet.named)
        page = relative_path(snippet_page(script.snippet), scope.page_path)
        return page + f"#{quote(subpath)}" if is_cell else page
    return source_address(path, subpath, scope, options)


def source_address(path: str, subpath: str, scope: Scope, options: Options) -> str:
    """Where a mounted file itself is: in the repository, if that has an address, else in the site."""
    source = options.mounted.source(path)
    if source is None or not source.url:
        return relative_path(path, scope.page_path)
    part = options.mounted.part(path, subpath) if subpath else None
    return encode_url(source.address(part.lines if part else None))


def _as_written(node: Link | Embed, target: Target) -> str:
    if not node.wiki:
        return encode_url(node.url)
    kind = suffix(target.path)
    is_note = kind not in FORMATS
    path = target.path if not target.path or kind == ".md" or not is_note else f"{target.path}.md"
    return quote(path, safe=_PATH_SAFE) + (f"#{anchor}" if (anchor := _anchor(target, is_note)) else "")


def _anchor(target: Target, is_note: bool) -> str:
    if not is_note:
        return target.subpath
    return f"^{target.block}" if target.block else slugify(target.headings[-1]) if target.headings else ""
