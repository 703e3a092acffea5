"""HTML as a list of tokens that is equal where a browser sees the same document.

The rules are those of the CommonMark test suite's own normaliser: the order of attributes, the form of
entities and of void elements do not count, nor does white space around blocks. In `<pre>` it all counts.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser

BLOCKS = frozenset(
    "article aside blockquote body br button canvas caption col colgroup dd details div dl dt embed fieldset "
    "figcaption figure footer form h1 h2 h3 h4 h5 h6 header hgroup hr iframe li map object ol output p pre "
    "progress script section style summary table tbody td textarea tfoot th thead tr ul video".split()
)
VERBATIM = frozenset({"pre", "script", "style", "textarea"})
VOID = frozenset({"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "wbr"})

Token = tuple[str, ...]  # kind, then what it carries: ("start", "a", "href=/x"), ("text", "hello"), ...
EDGE: Token = ("end", "body")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.tokens: list[Token] = []
        self.verbatim = 0

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tokens.append(("start", tag, *sorted(f"{name}={value or ''}" for name, value in attrs)))
        self.verbatim += tag in VERBATIM

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.handle_starttag(tag, attrs)
        self.verbatim -= tag in VERBATIM

    def handle_endtag(self, tag: str) -> None:
        if tag not in VOID:
            self.tokens.append(("end", tag))
            self.verbatim -= tag in VERBATIM

    def handle_data(self, data: str) -> None:
        kind = "verbatim" if self.verbatim > 0 else "text"
        if self.tokens and self.tokens[-1][0] == kind:
            data = self.tokens.pop()[1] + data
        self.tokens.append((kind, data))

    def handle_comment(self, data: str) -> None:
        self.tokens.append(("comment", data))

    def handle_decl(self, decl: str) -> None:
        self.tokens.append(("declaration", decl))

    def handle_pi(self, data: str) -> None:
        self.tokens.append(("instruction", data))

    def unknown_decl(self, data: str) -> None:
        self.tokens.append(("cdata", data))


def _is_block(token: Token) -> bool:
    return token[0] in ("start", "end") and token[1] in BLOCKS


def _collapse(tokens: list[Token]) -> Iterator[Token]:
    for before, token, after in zip([EDGE, *tokens], tokens, [*tokens[1:], EDGE], strict=False):
        if token[0] != "text":
            yield token
            continue
        text = re.sub(r"[ \t\r\n\f]+", " ", token[1])
        text = text.removeprefix(" ") if _is_block(before) else text
        text = text.removesuffix(" ") if _is_block(after) else text
        if text:
            yield ("text", text)


def normalise(html: str) -> list[Token]:
    """The tokens of a fragment of HTML, without what no browser tells apart."""
    reader = _Reader()
    reader.feed(html)
    reader.close()
    return list(_collapse(reader.tokens))
