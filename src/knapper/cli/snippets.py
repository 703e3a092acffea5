"""`knapper run`, `knapper explain`, `knapper freeze` and `knapper clean`."""

from __future__ import annotations

import difflib
import os
import shutil
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

import click

from knapper.cli.common import VAULT, count, project_of, tell
from knapper.mkdocs.project import Project
from knapper.snippets import Layout, Result, Snippet, State, UnreachableError, Workshop
from knapper.snippets.manifest import Manifest
from knapper.snippets.progress import TerminalProgress
from knapper.snippets.store import Store

_COPIES = "outputs"
_MARK = ".made-by-knapper"
"""File that tells a folder of copies from one that is somebody's own."""

_project_option = click.option("--project", type=VAULT, help="Folder of mkdocs.yml, or the vault (default: here).")


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@click.option("--force", is_flag=True, help="Run also what is fresh.")
@click.option("--verify", is_flag=True, help="Run twice, on two fresh servers, and compare byte for byte.")
@click.option("--into-vault", is_flag=True, help=f"Write the outputs under {_COPIES}/ in the vault, for Obsidian.")
@_project_option
def run(names: Sequence[str], force: bool, verify: bool, into_vault: bool, project: Path | None) -> None:
    """Run the snippets whose results are stale; all, or those NAMEd. The exit status is 1 if one fails."""
    with _workshop(project) as (found, workshop):
        chosen = [snippet.name for snippet in _chosen(workshop, names)]
        if verify:
            problems = workshop.verify(chosen)
            for problem in problems:
                tell(problem, workshop.layout.root)
            click.echo(f"{count(chosen, 'snippet')} run twice, {count(problems, 'problem')}", err=True)
            sys.exit(bool(problems))
        results = workshop.results(chosen, force)
        failed = _report(results, workshop.layout)
        if into_vault:
            _write_copies(found.vault / _COPIES, workshop.stored())
        sys.exit(failed)


def _report(results: Mapping[str, Result], layout: Layout) -> bool:
    """Tells what is wrong; returns whether anything is."""
    problems = [problem for result in results.values() for problem in result.problems]
    for result in results.values():
        for problem in result.problems:
            tell(problem, layout.root)
        if traceback := _traceback(result):
            click.echo(traceback, err=True)
    frozen = sum(result.state is State.FROZEN for result in results.values())
    note = f", {frozen} of them frozen" if frozen else ""
    click.echo(f"{count(results, 'snippet')}{note}, {count(problems, 'problem')}", err=True)
    return bool(problems)


def _traceback(result: Result) -> str:
    """The traceback of the cell that failed, if one did."""
    last = result.displayed[-1] if result.displayed else ()
    return "\n".join(line for output in last if output["output_type"] == "error" for line in output["traceback"])


@click.command()
@click.argument("name")
@_project_option
def explain(name: str, project: Path | None) -> None:
    """Tell why the result of the snippet NAME is fresh or stale, and what it was made from."""
    with _workshop(project) as (_, workshop):
        (snippet,) = _chosen(workshop, [name])
        for problem in snippet.problems:
            tell(problem, workshop.layout.root)
        found = workshop.explain(snippet)
        for line in _explanation(snippet, found.state, found.differences, bool(found.manifest)):
            click.echo(line)
        for line in _inputs(found.manifest) if found.manifest else ():
            click.echo(f"  {line}")


def _explanation(snippet: Snippet, state: State, differences: Sequence[str], is_known: bool) -> Iterator[str]:
    if state is State.FRESH:
        yield f"{snippet.name} is fresh: nothing that it was made from has changed"
    elif state is State.FROZEN:
        yield f"{snippet.name} is frozen, and its code and files are those of then"
    elif not is_known:
        yield f"{snippet.name} has never been run to its end"
    else:
        yield f"{snippet.name} is stale:"
        yield from (f"- {difference}" for difference in differences)
        yield "the result that comes nearest:"


