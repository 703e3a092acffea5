"""Pages rendered in processes forked from this one, which have the vault and the loaded extensions already."""

from __future__ import annotations

import gc
import logging
import multiprocessing
import os
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ProcessPoolExecutor
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass
from typing import Any

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import Files
from mkdocs.structure.pages import Page

MIN_PAGES = 150
"""Pages from which forking pays."""

_CHUNK = 16


@dataclass(frozen=True, slots=True)
class Rendered:
    """What `Page.render` sets on a page, and what was logged meanwhile; addresses stand for files."""

    attributes: dict[str, Any]
    links_to_anchors: dict[str, dict[str, str]] | None
    records: list[logging.LogRecord]

    def apply(self, page: Page, files: Files) -> None:
        """Make a page what it would be if it had been rendered in this process."""
        page.__dict__.update(self.attributes)
        links = self.links_to_anchors
        page.links_to_anchors = None if links is None else {files.src_uris[path]: links[path] for path in links}
        for record in self.records:
            logging.getLogger(record.name).handle(record)


class RenderPool:
    """Renders pages ahead, in order. Use as a context manager, or `close` it.

    Args:
        pages: whose Markdown is known by now.
        render: renders a page; what it sets on the page is taken over.
        config: of the site.
        files: of the site.
    """

    def __init__(
        self, pages: Sequence[Page], render: Callable[[Page], None], config: MkDocsConfig, files: Files
    ) -> None:
        self._files = files
        self._place = {page.file.src_uri: divmod(index, _CHUNK) for index, page in enumerate(pages)}
        chunks = [pages[start : start + _CHUNK] for start in range(0, len(pages), _CHUNK)]
        context = multiprocessing.get_context("fork")
        job = _Job(chunks, render, config)
        self._pool = ProcessPoolExecutor(_cores(), context, initializer=_start, initargs=(job,))
        self._futures: list[Future[list[Rendered | None]]] = [
            self._pool.submit(_render_chunk, index) for index in range(len(chunks))
        ]

    def take(self, page: Page) -> bool:
        """Give a page what was rendered for it; False if nothing was, so that it is to be rendered here."""
        place = self._place.pop(page.file.src_uri, None)
        if place is None:
            return False
        try:
            rendered = self._futures[place[0]].result()[place[1]]
        except BrokenProcessPool:
            return False
        if rendered is None:
            return False
        rendered.apply(page, self._files)
        return True

    def close(self) -> None:
        """End the processes."""
        self._pool.shutdown(cancel_futures=True)


@dataclass(frozen=True, slots=True)
class _Job:
    chunks: list[Sequence[Page]]
    write: Callable[[Page], None]
    config: MkDocsConfig

    def render(self, page: Page) -> Rendered | None:
        """None if it fails: the error shall be raised where MkDocs expects it."""
        records = _Records()
        self.config._current_page = page
        logger = logging.getLogger("mkdocs")
        handlers, logger.handlers = logger.handlers, [records]
        try:
            before = dict(page.__dict__)
            self.write(page)
        except Exception:
            return None
        finally:
            logger.handlers = handlers
        return _rendered(page, before, records.records)


class _Records(logging.Handler):
    def __init__(self) -> None:
        super().__init__()
        self.records: list[logging.LogRecord] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.records.append(record)


def _rendered(page: Page, before: dict[str, Any], records: list[logging.LogRecord]) -> Rendered:
    changed = {name: value for name, value in page.__dict__.items() if before.get(name, page) is not value}
    links = changed.pop("links_to_anchors", None)
    by_path = None if links is None else {file.src_uri: anchors for file, anchors in links.items()}
    return Rendered(changed, by_path, records)


_job: _Job


def _start(job: _Job) -> None:
    global _job
    _job = job
    gc.disable()  # a worker ends before its garbage is worth collecting


def _render_chunk(index: int) -> list[Rendered | None]:
    return [_job.render(page) for page in _job.chunks[index]]


def can_fork() -> bool:
    """Whether this system can fork, and has cores to gain by it."""
    return "fork" in multiprocessing.get_all_start_methods() and _cores() > 1


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
