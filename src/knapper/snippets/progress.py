"""What a reader of the terminal sees while snippets run."""

from __future__ import annotations

import logging
import os
import shutil
import sys
import time
from collections.abc import Callable, Iterable
from threading import Event, RLock, Thread
from typing import TextIO

_ERASE = "\r\x1b[2K"
_WIDTH = 20
_TICK = 0.25


class TerminalProgress:
    """A bar with names and times on a terminal; plain lines in CI, and where there is no terminal.

    Args:
        stream: of the terminal; standard error by default.
        plain: writes one of the plain lines; to `stream` by default.
        loggers: whose handlers write to the same terminal: the bar makes room for what they write.
    """

    def __init__(
        self,
        stream: TextIO | None = None,
        plain: Callable[[str], None] | None = None,
        loggers: Iterable[logging.Logger] = (),
    ) -> None:
        self._stream = stream or sys.stderr
        self._plain = plain or self._write_line
        self._loggers = tuple(loggers)
        self._has_bar = self._stream.isatty() and not os.environ.get("CI")
        self._lock = RLock()
        self._running: dict[str, float] = {}
        self._total = self._done = 0
        self._shown = False
        self._stop: Event | None = None
        self._eraser = _Eraser(self._erase)

    def total(self, count: int) -> None:
        """So many snippets are to be run."""
        self._total, self._done = count, 0
        self._running.clear()
        if not count:
            return
        if self._has_bar:
            self._begin()
        else:
            self._plain(f"Running {count} {'snippet' if count == 1 else 'snippets'}")

    def started(self, name: str) -> None:
        """A snippet is being run."""
        with self._lock:
            self._running[name] = time.monotonic()
            self._draw()

    def finished(self, name: str, seconds: float, ok: bool) -> None:
        """A snippet has been run, or has failed."""
        with self._lock:
            self._running.pop(name, None)
            self._done += 1
            line = f"{name}: {seconds:.1f} s" if ok else f"{name}: failed after {seconds:.1f} s"
            if not self._has_bar:
                self._plain(line)
            elif not ok:  # what went well is no news, once the bar has shown it
                self._erase()
                self._write_line(line)
            self._draw()
            if self._done >= self._total:
                self.close()

    def close(self) -> None:
        """Takes the bar away, if there is one."""
        with self._lock:
            if self._stop:
                self._stop.set()
                self._stop = None
                for logger in self._loggers:
                    logger.removeHandler(self._eraser)
            self._erase()

    def _begin(self) -> None:
        with self._lock:
            if self._stop is None:
                self._stop = Event()
                for logger in self._loggers:
                    logger.handlers.insert(0, self._eraser)
                Thread(target=self._tick, args=(self._stop,), name="knapper-progress", daemon=True).start()
            self._draw()

    def _tick(self, stop: Event) -> None:
        """Lets the times go on; ends with the bar."""
        while not stop.wait(_TICK):
            with self._lock:
                if not stop.is_set():
                    self._draw()

    def _draw(self) -> None:
        if not self._stop:
            return
        filled = round(_WIDTH * self._done / max(self._total, 1))
        now = time.monotonic()
        running = ", ".join(f"{name} {now - start:.0f} s" for name, start in self._running.items())
        line = f"[{'#' * filled}{'.' * (_WIDTH - filled)}] {self._done}/{self._total} snippets  {running}".rstrip()
        columns = shutil.get_terminal_size().columns - 1
        shown = line if len(line) <= columns else f"{line[: max(columns - 3, 0)]}..."
        self._stream.write(_ERASE + shown)
        self._stream.flush()
        self._shown = True

    def _erase(self) -> None:
        with self._lock:
            if self._shown:
                self._stream.write(_ERASE)
                self._stream.flush()
                self._shown = False

    def _write_line(self, line: str) -> None:
        self._stream.write(f"{line}\n")
        self._stream.flush()


class _Eraser(logging.Handler):
    """Stands before the handlers that write to the terminal."""

    def __init__(self, erase: Callable[[], None]) -> None:
        super().__init__()
        self._erase = erase

    def emit(self, record: logging.LogRecord) -> None:
        self._erase()
