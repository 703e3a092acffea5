"""Makes a process what a script would have for itself alone, and lets the kernel enforce its rights."""

from __future__ import annotations

import faulthandler
import io
import os
import random
import signal
import sys
import tempfile
from pathlib import Path
from typing import Any

from knapper.snippets import landlock
from knapper.snippets.job import STACKS, STDERR, STDOUT
from knapper.snippets.policy import Policy


def set_up(run: Path) -> None:
    """Gives this process folders, standard streams and seeds of its own, and lets it tell its stack when asked.

    Args:
        run: the folder of the run.
    """
    for name, variable in (("home", "HOME"), ("tmp", "TMPDIR")):
        (run / name).mkdir()
        os.environ[variable] = str(run / name)
    tempfile.tempdir = None  # what the server has found for itself
    stacks = (run / STACKS).open("w")  # stays open: the interpreter writes there as it crashes
    faulthandler.enable(stacks)
    if hasattr(faulthandler, "register"):
        faulthandler.register(signal.SIGUSR1, stacks, all_threads=True)
    _redirect(run)
    _reseed()


def _redirect(run: Path) -> None:
    """Sends the standard streams to files, by their descriptors, and gives nothing to read."""
    for descriptor, name in ((1, STDOUT), (2, STDERR)):
        file = os.open(run / name, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600)
        os.dup2(file, descriptor)
        os.close(file)
    null = os.open(os.devnull, os.O_RDONLY)
    os.dup2(null, 0)
    os.close(null)
    sys.stdin = open(0, encoding="utf-8", closefd=False)  # noqa: SIM115 - it stays for good
    sys.stdout = sys.__stdout__ = _writer(1, "strict")  # type: ignore[misc]
    sys.stderr = sys.__stderr__ = _writer(2, "backslashreplace")  # type: ignore[misc]


def _writer(descriptor: int, errors: str) -> io.TextIOWrapper:
    """A standard stream that keeps nothing back, as with `python -u`: other processes and C code write there, too."""
    raw: Any = io.FileIO(descriptor, "w", closefd=False)
    return io.TextIOWrapper(raw, encoding="utf-8", errors=errors, write_through=True)


def _reseed() -> None:
    """Fresh seeds, as each process would have: children of one server would all draw the same numbers."""
    random.seed()
    if numpy := sys.modules.get("numpy"):
        numpy.random.seed()
    if torch := sys.modules.get("torch"):
        torch.seed()


def lock(policy: Policy, folders: list[Path], network: bool) -> list[str]:
    """Lets the kernel enforce what it can; returns what it does not.

    Args:
        policy: the rights of the run.
        folders: of modules of the project, which may be read to be imported.
        network: whether the network is allowed.
    """
    if not landlock.abi():
        return ["files read by C code and by other processes", "network use by C code and by other processes"]
    listed = [Path(folder) for folder in policy.folders]
    code: list[Path] = []
    for folder in folders:
        for path in folder.rglob("*") if folder.is_dir() else ():
            (listed if path.is_dir() else code).append(path)
        listed.append(folder)
    files = [Path(path) for path in policy.files]
    modules = [path for path in code if path.suffix in (".py", ".so")]
    landlock.restrict([*policy.readable, *files, *modules], listed, policy.writable, network)
    unenforced = ["whether a file exists", "modules of the project that other processes import"]
    if not network:
        what = "network use other than TCP" if landlock.denies_network() else "network use"
        unenforced.append(f"{what} by C code and by other processes")
    return unenforced
