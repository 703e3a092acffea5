"""Properties as values of the kinds that their names allow; whatever else YAML can hold is reported."""

from __future__ import annotations

import re
from typing import Any

from knapper.diagnostics import Code, Diagnostic
from knapper.syntax.document import Document, Target
from knapper.syntax.targets import wiki_target

_WIKILINK = re.compile(r"\[\[([^\[\]|\n]+)(?:\|[^\[\]\n]*)?\]\]")
_ADDRESS = re.compile(r"""[^\\:*?"<>|#%\x00-\x1f\x7f]+""")
_WORDS = dict.fromkeys(("true", "yes", "on", "1"), True) | dict.fromkeys(("false", "no", "off", "0"), False)


def property_line(document: Document, name: str) -> int:
    """The 1-based line where a property begins; the first line if it is not written as `name: …`."""
    head = document.text[: document.body.start]
    match = re.search(rf"""^["']?{re.escape(name)}["']?[ \t]*:""", head, re.MULTILINE)
    return document.position(match.start())[0] if match else 1


class Properties:
    """Typed access to the properties of a note; collects a problem for each value of a wrong kind."""

    def __init__(self, path: str, document: Document) -> None:
        self._path = path
        self.document = document
        self._values = document.properties
        self.problems: list[Diagnostic] = []

    def text(self, name: str) -> str:
        """A text property, or an empty string."""
        value = self._values.get(name)
        if value is None or isinstance(value, str):
            return (value or "").strip()
        self._report(name, f"must be text, not {_kind(value)}", _hint(name, value))
        return ""

    def texts(self, name: str) -> tuple[str, ...]:
        """A list property without its empty items; a single text is a list of one."""
        value = self._values.get(name)
        texts = []
        for item in value if isinstance(value, list) else [value]:
            if isinstance(item, str):
                texts.append(item.strip())
            elif item is not None:
                self._report(name, f"must be a list of texts, not of {_kind(item)}", _hint(name, item))
        return tuple(text for text in dict.fromkeys(texts) if text)

    def links(self, name: str) -> tuple[Target, ...]:
        """The targets of a property that is a wikilink or a list of wikilinks."""
        value = self._values.get(name)
        targets = []
        for item in value if isinstance(value, list) else [value]:
            match = _WIKILINK.fullmatch(item.strip()) if isinstance(item, str) else None
            if match:
                targets.append(wiki_target(match[1]))
            elif item not in (None, ""):
                hint = f'write it in quotes, such as {name}: ["[[Note]]"]'
                self._report(name, f"must be a list of links, not of {_kind(item)}", hint)
        return tuple(dict.fromkeys(targets))

    def permalink(self) -> str | None:
        """The property `permalink` as a relative address without slashes at its ends."""
        address = self.text("permalink").strip("/")
        if not address:
            return None
        if _ADDRESS.fullmatch(address) and not {"", ".", ".."} & set(address.split("/")):
            return address
        message = f"is no address within the site: {address[:80]!r}"
        self._report("permalink", message, "write it like permalink: guides/adam")
        return None

    def flag(self, name: str, unclear: bool) -> bool | None:
        """A checkbox property; None if it is unset. Text such as "true" is reported and counts as what it says.

        Args:
            name: of the property.
            unclear: what any other value counts as; it is reported too.
        """
        value = self._values.get(name)
        if value is None or isinstance(value, bool):
            return value
        meaning = _WORDS.get(value.strip().lower(), unclear) if isinstance(value, str) else unclear
        message = f"must be true or false, not {_kind(value)}; it counts as {str(meaning).lower()}"
        self._report(name, message, f"write {name}: true or {name}: false")
        return meaning

    def _report(self, name: str, message: str, hint: str) -> None:
        message = f"property `{name}` {message}"
        line = property_line(self.document, name)
        self.problems.append(Diagnostic(self._path, line, 1, Code.PROPERTY_VALUE, message, hint))


def _hint(name: str, value: Any) -> str:
    return f"write {name}: followed by text" if isinstance(value, list | dict) else "put it in quotes"


def _kind(value: Any) -> str:
    """The kind of a YAML value in a user's words."""
    match value:
        case bool():
            return "true or false"
        case int() | float():
            return "a number"
        case str():
            return "text"
        case list():
            return "a list"
        case dict():
            return "a mapping"
        case _:
            return "a date" if hasattr(value, "isoformat") else f"a {type(value).__name__}"
