"""`knapper check`."""

from __future__ import annotations

import difflib
import json
import sys
from collections.abc import Callable, Iterable, Sequence
from dataclasses import asdict, replace
from pathlib import Path

import click

from knapper.cli.common import VAULT, count, project_of, shown_from_here
from knapper.cli.mounted import mounted
from knapper.coverage import check_coverage
from knapper.diagnostics import Code, Diagnostic, filtered
from knapper.vault import build_index, read_vault
from knapper.vault import check as check_index


def _codes(context: click.Context, parameter: click.Parameter, values: Sequence[str]) -> list[Code]:
    return [_code(name.strip()) for value in values for name in value.split(",") if name.strip()]


def _code(name: str) -> Code:
    known = [code.value for code in Code]
    if name in known:
        return Code(name)
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(known)}"
    raise click.BadParameter(f"no diagnostic has the code {name!r}; {hint}")


@click.command()
@click.argument("vault", type=VAULT, required=False)
@click.option(
    "--format", "form", type=click.Choice(["human", "json", "github"]), default="human", help="Form of the output."
)
@click.option(
    "--select", multiple=True, callback=_codes, metavar="CODE", help="Report only these codes (a,b or repeated)."
)
@click.option("--ignore", multiple=True, callback=_codes, metavar="CODE", help="Do not report these codes.")
@click.option("--coverage", is_flag=True, help="Judge concept notes too, by what `knapper coverage` found.")
@click.option(
    "--coverage-min",
    type=click.IntRange(0, 100),
    default=100,
    show_default=True,
    metavar="PERCENT",
    help="Of concept notes, how many must be covered. Those that show nothing yet fail only below that.",
)
def check(
    vault: Path | None, form: str, select: list[Code], ignore: list[Code], coverage: bool, coverage_min: int
) -> None:
    """Report broken links, unreadable properties and whatever else is wrong with the notes of VAULT and its snippets.

    Nothing is run: outputs that are not there yet are taken for good.

    VAULT is by default the docs_dir of the mkdocs.yml here, else the current folder. The exit status is 1 if anything
    was found.
    """
    project = project_of(vault)
    layout, (results, sources, mounts) = project.layout(), mounted(project)
    if coverage and not layout:
        raise click.UsageError("--coverage needs a mkdocs.yml, beside which the snippets and modules are")
    index = build_index(read_vault(project.vault, project.settings()), mounts)
    chosen, ignored = select or project.codes("select"), [*ignore, *project.codes("ignore")]
    of_snippets = [problem for result in results.values() for problem in result.problems]
    of_notes = check_index(index)
    report = check_coverage(index, results, sources, layout, coverage_min) if coverage and layout else None
    if report:
        of_notes += report.of_notes
        of_snippets += report.of_project
    found = [
        *_seen_from_here(filtered(of_notes, chosen, ignored), project.vault),
        *_seen_from_here(filtered(of_snippets, chosen, ignored), project.root),
    ]
    _WRITERS[form](found)
    if form == "human":
        for line in report.lines() if report else ():
            click.echo(line, err=True)
        click.echo(f"{count(found, 'problem')} in {count(index.vault.notes, 'note')}", err=True)
    sys.exit(1 if found else 0)


def _seen_from_here(diagnostics: Iterable[Diagnostic], folder: Path) -> list[Diagnostic]:
    return [replace(diagnostic, path=shown_from_here(diagnostic.path, folder)) for diagnostic in diagnostics]


def _write_human(diagnostics: Iterable[Diagnostic]) -> None:
    for diagnostic in diagnostics:
        click.echo(str(diagnostic))


def _write_json(diagnostics: Iterable[Diagnostic]) -> None:
    records = [{**asdict(diagnostic), "code": diagnostic.code.value} for diagnostic in diagnostics]
    click.echo(json.dumps(records, ensure_ascii=False, indent=2))


def _write_github(diagnostics: Iterable[Diagnostic]) -> None:
    """Workflow commands, which GitHub shows at the lines of a pull request."""
    for d in diagnostics:
        place = f",line={d.line},col={d.column}" if d.line else ""
        hint = f" ({d.hint})" if d.hint else ""
        click.echo(f"::warning file={_property(d.path)}{place},title={d.code.value}::{_escaped(d.message + hint)}")


def _escaped(text: str) -> str:
    return text.replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _escaped(text).replace(":", "%3A").replace(",", "%2C")


_WRITERS: dict[str, Callable[[Iterable[Diagnostic]], None]] = {
    "human": _write_human,
    "json": _write_json,
    "github": _write_github,
}
