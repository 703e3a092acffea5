"""HTML as an indented outline, equal where a browser builds the same tree."""

import re
from html.parser import HTMLParser

BLOCKS = frozenset(
    "article audio blockquote br details div dl dt dd figcaption figure h1 h2 h3 h4 h5 h6 hr iframe li ol p "
    "pre script section summary table tbody td th thead tr ul video".split()
)
VOID = frozenset("br col hr img input source".split())


class _Outline(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.lines: list[str] = []
        self.open: list[str] = []
        self.text = ""
        self.after_block = True

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.end_text(before_block=tag in BLOCKS)
        self.add(f"<{' '.join([tag, *sorted(map(_attribute, attrs))])}>")
        if tag not in VOID:
            self.open.append(tag)
        self.after_block = tag in BLOCKS

    def handle_endtag(self, tag: str) -> None:
        if tag in self.open:
            self.end_text(before_block=tag in BLOCKS)
            while self.open.pop() != tag:
                pass
            self.after_block = tag in BLOCKS

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.end_text(before_block=False)
        self.add(f"<!--{data}-->")

    def end_text(self, before_block: bool) -> None:
        text, self.text = self.text, ""
        if "pre" in self.open:
            text = text.removesuffix("\n") if before_block else text
        else:
            text = re.sub(r"[ \t\r\n]+", " ", text)
            text = text.lstrip(" ") if self.after_block else text
            text = text.rstrip(" ") if before_block else text
        if text:
            self.add(repr(text))
            self.after_block = False

    def add(self, line: str) -> None:
        self.lines.append("  " * len(self.open) + line)


def _attribute(attribute: tuple[str, str | None]) -> str:
    name, value = attribute
    if value is None or value == name:
        return name
    if name == "class":
        value = " ".join(sorted(value.split()))
    return f"{name}={value!r}"


def outline(html: str) -> list[str]:
    """One line for each tag, comment and piece of text. In `<pre>` each character counts."""
    parser = _Outline()
    parser.feed(html)
    parser.close()
    parser.end_text(before_block=True)
    return parser.lines
