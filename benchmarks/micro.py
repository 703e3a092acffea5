"""Time the compiler's parts alone, on generated vaults of growing size: costs per note and per link stay level.

    python benchmarks/micro.py [--notes 200 1000] [--sample 100] [--repeat 5]

The last row is the work of Python-Markdown on the same notes, with their links in Markdown's own form.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from builds import MARKDOWN_EXTENSIONS
from generate import Spec, generate
from markdown import Markdown
from report import print_table

from knapper.markdown import KnapperExtension
from knapper.syntax import parse
from knapper.vault import Index, Vault, build_index, read_vault


@dataclass(frozen=True)
class Timing:
    """The least CPU time of a part over several runs, in microseconds per note or link."""

    part: str
    unit: str
    microseconds: float


def least(action: Callable[[], object], repeat: int) -> float:
    """Return the least CPU seconds that an action took, which is what other work disturbed least."""
    times = []
    for _ in range(repeat):
        start = time.process_time()
        action()
        times.append(time.process_time() - start)
    return min(times)


def timings(folder: Path, notes: int, sample: int, repeat: int) -> list[Timing]:
    """Time every part on one vault, generated into `folder`; notes are parsed and rendered in a sample."""
    root = folder / "wikilink"
    generate(root, Spec(notes))
    vault = read_vault(root)
    index = build_index(vault)
    paths = list(vault.notes)[:: max(1, notes // sample)]
    links = [(ref.target, path) for path, note in vault.notes.items() for ref in note.document.references]
    check_all_resolve(index)
    actions: list[tuple[str, str, int, Callable[[], object]]] = [
        ("parse", "note", len(paths), lambda: parse_all(vault, paths)),
        ("read_vault", "note", len(vault.notes), lambda: read_vault(root)),
        ("build_index", "note", len(vault.notes), lambda: build_index(vault)),
        ("destination", "link", len(links), lambda: [index.destination(*link) for link in links]),
        ("backlinks", "note", len(paths), lambda: [index.backlinks(path) for path in paths]),
        ("render, parsed before", "note", len(paths), lambda: render_all(index, paths)),
        ("Python-Markdown", "note", len(paths), plain_action(folder / "markdown", notes, paths)),
    ]
    return [Timing(part, unit, least(action, repeat) / count * 1e6) for part, unit, count, action in actions]


def check_all_resolve(index: Index) -> None:
    """Stop if a generated link leads nowhere: looking up what is missing is other work."""
    for path, note in index.vault.notes.items():
        for reference in note.document.references:
            destination = index.destination(reference.target, path)
            if destination.problem:
                sys.exit(f"{path}: {reference.target}: {destination.message}")


def parse_all(vault: Vault, paths: list[str]) -> None:
    """Parse the text of some notes."""
    for path in paths:
        parse(vault.notes[path].document.text)


def render_all(index: Index, paths: list[str]) -> None:
    """Render some notes, each with a Markdown instance of its own, as MkDocs does it."""
    names, configs = extensions()
    for path in paths:
        extension = KnapperExtension(index)
        extension.note = path
        text = index.vault.notes[path].document.text
        Markdown(extensions=[*names, extension], extension_configs=configs).convert(text)


def plain_action(root: Path, notes: int, paths: list[str]) -> Callable[[], None]:
    """Return what renders the same notes by Python-Markdown; properties are cut off, as MkDocs does it."""
    generate(root, Spec(notes, "markdown"))
    texts = [(root / path).read_text(encoding="utf-8").partition("---\n\n")[2] for path in paths]
    names, configs = extensions()

    def render() -> None:
        for text in texts:
            Markdown(extensions=names, extension_configs=configs).convert(text)

    return render


def extensions() -> tuple[list[str], dict[str, dict[str, object]]]:
    """Return the extensions of the compared sites and their options, as Python-Markdown takes them."""
    configs: dict[str, dict[str, object]] = {}
    for extension in MARKDOWN_EXTENSIONS:
        configs.update({extension: {}} if isinstance(extension, str) else extension)
    return list(configs), configs


def print_timings(columns: dict[int, list[Timing]]) -> None:
    """Print the parts, one column for each size of the vault, and rendering's ratio to Python-Markdown."""
    rows = [["CPU microseconds", "per", *(f"{notes} notes" for notes in columns)]]
    for same in zip(*columns.values(), strict=True):
        rows.append([same[0].part, same[0].unit, *(f"{timing.microseconds:.1f}" for timing in same)])
    print_table(rows)
    ratios = [f"{(parts[0] + parts[-2]) / parts[-1]:.2f}" for parts in map(only_times, columns.values())]
    heads = [f"{notes} notes" for notes in columns]
    print_table([["ratio", *heads], ["(parse + render) / Python-Markdown", *ratios]])


def only_times(timed: list[Timing]) -> list[float]:
    """Return the microseconds of a column."""
    return [timing.microseconds for timing in timed]


def main() -> None:
    """Command line."""
    formatter = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=formatter)
    parser.add_argument("--notes", type=int, nargs="+", default=[200, 1000], help="sizes of the vault")
    parser.add_argument("--sample", type=int, default=100, help="notes to parse and to render in each size")
    parser.add_argument("--repeat", type=int, default=5, help="runs of each part, of which the fastest counts")
    args = parser.parse_args()
    columns = {}
    for notes in args.notes:
        with tempfile.TemporaryDirectory(prefix="knapper-benchmark-") as folder:
            columns[notes] = timings(Path(folder), notes, args.sample, args.repeat)
    print_timings(columns)


if __name__ == "__main__":
    main()
