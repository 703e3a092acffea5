"""Run a build in a fresh process, measure it, and refuse to count one that did not do the work."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from resource import struct_rusage

from builds import SITE_DIR, Build
from generate import Summary

RSS_UNIT = 1 if sys.platform == "darwin" else 1024


class BuildError(Exception):
    """A build failed, took too long, or left out pages, links or search entries."""


@dataclass(frozen=True)
class Measured:
    """One build: seconds, peak resident bytes of its largest process, and what it wrote."""

    wall: float
    cpu: float
    rss: int
    written: int
    files: int
    warnings: int


@dataclass(frozen=True)
class Vault:
    """A generated folder of notes and what is in it."""

    path: Path
    summary: Summary


def measure(build: Build, vault: Vault, project: Path, timeout: float) -> Measured:
    """Build once in `project`, which must not exist, and remove it again.

    Raises:
        BuildError: with the end of the build's output.
    """
    build.prepare(project, vault.path)
    try:
        log = project / "build.log"
        wall, usage = run_child(build.command(), project, log, timeout)
        site = project / SITE_DIR
        check_site(site, vault.summary, log)
        sizes = [path.stat().st_size for path in files_in(site)]
        cpu = usage.ru_utime + usage.ru_stime
        return Measured(wall, cpu, usage.ru_maxrss * RSS_UNIT, sum(sizes), len(sizes), count_warnings(log))
    finally:
        shutil.rmtree(project)


def run_child(command: list[str], cwd: Path, log: Path, timeout: float) -> tuple[float, struct_rusage]:
    """Run a command and return its wall seconds and resource usage, that of its own children included.

    A child's peak memory starts at that of the process that forked it, which must stay smaller than a build.
    """
    env = {**os.environ, "PYTHONHASHSEED": "0", "XDG_CACHE_HOME": str(cwd / "cache"), "NO_COLOR": "1"}
    with log.open("wb") as output:
        start = time.perf_counter()
        child = subprocess.Popen(command, cwd=cwd, env=env, stdout=output, stderr=subprocess.STDOUT)
        killer = threading.Timer(timeout, os.kill, (child.pid, signal.SIGKILL))
        killer.start()
        try:
            _, status, usage = os.wait4(child.pid, 0)
        finally:
            killer.cancel()
        wall = time.perf_counter() - start
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        ending = f"ended with {child.returncode} after {wall:.1f} s"
        raise BuildError(f"{' '.join(command)} {ending}:\n{tail(log)}")
    return wall, usage


def check_site(site: Path, expected: Summary, log: Path) -> None:
    """Raise BuildError unless each note has a page and a search entry, and all links are in the articles."""
    articles = [article(path) for path in files_in(site) if path.name == "index.html"]
    links = sum(text.count(b"<a ") - text.count(b'class="headerlink"') for text in articles)
    found = {"pages": len(articles), "links": links, "search entries": search_entries(site)}
    least = {"pages": expected.notes, "links": expected.links, "search entries": expected.notes}
    short = [f"{found[kind]} {kind} of {least[kind]}" for kind in least if found[kind] < least[kind]]
    if short:
        raise BuildError(f"the site has only {', '.join(short)}:\n{tail(log)}")


def article(path: Path) -> bytes:
    """Return what is inside the page's `<article>`, where Material puts the note."""
    _, _, rest = path.read_bytes().partition(b"<article")
    return rest.partition(b"</article>")[0]


def search_entries(site: Path) -> int:
    """Return the number of pages in the search index, wherever and in however many files it lies."""
    locations: set[str] = set()
    for path in site.rglob("search*.json"):
        index = json.loads(path.read_bytes())
        # Material calls the list "docs", Zensical "items".
        entries = index.get("docs") or index.get("items") or []
        locations.update(entry["location"].partition("#")[0] for entry in entries)
    return len(locations)


def files_in(folder: Path) -> Iterator[Path]:
    """Yield all files below a folder."""
    return (path for path in folder.rglob("*") if path.is_file())


def count_warnings(log: Path) -> int:
    """Return the number of warnings and errors that the build printed."""
    lines = log.read_text(encoding="utf-8", errors="replace").splitlines()
    return sum(line.startswith(("WARNING", "ERROR")) for line in lines)


def tail(log: Path, characters: int = 2000) -> str:
    """Return the end of the build's output."""
    return log.read_text(encoding="utf-8", errors="replace")[-characters:]
