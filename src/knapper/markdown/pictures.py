"""Elements that show a file by its address: pictures, players, frames."""

from __future__ import annotations

from html import escape
from xml.etree.ElementTree import Element, SubElement

from markdown.treeprocessors import Treeprocessor

from knapper.markdown.elements import element

_TAG = "data-knapper-tag"


def write_file_element(parent: Element, tag: str, src: str, **attributes: str | None) -> None:
    """Append an element with the address of a file of the site, such as `audio`.

    MkDocs looks for addresses in `<a>` and `<img>` alone, so until it has, the element is an image.
    """
    element(parent, "img", src=src, **attributes).set(_TAG, tag)


def write_picture(parent: Element, src: str, alt: str, size: tuple[int | None, int | None], still: str = "") -> None:
    """Append an image: a figure, or an animation that rests for readers who ask for less motion.

    Args:
        parent: where to.
        src: its address.
        alt: its text alternative.
        size: its width and height in CSS pixels.
        still: address of a still of it, or empty.
    """
    if still:
        parent = SubElement(parent, "picture")
        write_file_element(parent, "source", still)
    width, height = (None if length is None else str(length) for length in size)
    element(parent, "img", alt=alt, src=src, width=width, height=height, loading="lazy", decoding="async")


def still_source(address: str) -> str:
    """The HTML that puts a still in the place of the animation beside it, where less motion is asked for."""
    return f'<source media="(prefers-reduced-motion: reduce)" srcset="{escape(address)}">'


class FileElements(Treeprocessor):
    """Gives elements that were images their own tags, once their addresses are known."""

    def run(self, root: Element) -> None:
        """Changes elements in place."""
        for image in list(root.iter("img")):
            image.tag = image.attrib.pop(_TAG, "img")
        for picture in root.iter("picture"):
            if len(picture) and picture[0].tag == "source":
                # As HTML: the serialiser would close the element.
                picture.text = self.md.htmlStash.store(still_source(picture[0].get("src", "")))
                picture.remove(picture[0])
