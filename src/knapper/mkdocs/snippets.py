"""The snippets of a site: run before its pages are made, and watched while it is served.

Imported only for a project that has snippets.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.exceptions import PluginError
from mkdocs.structure.files import Files

from knapper.diagnostics import Diagnostic
from knapper.markdown.mounted import SourceFile, mounts_of, snippet_page
from knapper.mkdocs.config import SnippetsConfig
from knapper.mkdocs.downloads import repository
from knapper.mkdocs.notebook import CellConverter
from knapper.mkdocs.snippet_pages import SnippetPages, add_file
from knapper.snippets import Layout, Result, UnreachableError, Workshop
from knapper.snippets.progress import TerminalProgress
from knapper.snippets.schedule import Silence
from knapper.vault import Index
from knapper.vault.mounts import Mounts

_BRANCH = re.compile(r"/?(?:edit|blob|raw)/([^/]+)/")

log = logging.getLogger("mkdocs.plugins.knapper")


class SiteSnippets:
    """Runs the snippets of a project for a site; lives on from build to build of `mkdocs serve`.

    Attributes:
        results: by name of the snippet, as of the last run.
        sources: modules of the project, by the paths at which notes embed them.
    """

    def __init__(self, layout: Layout, executor: str | Mapping[str, str]) -> None:
        self.layout = layout
        self.executor = executor
        self.results: Mapping[str, Result] = {}
        self.sources: Mapping[str, SourceFile] = {}
        self._progress = _progress()
        self._workshop = Workshop(layout, executor, self._progress or Silence())

    def run(self, options: SnippetsConfig, config: MkDocsConfig) -> None:
        """Brings the results and the texts of modules up to date.

        Raises:
            PluginError: what runs snippets cannot be reached.
        """
        try:
            self.results = self._workshop.results() if options.execute else self._workshop.stored()
        except UnreachableError as error:
            raise PluginError(f"the snippets cannot be run: {error}") from error
        finally:
            if self._progress:
                self._progress.close()
        url = _source_url(self.layout, config)
        self.sources = {path: SourceFile(text, url(path)) for path, text in self._workshop.module_sources().items()}

    @property
    def paths(self) -> set[str]:
        """The paths of the pages' imaginary sources."""
        return {snippet_page(result.snippet) for result in self.results.values()}

    def problems(self) -> Iterator[Diagnostic]:
        """What is wrong with snippets and their outputs."""
        for result in self.results.values():
            yield from result.problems

    def mounts(self) -> Mounts:
        """What links and embeds of notes find of all this."""
        return mounts_of(self.results, self.sources)

    def add(self, files: Files, index: Index, options: SnippetsConfig, config: MkDocsConfig) -> SnippetPages:
        """Adds the pages of snippets to the site, and what else notes link to."""
        highlight = config.mdx_configs.get("pymdownx.highlight") or {}
        converter = CellConverter(self.layout.state / "pages", highlight)
        pages = SnippetPages(self.results, index, options, config, self.layout.root, converter)
        converter.forget_unused()
        pages.add(files)
        for path, content in self._linked():
            if index.embedders([path]):
                add_file(files, config, path, content)
        return pages

    def _linked(self) -> Iterator[tuple[str, bytes]]:
        """What is in the site only if a note links to it: data, and modules that no repository shows."""
        for result in self.results.values():
            for output in result.outputs.values():
                yield from ((path, content) for path, content in output.files.items() if not path.endswith(".md"))
        yield from ((path, source.text.encode()) for path, source in self.sources.items() if not source.url)

    def watched(self) -> set[Path]:
        """The files and folders that results are made of."""
        return self._workshop.watched()

    def close(self) -> None:
        """Ends the processes that run snippets."""
        self._workshop.close()


def _progress() -> TerminalProgress | None:
    """What is shown meanwhile; nothing with `--quiet`."""
    mkdocs = logging.getLogger("mkdocs")
    return TerminalProgress(plain=log.info, loggers=[mkdocs]) if log.isEnabledFor(logging.INFO) else None


def layout_of(config: MkDocsConfig, options: SnippetsConfig) -> Layout:
    """Where the snippets of a site are: beside its configuration."""
    return Layout(Path(config.config_file_path).resolve().parent, options.folder, tuple(options.modules))


def _source_url(layout: Layout, config: MkDocsConfig) -> Callable[[str], str]:
    """The address of a module in the repository, with places for lines; empty if the repository is not on GitHub.

    MkDocs knows the branch, which is in its option `edit_uri`.
    """
    name, branch = repository(config), _BRANCH.match(config.edit_uri or "")

    def url(path: str) -> str:
        folder = next((folder for folder in layout.modules if (layout.root / folder / path).is_file()), None)
        if not name or not branch or folder is None:
            return ""
        return f"https://github.com/{name}/blob/{branch[1]}/{folder}/{path}#L{{first}}-L{{last}}"

    return url
