"""Compare build speed: Knapper, plain Material for MkDocs and, where installed, other generators.

    python benchmarks/run.py [--notes 1000] [--repeat 3] [--only NAME] [--peer zensical] [--noise]
    python benchmarks/run.py --scaling [--layout hub]

All builds read the same generated notes, cold, each in a fresh process and project folder, in turn, on one
machine; so ratios can be compared between machines, seconds cannot. Search is on everywhere. The plain build
has no sidebar: Material's own grows with the square of the number of notes and would flatter any other.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import get_args

from builds import KNAPPER, PEERS, PLAIN, PLAIN_AGAIN, Build
from generate import Layout, Spec, Style, generate
from measure import BuildError, Vault, measure
from report import Runs, print_comparison, print_scaling, write_json

SCALING_SIZES = (1000, 2000, 4000, 7000)
WARM_UP_NOTES = 20


def run_in_turn(builds: Sequence[Build], spec: Spec, repeat: int, timeout: float, work: Path) -> Runs:
    """Build each site `repeat` times, in turn, in the opposite order every other round."""
    vaults = {style: make_vault(spec, style, work) for style in {build.style for build in builds}}
    runs: Runs = {build.name: [] for build in builds}
    for number in range(repeat):
        for build in builds if number % 2 == 0 else reversed(builds):
            project = work / f"project {build.name}"
            runs[build.name].append(measure(build, vaults[build.style], project, timeout))
    return runs


def make_vault(spec: Spec, style: Style, work: Path) -> Vault:
    """Generate the notes, with links in the given style, in a folder of their own."""
    path = work / f"notes-{spec.notes}-{style}"
    return Vault(path, generate(path, replace(spec, style=style)))


def compare(builds: Sequence[Build], spec: Spec, args: argparse.Namespace, work: Path) -> Runs:
    """Measure all builds at one size and print them with their ratios to the first."""
    runs = run_in_turn(builds, spec, args.repeat, args.timeout, work)
    print(f"\n{spec.notes} notes, layout {spec.layout}, median of {args.repeat}\n")
    print_comparison(runs)
    return runs


def scale(build: Build, spec: Spec, args: argparse.Namespace, work: Path) -> Runs:
    """Measure one build at growing sizes and print the costs per note."""
    every = {}
    for notes in SCALING_SIZES:
        sized = replace(spec, notes=notes)
        every[notes] = run_in_turn([build], sized, args.repeat, args.timeout, work)[build.name]
    print(f"\n{build.name}, layout {spec.layout}, median of {args.repeat}\n")
    print_scaling(every)
    return {f"{build.name} {notes}": runs for notes, runs in every.items()}


def choose(args: argparse.Namespace) -> list[Build]:
    """Return the builds to measure, without those that are not installed, which are named."""
    if args.only:
        wanted = [build for build in (PLAIN, KNAPPER, *PEERS.values()) if build.name == args.only]
    else:
        wanted = [KNAPPER] if args.scaling else [PLAIN, KNAPPER]
    wanted += [PEERS[name] for name in args.peer]
    wanted += [PLAIN_AGAIN] if args.noise else []
    for build in wanted:
        if build.missing():
            print(f"{build.name}: skipped, not installed in this environment")
    return [build for build in wanted if not build.missing()]


def arguments() -> argparse.Namespace:
    """Read the command line."""
    formatter = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=formatter)
    add = parser.add_argument
    add("--notes", type=int, default=1000)
    add("--repeat", type=int, default=3, help="builds of each kind, of which the median counts")
    add("--only", choices=["plain", "knapper", *PEERS], help="measure this build alone")
    add("--peer", choices=list(PEERS), action="append", default=[], help="measure this one as well")
    add("--noise", action="store_true", help="measure plain twice: its ratio to itself is the noise")
    add("--scaling", action="store_true", help=f"measure one build at {SCALING_SIZES} notes")
    add("--layout", choices=get_args(Layout), default="folders")
    add("--seed", type=int, default=1)
    add("--timeout", type=float, default=900, help="seconds after which a build is killed")
    add("--json", type=Path, help="file for all figures (default: in the temporary folder)")
    return parser.parse_args()


def main() -> int:
    """Measure, print the tables and write all single figures to a JSON file."""
    args = arguments()
    builds = choose(args)
    if not builds:
        return 1
    spec = Spec(args.notes, layout=args.layout, seed=args.seed)
    with tempfile.TemporaryDirectory(prefix="knapper-benchmark-") as folder:
        work = Path(folder)
        try:
            run_in_turn(builds, Spec(WARM_UP_NOTES), 1, args.timeout, work / "warm-up")
            runs = scale(builds[0], spec, args, work) if args.scaling else compare(builds, spec, args, work)
        except BuildError as error:
            print(f"failed: {error}", file=sys.stderr)
            return 1
    write_json(args.json or Path(tempfile.gettempdir()) / "knapper-benchmark.json", vars(args), runs)
    return 0


if __name__ == "__main__":
    sys.exit(main())
