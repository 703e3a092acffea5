"""Tables of what was measured, and the JSON file with every single run."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from importlib import metadata
from pathlib import Path
from statistics import median

from measure import Measured

PACKAGES = ("knapper", "mkdocs", "mkdocs-material", "Markdown", "pymdown-extensions", "pyromark", "zensical")

Runs = dict[str, list[Measured]]


def middle(runs: Sequence[Measured]) -> Measured:
    """Return the median of each figure over repeated builds; the files are the same each time."""
    wall = median(run.wall for run in runs)
    cpu = median(run.cpu for run in runs)
    rss = round(median(run.rss for run in runs))
    return Measured(wall, cpu, rss, runs[0].written, runs[0].files, runs[0].warnings)


def print_comparison(runs: Runs) -> None:
    """Print each build's medians, then their ratios to the first build."""
    head = ["build", "wall s", "(min-max)", "CPU s", "peak MB", "MB written", "files", "warnings"]
    print_table([head, *([name, *figures(measured)] for name, measured in runs.items())])
    (base_name, base), *others = ((name, middle(measured)) for name, measured in runs.items())
    head = ["ratio", "wall", "CPU", "peak", "written", "files"]
    print_table([head, *([f"{name} / {base_name}", *ratios(result, base)] for name, result in others)])


def figures(runs: Sequence[Measured]) -> list[str]:
    """Return one build's row."""
    result = middle(runs)
    walls = [run.wall for run in runs]
    return [
        f"{result.wall:.2f}",
        f"({min(walls):.2f}-{max(walls):.2f})",
        f"{result.cpu:.2f}",
        f"{result.rss / 1e6:.0f}",
        f"{result.written / 1e6:.1f}",
        str(result.files),
        str(result.warnings),
    ]


def ratios(result: Measured, base: Measured) -> list[str]:
    """Return one row of ratios; below 1 is less than the base."""
    return [
        f"{result.wall / base.wall:.2f}",
        f"{result.cpu / base.cpu:.2f}",
        f"{result.rss / base.rss:.2f}",
        f"{result.written / base.written:.2f}",
        f"{result.files / base.files:.2f}",
    ]


def print_scaling(runs: Mapping[int, Sequence[Measured]]) -> None:
    """Print the costs per note for each number of notes; they stay level if growth is linear."""
    head = [
        "notes",
        "wall s",
        "CPU s",
        "peak MB",
        "MB written",
        "wall ms/note",
        "CPU ms/note",
        "KB written/note",
    ]
    print_table([head, *(scaling_row(notes, middle(measured)) for notes, measured in runs.items())])


def scaling_row(notes: int, result: Measured) -> list[str]:
    """Return the row of one size."""
    return [
        str(notes),
        f"{result.wall:.2f}",
        f"{result.cpu:.2f}",
        f"{result.rss / 1e6:.0f}",
        f"{result.written / 1e6:.1f}",
        f"{result.wall / notes * 1e3:.2f}",
        f"{result.cpu / notes * 1e3:.2f}",
        f"{result.written / notes / 1e3:.1f}",
    ]


def print_table(rows: Sequence[Sequence[str]]) -> None:
    """Print rows with aligned columns, the first to the left; nothing if there is only the head."""
    if len(rows) < 2:
        return
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    for row in rows:
        cells = [cell.rjust(width) for cell, width in zip(row[1:], widths[1:], strict=True)]
        print("  ".join([row[0].ljust(widths[0]), *cells]))
    print()


def write_json(path: Path, options: Mapping[str, object], runs: Mapping[str, Sequence[Measured]]) -> None:
    """Write the machine, the options and each single run, and say where."""
    results = {name: [asdict(run) for run in measured] for name, measured in runs.items()}
    report = {"machine": machine(), "options": options, "runs": results}
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(report, indent=1, default=str) + "\n", encoding="utf-8")
    print(f"all figures: {path}")


def machine() -> dict[str, object]:
    """Describe what the figures were measured on."""
    return {
        "python": platform.python_version(),
        "system": platform.system(),
        "architecture": platform.machine(),
        "cpus": os.cpu_count(),
        "versions": {name: version for name in PACKAGES if (version := version_of(name))},
    }


def version_of(package: str) -> str | None:
    """Return a distribution's version, or None if it is not installed."""
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None
