"""A Python-Markdown extension that renders a `Document`; it needs no MkDocs."""

from knapper.markdown.extension import KnapperExtension

__all__ = ["KnapperExtension"]
