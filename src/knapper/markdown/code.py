"""Code blocks, one at a time through superfences: highlighting, titles, annotations, diagrams."""

from __future__ import annotations

import re
from collections.abc import Callable
from xml.etree.ElementTree import Element

from markdown import Markdown
from markdown.treeprocessors import Treeprocessor
from markdown.util import HTML_PLACEHOLDER

from knapper.markdown.elements import append_text, element, literal
from knapper.markdown.links import address
from knapper.markdown.media import write_placeholder
from knapper.markdown.scope import Options, Scope
from knapper.syntax.document import CodeBlock, Link, Span, Target

_QUERIES = {"dataview": "Dataview", "dataviewjs": "Dataview", "query": "Embedded search", "base": "Base"}
_CLASS = re.compile(r"^[ \t]*class[ \t]+([\w,\- ]+?)[ \t]+internal-link[ \t]*;?[ \t]*$", re.M)
_LABEL = (
    r"""(?:\[\[|\(\[|\[\(|\(\(\(|\(\(|\{\{|\[/|\[\\|\[|\(|\{|>)\s*"?([^"\]\)\}}\[\(\{{]+?)"?\s*(?:/|\\)?[\]\)\}}]"""
)

_PLACEHOLDER = re.compile(HTML_PLACEHOLDER % r"(\d+)")
_CODE = re.compile(r"<pre(?=>(?:<span></span>)?<code)")


def fence_around(code: str, sign: str = "~") -> str:
    """A fence that is longer than any run of its sign in some code, so that none of them ends it."""
    return sign * max([3, *(len(run) + 1 for run in re.findall(f"{sign}+", code))])


class CodeWriter:
    """Writes code blocks with the fences that the Markdown instance is configured for, if it is."""

    def __init__(self, md: Markdown, options: Options, fences: Callable[[list[str]], list[str]] | None) -> None:
        self._md = md
        self._options = options
        self._fences = fences

    def write(self, parent: Element, block: CodeBlock, scope: Scope) -> None:
        """Append a code block, or a placeholder for a query that only the app can run."""
        if block.language in _QUERIES:
            write_placeholder(parent, block.language, _QUERIES[block.language])
            return
        code = block.text
        if block.language == "mermaid":
            code += "".join(self._clicks(code, scope))
        append_text(parent, self._fenced(block, code) or self._plain(block, code))
        append_text(parent, "\n")

    def _fenced(self, block: CodeBlock, code: str) -> str | None:
        """What superfences makes of a block: a placeholder of the stash; None if it does not take it for a fence."""
        if self._fences is None:
            return None
        fence = fence_around(code)
        lines = self._fences(["", f"{fence}{block.info}", *code.removesuffix("\n").split("\n"), fence, ""])
        made = [line for line in lines if line.strip()]
        return made[0].strip() if len(made) == 1 and self._md.htmlStash.html_counter else None

    def _plain(self, block: CodeBlock, code: str) -> str:
        pre = Element("pre")
        language = f"language-{block.info.split()[0]}" if block.info.split() else None
        element(pre, "code", class_=language).text = literal(code)
        return self._md.htmlStash.store(self._md.serializer(pre))

    def _clicks(self, code: str, scope: Scope) -> list[str]:
        """Lines that make nodes of a diagram links, where Obsidian does by `class A,B internal-link`."""
        names = [name.strip() for names in _CLASS.findall(code) for name in names.split(",")]
        lines = []
        for name in dict.fromkeys(filter(None, names)):
            label = re.search(rf"(?<![\w-]){re.escape(name)}\s*{_LABEL}", code)
            text = label[1].strip() if label else name
            href = address(Link(Span(0, 0), [], text, Target(text), wiki=True), scope, self._options)
            if href is not None:
                lines.append(f'click {name} href "{href}"\n')
        return lines


class CopyIds(Treeprocessor):
    """Gives code an id of its own where that of an element around it would keep the copy button from working."""

    def run(self, root: Element) -> None:
        """Changes blocks in the stash in place."""
        for outer in root.iter():
            if not is_selectable(outer.get("id", "")):
                for placeholder in _PLACEHOLDER.finditer("".join(outer.itertext())):
                    self._set_id(int(placeholder[1]))

    def _set_id(self, number: int) -> None:
        blocks = self.md.htmlStash.rawHtmlBlocks
        block = blocks[number]
        if isinstance(block, str):
            blocks[number] = with_code_id(block, str(number))


def is_selectable(name: str) -> bool:
    """Whether an id can stand in a selector as it is, as `^block`, `fn:1` and `name.py` cannot.

    Material's copy button selects its code by the id of the nearest element that has one.
    """
    return re.fullmatch(r"[\w-]*", name) is not None


def with_code_id(block: str, name: str) -> str:
    """The HTML of a code block, with an id of its own."""
    return _CODE.sub(f'<pre id="__pre_{name}"', block, count=1)
