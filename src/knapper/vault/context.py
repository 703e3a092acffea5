"""The sentence around a link, as plain text."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Iterable
from typing import NamedTuple, TypeAlias

from knapper.syntax.document import (
    Callout,
    Embed,
    Inline,
    InlineFootnote,
    Link,
    MaterialBlock,
    Reference,
    Text,
    children_of,
    plain_text,
)

MAX_CONTEXT = 160
"""Characters shown on either side of a link."""

_Embedded: TypeAlias = Callable[[Embed], str] | None

_SENTENCE_END = re.compile(r"[.!?…][\"'”’»)\]]*\s+|[。！？]")


class Context(NamedTuple):
    """The text before a link in its sentence, the link's own text, and the text after it."""

    before: str
    text: str
    after: str


def context_of(reference: Reference, embedded: _Embedded = None) -> Context | None:
    """The sentence around a reference; None outside the body of its note, where readers see none.

    Args:
        reference: a link or an embed.
        embedded: the text of an embed, as for `plain_text`.
    """
    if reference.node is None or reference.block is None:
        return None
    block = reference.block
    nodes = block.title if isinstance(block, Callout | MaterialBlock) else block.children
    before, after = _around(nodes, reference.node, embedded)
    text = " ".join(plain_text([reference.node], embedded).split()) or str(reference.target)
    start, end = _sentence(before, text, after)
    return Context(_cut_before(before[start:]), text, _cut_after(after[:end]))


def _around(nodes: list[Inline], node: Link | Embed, embedded: _Embedded) -> tuple[str, str]:
    """The text before and after a node that stands somewhere in some trees, as much of it as can be shown.

    A footnote written within a sentence is no part of it.
    """
    position = bisect_right(nodes, node.span.start, key=lambda child: child.span.start) - 1
    if position < 0:
        return "", ""
    child = nodes[position]
    before, after = ("", "") if child is node else _around(children_of(child), node, embedded)
    if isinstance(child, InlineFootnote):
        return before, after
    left = _gather((nodes[i] for i in range(position - 1, -1, -1)), embedded)
    right = _gather((nodes[i] for i in range(position + 1, len(nodes))), embedded)
    return "".join(reversed(left)) + before, after + "".join(right)


def _gather(nodes: Iterable[Inline], embedded: _Embedded) -> list[str]:
    """Texts of nodes until there is enough; a paragraph may have thousands of links, each with its own context."""
    texts, size = [], 0
    for node in nodes:
        texts.append(node.text if isinstance(node, Text) else plain_text([node], embedded))
        size += len(texts[-1])
        if size > MAX_CONTEXT:
            break
    return texts


def _sentence(before: str, text: str, after: str) -> tuple[int, int]:
    """Where the sentence begins in `before` and ends in `after`. A full stop before a small letter ends none."""
    whole = before + text + after
    ends = [match.end() for match in _SENTENCE_END.finditer(whole) if not _is_within(match)]
    start = max((end for end in ends if end <= len(before)), default=0)
    link_end = len(before) + len(text)
    return start, min((end for end in ends if end >= link_end), default=len(whole)) - link_end


def _is_within(stop: re.Match[str]) -> bool:
    """Whether a full stop ends no sentence, but an abbreviation within it."""
    return stop[0][0] in ".…" and stop.string[stop.end() : stop.end() + 1].islower()


def _cut_before(text: str) -> str:
    words = " ".join(text.split()) + (" " if text[-1:].isspace() else "")
    return words if len(words) <= MAX_CONTEXT else "…" + words[-MAX_CONTEXT:].partition(" ")[2]


def _cut_after(text: str) -> str:
    words = (" " if text[:1].isspace() else "") + " ".join(text.split())
    return words if len(words) <= MAX_CONTEXT else words[:MAX_CONTEXT].rpartition(" ")[0] + "…"
