"""Obsidian's inline syntax that CommonMark has not: highlights, tags, inline footnotes and bare URLs.

It works on the children of one inline container at a time, so what it pairs may enclose other inline nodes but never
crosses them.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from knapper.syntax.document import Highlight, Inline, InlineFootnote, Link, SoftBreak, Span, Tag, Text

# Obsidian's own tag pattern: everything but white space, ASCII and general punctuation, save `_`, `-` and `/`.
TAG = re.compile(r"[^\u2000-\u206F\u2E00-\u2E7F'!\"#$%&()*+,.:;<=>?@^`{|}~\[\]\\\s]+")
URL = re.compile(r"(?<![\w/])(?:https?://|www\.)[^\s<]+")
_MARKS = re.compile(
    rf"(?P<url>{URL.pattern})"
    rf"|#(?P<tag>{TAG.pattern})"
    r"|(?P<highlight>(?<!=)==(?!=))"
    r"|(?P<footnote>\^\[)|(?P<open>\[)|(?P<close>\])"
)
_ATTRIBUTES = re.compile(r"\{:?(?:[ \t]*(?:[#.][^\s{}]+|[\w:-]+=(?:\"[^\"]*\"|'[^']*'|[^\s\"'{}]+)))+[ \t]*\}")


def is_tag(name: str) -> bool:
    """Whether a name is a tag: allowed characters, and not digits alone."""
    return bool(TAG.fullmatch(name)) and not name.replace("/", "").isdigit() and bool(name.strip("/"))


@dataclass(slots=True)
class _Mark:
    """A delimiter not yet paired: `==`, `^[` or `]`."""

    node: Text
    kind: str
    can_open: bool = True
    can_close: bool = True


def refine(children: list[Inline], source: str, base: int, in_link: bool) -> list[Inline]:
    """The children of an inline container with Obsidian's own syntax resolved; in links only highlights are.

    `source` is the text around them, and `base` its offset in the note.
    """
    for child in children:
        if isinstance(child, Text) and _may_hold_syntax(child.text):
            break
    else:
        return children
    pieces: list[Inline | _Mark] = []
    for index, child in enumerate(children):
        if isinstance(child, Text) and child.span.end - child.span.start == len(child.text):
            first = index == 0 or isinstance(children[index - 1], SoftBreak)
            pieces.extend(_split(child, source, base, in_link, first))
        else:
            pieces.append(child)
    return _merged(_pair(pieces))


def _may_hold_syntax(text: str) -> bool:
    return "#" in text or "==" in text or "]" in text or "://" in text or "www." in text


def _split(node: Text, source: str, base: int, in_link: bool, first: bool) -> Iterator[Inline | _Mark]:
    """The parts of a text node: tags, links, delimiters and the text between them."""
    position = 0
    start = node.span.start
    attributes = [match.span() for match in _ATTRIBUTES.finditer(node.text)] if "{" in node.text else []
    around = source, base
    for match in _MARKS.finditer(node.text):
        if match.start() < position or any(first < match.start() < last for first, last in attributes):
            continue
        found = _found(match, start, around, in_link, first)
        if found is None:
            continue
        if match.start() > position:
            yield _text(node, position, match.start())
        position = _end(found) - start
        yield found
    if position < len(node.text):
        yield _text(node, position, len(node.text))


def _end(found: Inline | _Mark) -> int:
    return found.node.span.end if isinstance(found, _Mark) else found.span.end


def _text(node: Text, start: int, end: int) -> Text:
    return Text(Span(node.span.start + start, node.span.start + end), node.text[start:end])


def _found(
    match: re.Match[str], start: int, around: tuple[str, int], in_link: bool, first: bool
) -> Inline | _Mark | None:
    source, base = around
    offset = start + match.start()
    local = offset - base
    before = source[local - 1] if local else "\n"
    kind = str(match.lastgroup)
    if before == "\\" or (in_link and kind != "highlight"):
        return None
    if kind == "url":
        return _bare_url(match["url"], offset)
    if kind == "tag":
        name = match["tag"].rstrip("/")
        stands_alone = before.isspace() or (first and match.start() == 0)
        return Tag(Span(offset, offset + 1 + len(name)), name) if stands_alone and is_tag(name) else None
    after = source[local + 2 : local + 3]
    node = Text(Span(offset, start + match.end()), match[0])
    return _Mark(node, kind, can_open=not after.isspace() and after != "", can_close=not before.isspace())


def trimmed_url(url: str) -> str:
    """A bare URL without what ends a sentence or highlight rather than the address (GFM, extended autolinks)."""
    while url[-1] in "?!.,:*_~'\";]" or url.endswith("==") or (url[-1] == ")" and url.count(")") > url.count("(")):
        url = url[:-1]
    return url


def _bare_url(written: str, offset: int) -> Link:
    url = trimmed_url(written)
    span = Span(offset, offset + len(url))
    return Link(span, [Text(span, url)], url if "://" in url else f"http://{url}", None)


def _pair(pieces: list[Inline | _Mark]) -> list[Inline]:
    """Delimiters paired into nodes; those left over are text again."""
    out: list[Inline | _Mark] = []
    openers: dict[bool, list[int]] = {True: [], False: []}  # of highlights, of brackets: indices into `out`
    for piece in pieces:
        if isinstance(piece, _Mark):
            own = openers[piece.kind == "highlight"]
            if own and piece.can_close and piece.kind in ("highlight", "close"):
                start = own[-1]
                _forget(openers, start)
                piece = _close(out, start, piece)
            elif piece.kind != "close" and piece.can_open:
                own.append(len(out))
        out.append(piece)
    return [piece.node if isinstance(piece, _Mark) else piece for piece in out]


def _forget(openers: dict[bool, list[int]], start: int) -> None:
    """Drop the openers from an index on: what stands between two delimiters is closed off."""
    for indices in openers.values():
        while indices and indices[-1] >= start:
            indices.pop()


def _close(out: list[Inline | _Mark], start: int, closer: _Mark) -> Inline | _Mark:
    """The node between an opener and its closer, which is taken off `out`; the closer if a mere bracket is closed."""
    opener = out[start]
    if not isinstance(opener, _Mark) or opener.kind == "open":
        return closer
    children = _merged([piece.node if isinstance(piece, _Mark) else piece for piece in out[start + 1 :]])
    del out[start:]
    span = Span(opener.node.span.start, closer.node.span.end)
    return Highlight(span, children) if closer.kind == "highlight" else InlineFootnote(span, children)


def _merged(children: list[Inline]) -> list[Inline]:
    """The same nodes with literal text that adjoins in the source in one node."""
    merged: list[Inline] = []
    for child in children:
        last = merged[-1] if merged else None
        if isinstance(child, Text) and isinstance(last, Text) and adjoins(last, child):
            merged[-1] = Text(Span(last.span.start, child.span.end), last.text + child.text)
        else:
            merged.append(child)
    return merged


def adjoins(first: Text, second: Text) -> bool:
    """Whether two text nodes are literal and next to each other in the source."""
    length = second.span.end - first.span.start
    return first.span.end == second.span.start and length == len(first.text) + len(second.text)