def _inputs(manifest: Manifest) -> Iterator[str]:
    """What a result was made from, and by what."""
    made = manifest.provenance
    asked = " (asks for a GPU)" if made.requested == "gpu" and made.device == "CPU" else ""
    yield f"made on {made.date} in {made.seconds:.1f} s with {made.memory / 1e6:.0f} MB on {made.device}{asked}"
    files = {path: sha for path, sha in manifest.modules.values() if sha} | dict(manifest.reads)
    yield from (f"{sha[:12]}  {path}" for path, sha in sorted(files.items()))
    yield f"Python {made.python}; {', '.join(f'{name} {version}' for name, version in made.versions.items())}"
    if made.unenforced:
        yield f"not enforced on that machine: {'; '.join(made.unenforced)}"


@click.command()
@click.argument("names", nargs=-1, required=True, metavar="NAME...")
@_project_option
def freeze(names: Sequence[str], project: Path | None) -> None:
    """Copy the results of the snippets NAMEd to a folder that is committed, for machines that cannot make them."""
    with _workshop(project) as (_, workshop):
        chosen = _chosen(workshop, names)
        results = workshop.results([snippet.name for snippet in chosen])
        failed = False
        for snippet in chosen:
            place = workshop.freeze(snippet)
            failed = failed or place is None
            if place:
                click.echo(os.path.relpath(place))
        _report(results, workshop.layout)
        sys.exit(failed)


@click.command()
@click.argument("names", nargs=-1, metavar="[NAME]...")
@_project_option
def clean(names: Sequence[str], project: Path | None) -> None:
    """Remove the stored results of the snippets NAMEd; without a name, everything that Knapper keeps between runs.

    What is frozen stays.
    """
    with _workshop(project) as (_, workshop):
        state = workshop.layout.state
        for snippet in _chosen(workshop, names) if names else ():
            Store(workshop.layout.results, workshop.layout.root).clear(snippet.name)
        if not names and state.is_dir():
            shutil.rmtree(state)


@contextmanager
def _workshop(folder: Path | None) -> Iterator[tuple[Project, Workshop]]:
    """The project, and its workshop, which is closed afterwards.

    Raises:
        click.ClickException: there are no snippets, or what runs them cannot be reached.
    """
    project = project_of(folder)
    layout = project.layout()
    if layout is None or not project.has_snippets:
        place = layout.root / layout.folder if layout else project.vault
        raise click.UsageError(f"there are no snippets in {os.path.relpath(place)}; run this beside mkdocs.yml")
    workshop = Workshop(layout, project.executor, TerminalProgress())
    try:
        yield project, workshop
    except UnreachableError as error:
        raise click.ClickException(str(error)) from error
    finally:
        workshop.close()


def _chosen(workshop: Workshop, names: Sequence[str]) -> list[Snippet]:
    """The snippets that names mean, also if they are written as paths; all, if there are no names."""
    snippets = workshop.snippets()
    if not names:
        return list(snippets.values())
    by_path = {snippet.path: snippet for snippet in snippets.values()}
    chosen = []
    for name in names:
        path = Path(os.path.relpath(name, workshop.layout.root)).as_posix()
        snippet = snippets.get(name) or by_path.get(path) or by_path.get(name)
        if snippet is None:
            close = difflib.get_close_matches(name, snippets, n=1)
            hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(snippets)}"
            raise click.UsageError(f"there is no snippet {name!r}; {hint}")
        chosen.append(snippet)
    return chosen


def _write_copies(folder: Path, results: Mapping[str, Result]) -> None:
    """Makes a folder hold exactly the outputs; a file whose content is the same is not touched.

    Raises:
        click.ClickException: the folder holds something else.
    """
    mark = folder / _MARK
    if folder.is_dir() and any(folder.iterdir()) and not mark.is_file():
        raise click.ClickException(f"{os.path.relpath(folder)} is not Knapper's: move it, as its files would be lost")
    outputs = [output for result in results.values() for output in result.outputs.values()]
    files = {path: data for output in outputs for path, data in output.files.items()}
    folder.mkdir(parents=True, exist_ok=True)
    mark.write_text("Written by `knapper run --into-vault`, and replaced each time.\n", encoding="utf-8")
    for path in sorted(folder.rglob("*"), reverse=True):
        if path.is_file() and path != mark and path.relative_to(folder).as_posix() not in files:
            path.unlink()
        elif path.is_dir() and not any(path.iterdir()):
            path.rmdir()
    for name, data in files.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_bytes() != data:
            path.write_bytes(data)
    click.echo(f"{count(files, 'file')} in {os.path.relpath(folder)}", err=True)
