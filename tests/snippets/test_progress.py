import io
import logging
import threading

import pytest

from knapper.snippets.progress import TerminalProgress


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True

    def lines(self) -> list[str]:
        """What is left to see: a line that has been erased is not."""
        return [line.split("\x1b[2K")[-1].strip("\r") for line in self.getvalue().split("\n")]


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Terminal:
    monkeypatch.delenv("CI", raising=False)
    monkeypatch.setenv("COLUMNS", "70")
    return Terminal()


def run(progress: TerminalProgress) -> None:
    progress.total(2)
    progress.started("adam")
    progress.finished("adam", 0.42, True)
    progress.started("vae")
    progress.finished("vae", 3.21, False)


LINES = ["Running 2 snippets", "adam: 0.4 s", "vae: failed after 3.2 s"]


def test_plain_lines_without_a_terminal() -> None:
    stream = io.StringIO()
    run(TerminalProgress(stream))
    assert stream.getvalue().splitlines() == LINES


def test_plain_lines_in_ci(terminal: Terminal, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CI", "true")
    lines: list[str] = []
    run(TerminalProgress(terminal, lines.append))
    assert lines == LINES
    assert terminal.getvalue() == ""


def test_nothing_is_said_if_nothing_runs() -> None:
    stream = io.StringIO()
    TerminalProgress(stream).total(0)
    assert stream.getvalue() == ""


def test_a_bar_with_names_and_times_on_a_terminal(terminal: Terminal) -> None:
    progress = TerminalProgress(terminal)
    progress.total(2)
    progress.started("adam")
    assert terminal.lines() == ["[....................] 0/2 snippets  adam 0 s"]
    progress.finished("adam", 0.42, True)
    assert terminal.lines() == ["[##########..........] 1/2 snippets"]
    progress.close()


def test_the_bar_fits_the_terminal(terminal: Terminal) -> None:
    progress = TerminalProgress(terminal)
    progress.total(1)
    progress.started("a-very-long-name-" * 5)
    assert len(terminal.lines()[-1]) == 69
    progress.close()


def test_the_bar_goes_and_failures_stay(terminal: Terminal) -> None:
    run(TerminalProgress(terminal))
    assert terminal.lines() == ["vae: failed after 3.2 s", ""]
    assert not any(thread.name == "knapper-progress" and thread.is_alive() for thread in _ended())


def _ended() -> list[threading.Thread]:
    for thread in threading.enumerate():
        if thread.name == "knapper-progress":
            thread.join(2)
    return threading.enumerate()


def test_log_lines_have_lines_of_their_own(terminal: Terminal) -> None:
    logger = logging.Logger("site")
    logger.addHandler(logging.StreamHandler(terminal))
    progress = TerminalProgress(terminal, loggers=[logger])
    progress.total(1)
    progress.started("adam")
    logger.warning("something is wrong")
    progress.finished("adam", 0.1, True)
    assert terminal.lines() == ["something is wrong", ""]
    assert len(logger.handlers) == 1
