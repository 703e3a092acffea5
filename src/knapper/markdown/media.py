"""Embeds of files that are not notes, and of pages of the web.

https://help.obsidian.md/embeds
"""

from __future__ import annotations

import re
from urllib.parse import SplitResult, parse_qs, urlsplit
from xml.etree.ElementTree import Element

from knapper.markdown.elements import element, literal
from knapper.markdown.files import AUDIO, FORMATS, IMAGES, UNSUPPORTED, VIDEO, suffix
from knapper.markdown.links import address, encode_url
from knapper.markdown.pictures import write_file_element
from knapper.markdown.scope import Options, Scope
from knapper.syntax.document import Embed, Target

PDF_HEIGHT = 400
"""Pixels, where an embed of a PDF does not say."""

_VIDEO_ID = re.compile(r"[\w-]{6,20}")
_PDF_OPTION = re.compile(r"(page|height)=(\d+)")


def is_note(node: Embed, scope: Scope, options: Options) -> bool:
    """Whether an embed is of a note or a part of one, the note itself included."""
    if node.target is None:
        return False
    if options.index is not None:
        path = options.index.destination(node.target, scope.path).path
        if path is not None:
            return options.index.note(path) is not None
    return suffix(node.target.path) == ".md" or (node.wiki and suffix(node.target.path) not in FORMATS)


def write_media(parent: Element, node: Embed, scope: Scope, options: Options) -> None:
    """Append an embed of anything but a note."""
    if node.target is None:
        _write_external(parent, node)
        return
    if placeholder := placeholder_kind(node):
        write_placeholder(parent, placeholder, str(node.target), "span")
        return
    url = address(node, scope, options)
    if url is None:
        write_missing(parent, node, node.target)
    else:
        _write_file(parent, node, suffix(node.target.path), url.partition("#")[0])


def placeholder_kind(node: Embed) -> str | None:
    """What an embed is of, if only the Obsidian app can show that."""
    return UNSUPPORTED.get(suffix(node.target.path)) if node.target else None


def write_missing(parent: Element, node: Embed, target: Target) -> None:
    """Stand in for an embed of something that the vault does not have."""
    missing = element(parent, "span", class_="unresolved-link", title=f"Not in the vault: {target}")
    missing.text = literal(node.alt or str(target))


def write_placeholder(parent: Element, kind: str, name: str, tag: str = "div") -> None:
    """Stand in for what only the Obsidian app can show; nothing of its source is shown."""
    text = f"{name}: shown in Obsidian only" if name else "Shown in Obsidian only"
    element(parent, tag, class_="unsupported", data_kind=kind).text = literal(text)


def _write_file(parent: Element, node: Embed, kind: str, url: str) -> None:
    name = node.alt or (node.target.path.rpartition("/")[2] if node.target else "")
    if kind in AUDIO:
        write_file_element(parent, "audio", url, controls="controls", preload="metadata", title=name)
    elif kind in VIDEO:
        size = {"width": _number(node.width), "height": _number(node.height)}
        write_file_element(parent, "video", url, controls="controls", preload="metadata", title=name, **size)
    elif kind == ".pdf":
        _write_pdf(parent, node, url, name)
    elif kind in IMAGES or not node.wiki:
        _write_image(parent, node, url)
    else:
        element(parent, "a", class_="internal-link", href=url, download="").text = literal(name)


def _write_image(parent: Element, node: Embed, url: str) -> None:
    """An image. Its subpath stays: style sheets hook on to it, as in `img[src$="#outline"]`."""
    fragment = f"#{encode_url(node.target.subpath)}" if node.target and node.target.subpath else ""
    alt = node.alt or (node.target.path.rpartition("/")[2].rpartition(".")[0] if node.wiki and node.target else "")
    size = {"width": _number(node.width), "height": _number(node.height)}
    element(parent, "img", alt=alt, src=url + fragment, title=node.title or None, loading="lazy", **size)


def _write_pdf(parent: Element, node: Embed, url: str, name: str) -> None:
    chosen = dict(_PDF_OPTION.findall(node.target.subpath if node.target else ""))
    page = f"#page={chosen['page']}" if "page" in chosen else ""
    height = chosen.get("height") or _number(node.height) or str(PDF_HEIGHT)
    write_file_element(parent, "iframe", url + page, class_="embed-pdf", height=height, title=name, loading="lazy")


def _write_external(parent: Element, node: Embed) -> None:
    """YouTube in its player without cookies; a post, which needs a script of its host, as a link; else an image."""
    address = _split(node.url)
    host = address.netloc.lower().removeprefix("www.").removeprefix("m.")
    video = _youtube_id(host, address)
    if video:
        url = f"https://www.youtube-nocookie.com/embed/{video}"
        size = {"width": _number(node.width), "height": _number(node.height)}
        title = node.alt or "YouTube video"
        element(
            parent, "iframe", class_="embed-youtube", src=url, title=title, loading="lazy", allowfullscreen="", **size
        )
    elif host in ("twitter.com", "x.com"):
        element(parent, "a", class_="external-link", href=encode_url(node.url)).text = literal(node.alt or node.url)
    else:
        _write_image(parent, node, encode_url(node.url))


def _split(url: str) -> SplitResult:
    try:
        return urlsplit(url)
    except ValueError:  # a host that looks like an IPv6 address and is none
        return SplitResult("", "", "", "", "")


def _youtube_id(host: str, address: SplitResult) -> str | None:
    """The id of a video, from any form of its address."""
    video = ""
    if host == "youtu.be":
        video = address.path.strip("/")
    elif host in ("youtube.com", "youtube-nocookie.com"):
        first, _, rest = address.path.strip("/").partition("/")
        video = parse_qs(address.query).get("v", [""])[0] if first == "watch" else ""
        video = rest if first in ("embed", "shorts", "live") else video
    return video if _VIDEO_ID.fullmatch(video) else None


def _number(value: int | None) -> str | None:
    return None if value is None else str(value)
