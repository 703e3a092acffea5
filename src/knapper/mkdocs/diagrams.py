"""Links in diagrams. MkDocs maps source files to pages in elements only, and a diagram is text."""

from __future__ import annotations

import re
from posixpath import dirname, join, normpath
from urllib.parse import unquote

from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

_DIAGRAM = re.compile(r'<pre class="mermaid">.*?</pre>', re.DOTALL)
_PATH = re.compile(r'(?<= href ")[^"#\n]+(?=[^"\n]*")')


def link_diagrams(content: str, page: Page, files: Files) -> str:
    """Makes paths of source files in Mermaid's `click A href "path"` addresses, relative to the page."""
    folder = dirname(page.file.src_uri)

    def address(match: re.Match[str]) -> str:
        file = files.get_file_from_path(normpath(join(folder, unquote(match[0]))))
        return file.url_relative_to(page.file) if file else match[0]

    return _DIAGRAM.sub(lambda diagram: _PATH.sub(address, diagram[0]), content)
