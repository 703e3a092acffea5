"""A Python-Markdown extension that renders a `Document`; it needs no MkDocs."""

from knapper.markdown.extension import KnapperExtension
from knapper.markdown.mounted import SourceFile, mounted_paths, mounts_of, snippet_page

__all__ = ["KnapperExtension", "SourceFile", "mounted_paths", "mounts_of", "snippet_page"]
