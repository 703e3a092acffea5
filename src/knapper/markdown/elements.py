"""Small helpers for ElementTree, which Python-Markdown serialises."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, SubElement

_FORBIDDEN = re.compile("[\x00\x02\x03]")


def literal(text: str) -> str:
    """Text that the serialiser shows as it is: it takes `&copy;` for an entity, and STX and ETX for its own marks."""
    return _FORBIDDEN.sub("", text.replace("&", "&amp;"))


def element(parent: Element, tag: str, **attributes: str | None) -> Element:
    """A new child. A trailing underscore is taken off a name, others become hyphens; None leaves the attribute out."""
    child = SubElement(parent, tag)
    for name, value in attributes.items():
        if value is not None:
            child.set(name.rstrip("_").replace("_", "-"), literal(value))
    return child


def append_text(parent: Element, text: str) -> None:
    """Add text, literal already or with placeholders of the stash, after everything that is in an element."""
    if len(parent):
        parent[-1].tail = (parent[-1].tail or "") + text
    else:
        parent.text = (parent.text or "") + text
