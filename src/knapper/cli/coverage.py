"""`knapper coverage`."""

from __future__ import annotations

import importlib.util
import os
import time
from pathlib import Path

import click

from knapper.cli.common import VAULT, count, project_of
from knapper.cli.mounted import mounted
from knapper.coverage import CoverageError, all_shown, make_map
from knapper.vault import build_index, read_vault

_NEEDED = ("mutmut", "pytest")


@click.command()
@click.argument("tests", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--project", type=VAULT, help="Folder of mkdocs.yml, or the vault (default: here).")
@click.option("--processes", type=click.IntRange(min=1), help="How many run at a time (default: one per core).")
def coverage(tests: Path, project: Path | None, processes: int | None) -> None:
    """Run the tests in the folder TESTS on mutants of the code that notes show, for `knapper check --coverage`.

    Only what has changed since is run again. The exit status is 1 if a test fails on the code as it is.
    """
    if missing := [name for name in _NEEDED if importlib.util.find_spec(name) is None]:
        raise click.UsageError(f"{', '.join(missing)} must be installed: pip install 'knapper[coverage]'")
    if not hasattr(os, "fork"):
        raise click.UsageError("mutants are tried in forked processes, which this system does not have")
    found = project_of(project)
    layout = found.layout()
    if layout is None or not tests.resolve().is_relative_to(layout.root):
        raise click.UsageError("the tests must be in the folder of mkdocs.yml, or below it")
    _, sources, mounts = mounted(found)
    index = build_index(read_vault(found.vault, found.settings()), mounts)
    begun = time.monotonic()
    try:
        folder = tests.resolve().relative_to(layout.root).as_posix()
        made = make_map(layout, folder, all_shown(index, sources), processes or 0)
    except CoverageError as error:
        raise click.ClickException(str(error)) from error
    functions = [record for module in made.modules.values() for record in module.functions.values()]
    killed, living = sum(one.killed for one in functions), sum(len(one.survivors) for one in functions)
    said = f"{count(functions, 'function')} that notes show: {killed} mutants noticed, {living} not"
    click.echo(f"{said} ({time.monotonic() - begun:.0f} s)", err=True)
