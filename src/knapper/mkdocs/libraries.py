"""The libraries that show formulas and diagrams in the reader's browser.

The site serves them itself, only where one of its pages needs them, and a page loads them only if it does.
"""

from __future__ import annotations

import logging
from dataclasses import dataclass
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files

from knapper.mkdocs.defaults import ASSETS, THEME
from knapper.mkdocs.files import leave_out

log = logging.getLogger("mkdocs.plugins.knapper")

_TABLE = 'class="output-scroll"'
_VENDOR = f"{ASSETS}/vendor"


@dataclass(frozen=True)
class Library:
    """A library of the npm registry.

    Attributes:
        name: of its package.
        version: the one that was tested.
        script: name of the script that loads it.
        mark: what the content of a page that needs it contains.
        rivals: words in the address of a script by which the user brings one of the kind.
    """

    name: str
    version: str
    script: str
    mark: str
    rivals: tuple[str, ...]

    @property
    def folder(self) -> Path:
        """Where its files belong. Wheels hold them; the repository does not."""
        return THEME / _VENDOR / self.name

    @property
    def stamp(self) -> Path:
        """The file with the version of what lies in the folder. Sites do not get it: themes have no dotted files."""
        return self.folder / ".version"

    @property
    def is_present(self) -> bool:
        """Whether its files are there, in this version."""
        return self.stamp.is_file() and self.stamp.read_text(encoding="utf-8") == self.version


KATEX = Library("katex", "0.19.1", "math.js", 'class="arithmatex"', ("katex", "mathjax"))
# The last in which arrowheads have the ids that the styles of Material for MkDocs 9 name.
MERMAID = Library("mermaid", "11.12.3", "diagrams.js", 'class="mermaid"', ("mermaid",))
LIBRARIES = (KATEX, MERMAID)


def add_libraries(config: MkDocsConfig, files: Files, math: str) -> None:
    """Adds the scripts of those libraries that pages need, and leaves the others' files out of the site.

    Args:
        config: the site's.
        files: the site's, with all pages rendered.
        math: the plugin's option of this name.
    """
    wanted = [library for library in LIBRARIES if _is_ours(library, config, math) and _is_needed(library, files)]
    for library in LIBRARIES:
        if library not in wanted or not library.is_present:
            _leave_out(library, files)
    config.extra_javascript[:0] = [_script(library) for library in wanted]
    absent = " and ".join(f"{library.name} {library.version}" for library in wanted if not library.is_present)
    if absent:
        log.info(
            "Pages load %s from a CDN, because this installation of Knapper has no copy to put into the site", absent
        )


def add_table_script(config: MkDocsConfig, files: Files) -> None:
    """Adds the script that sorts the tables of snippets, if a page has one."""
    script = f"{ASSETS}/tables.js"
    if any(_TABLE in (file.page.content or "") for file in files if file.page):
        config.extra_javascript.append(script)
    else:
        leave_out(files, [script])


def _is_ours(library: Library, config: MkDocsConfig, math: str) -> bool:
    """Whether the user leaves it to us to bring a library."""
    if library is KATEX and math != "auto":
        return math == "katex"
    named = " ".join(map(str, config.extra_javascript)).lower()
    return not any(rival in named for rival in library.rivals)


def _is_needed(library: Library, files: Files) -> bool:
    return any(library.mark in (file.page.content or "") for file in files if file.page)


def _leave_out(library: Library, files: Files) -> None:
    folder = f"{_VENDOR}/{library.name}/"
    for file in [file for file in files if file.src_uri.startswith(folder)]:
        files.remove(file)


def _script(library: Library) -> str:
    """The script's path; it reads from its own address what to ask the CDN for, if it must."""
    package = "" if library.is_present else f"?{library.name}@{library.version}"
    return f"{ASSETS}/{library.script}{package}"
