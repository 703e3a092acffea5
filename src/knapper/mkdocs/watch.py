"""What `mkdocs serve` watches besides the vault and the configuration."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from mkdocs.livereload import LiveReloadServer


class Watcher:
    """Follows a set of paths, which may differ from build to build: the server is only told of once."""

    def __init__(self) -> None:
        self._server: LiveReloadServer | None = None
        self._wanted: set[Path] = set()
        self._watched: set[Path] = set()

    def serve(self, server: LiveReloadServer) -> None:
        """Watches the paths from now on."""
        self._server = server
        self._update(server)

    def follow(self, paths: Iterable[Path]) -> None:
        """Watches these paths, and none of those before; those that do not exist when they do."""
        self._wanted = set(paths)
        if self._server:
            self._update(self._server)

    def _update(self, server: LiveReloadServer) -> None:
        wanted = {path for path in self._wanted if path.exists()}
        for path in sorted(wanted - self._watched):
            server.watch(str(path))
        for path in sorted(self._watched - wanted):
            server.unwatch(str(path))
        self._watched = wanted
