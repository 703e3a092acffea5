"""Pictures: a figure, or an animation that rests for readers who ask for less motion."""

from __future__ import annotations

from html import escape
from xml.etree.ElementTree import Element, SubElement

from markdown.treeprocessors import Treeprocessor

from knapper.markdown.elements import element

_STILL = "data-still"


def write_picture(parent: Element, src: str, alt: str, size: tuple[int | None, int | None], still: str = "") -> None:
    """Append an image.

    Args:
        parent: where to.
        src: its address.
        alt: its text alternative.
        size: its width and height in CSS pixels.
        still: address of a still of it, or empty.
    """
    if still:
        parent = SubElement(parent, "picture")
        element(parent, "img", src=still).set(_STILL, "")
    width, height = (None if length is None else str(length) for length in size)
    element(parent, "img", alt=alt, src=src, width=width, height=height, loading="lazy", decoding="async")


class Stills(Treeprocessor):
    """Makes stills the alternatives of their animations, once their addresses are known.

    MkDocs looks for addresses in `<a>` and `<img>` alone, so until then a still is an image.
    """

    def run(self, root: Element) -> None:
        """Changes pictures in place."""
        for picture in root.iter("picture"):
            if len(picture) and picture[0].get(_STILL) is not None:
                srcset = escape(picture[0].get("src", ""))
                picture.remove(picture[0])
                source = f'<source media="(prefers-reduced-motion: reduce)" srcset="{srcset}">'
                picture.text = self.md.htmlStash.store(source)
