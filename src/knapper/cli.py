"""The command line: `knapper check | build | serve | new | repair`."""

from __future__ import annotations

import difflib
import json
import os
import re
import sys
from collections.abc import Callable, Iterable, Sequence, Sized
from dataclasses import asdict, replace
from pathlib import Path

import click

from knapper import __version__
from knapper.diagnostics import Code, Diagnostic, filtered
from knapper.mkdocs.project import Project, find_project
from knapper.vault import build_index, read_vault
from knapper.vault import check as check_index
from knapper.vault.repair import repaired

_TEMPLATE = "---\naliases: []\ntags: []\n---\n"
# What file systems or Obsidian's links do not take.
_AWKWARD = re.compile(r'[#|^\[\]/\\:*"<>?\x00-\x1f\x7f]|%%|^\.|[. ]$')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)

_Vault = click.Path(exists=True, file_okay=False, path_type=Path)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", prog_name="knapper")
def main() -> None:
    """Compile an Obsidian vault into a website."""


# check ----------------------------------------------------------------------------------------------------------------


def _codes(context: click.Context, parameter: click.Parameter, values: Sequence[str]) -> list[Code]:
    return [_code(name.strip()) for value in values for name in value.split(",") if name.strip()]


def _code(name: str) -> Code:
    known = [code.value for code in Code]
    if name in known:
        return Code(name)
    close = difflib.get_close_matches(name, known, n=1)
    hint = f"did you mean {close[0]}?" if close else f"known are {', '.join(known)}"
    raise click.BadParameter(f"no diagnostic has the code {name!r}; {hint}")


@main.command()
@click.argument("vault", type=_Vault, required=False)
@click.option(
    "--format", "form", type=click.Choice(["human", "json", "github"]), default="human", help="Form of the output."
)
@click.option(
    "--select", multiple=True, callback=_codes, metavar="CODE", help="Report only these codes (a,b or repeated)."
)
@click.option("--ignore", multiple=True, callback=_codes, metavar="CODE", help="Do not report these codes.")
def check(vault: Path | None, form: str, select: list[Code], ignore: list[Code]) -> None:
    """Report broken links, unreadable properties and whatever else is wrong with the notes of VAULT.

    VAULT is by default the docs_dir of the mkdocs.yml here, else the current folder. The exit status is 1 if anything
    was found.
    """
    project = _project(vault)
    index = build_index(read_vault(project.vault, project.settings()))
    found = filtered(check_index(index), select or project.codes("select"), [*ignore, *project.codes("ignore")])
    prefix = Path(os.path.relpath(project.vault))
    shown = [replace(diagnostic, path=(prefix / diagnostic.path).as_posix()) for diagnostic in found]
    _WRITERS[form](shown)
    if form == "human":
        click.echo(f"{_count(found, 'problem')} in {_count(index.vault.notes, 'note')}", err=True)
    sys.exit(1 if found else 0)


def _count(things: Sized, noun: str) -> str:
    return f"{len(things) or 'no'} {noun if len(things) == 1 else f'{noun}s'}"


def _project(folder: Path | None) -> Project:
    try:
        return find_project(folder)
    except ValueError as error:
        raise click.UsageError(str(error)) from error


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


# build and serve ------------------------------------------------------------------------------------------------------


@main.command()
@click.argument("vault", type=_Vault, required=False)
@click.option("-d", "--site-dir", type=click.Path(path_type=Path), help="Where to write the site (default: ./site).")
@click.option("-s", "--strict", is_flag=True, help="Fail on any warning.")
def build(vault: Path | None, site_dir: Path | None, strict: bool) -> None:
    """Build a site of VAULT, with its mkdocs.yml if it has one. Nothing is written into the vault."""
    from knapper.mkdocs import site

    project = _project(vault)
    options = ["--strict"] if strict else []
    if site_dir or not project.config_file:
        options += ["--site-dir", str(_outside(project.vault, site_dir or Path("site")))]
    site.run("build", project, *options)


def _outside(vault: Path, site_dir: Path) -> Path:
    site_dir = site_dir.resolve()
    if site_dir == vault or vault in site_dir.parents or site_dir in vault.parents:
        hint = f"choose another, such as --site-dir {os.path.relpath(vault.parent / f'{vault.name}-site')}"
        raise click.UsageError(f"the site would be written to {site_dir}, and the vault is {vault}; {hint}")
    return site_dir


@main.command()
@click.argument("vault", type=_Vault, required=False)
@click.option("-a", "--dev-addr", metavar="IP:PORT", help="Address to serve at (default: 127.0.0.1:8000).")
@click.option("-o", "--open", "open_", is_flag=True, help="Open the site in a browser.")
@click.option("-s", "--strict", is_flag=True, help="Fail on any warning.")
def serve(vault: Path | None, dev_addr: str | None, open_: bool, strict: bool) -> None:
    """Show the site of VAULT on this machine, and follow every edit."""
    from knapper.mkdocs import site

    # MkDocs means it to be the default, but click 8.3 and later read its declaration otherwise.
    options = ["--livereload"]
    options += ["--dev-addr", dev_addr] if dev_addr else []
    options += ["--open"] if open_ else []
    options += ["--strict"] if strict else []
    site.run("serve", _project(vault), *options)


# new ------------------------------------------------------------------------------------------------------------------


@main.command()
@click.argument("title")
@click.option("--folder", default="", metavar="FOLDER", help="Folder in the vault; made if it does not exist.")
@click.option("--vault", type=_Vault, help="The vault (default: as for check).")
def new(title: str, folder: str, vault: Path | None) -> None:
    """Create a note named TITLE, with empty properties."""
    for part in (title, *filter(None, folder.split("/"))):
        _check_name(part)
    place = _project(vault).vault / folder
    path = place / f"{title}.md"
    try:
        place.mkdir(parents=True, exist_ok=True)
        with path.open("x", encoding="utf-8", newline="\n") as file:
            file.write(_TEMPLATE)
    except FileExistsError as error:
        raise click.ClickException(f"{os.path.relpath(path)} exists already; it is left as it is") from error
    click.echo(os.path.relpath(path))


def _check_name(name: str) -> None:
    awkward = _AWKWARD.search(name)
    if not name.strip() or _RESERVED.fullmatch(name):
        raise click.BadParameter(f"{name!r} cannot be the name of a file")
    if awkward:
        safe = re.sub(r"\s+", " ", _AWKWARD.sub(" ", name)).strip() or "a plain name"
        hint = f"name the note {safe!r} and write `title: {json.dumps(name, ensure_ascii=False)}` in its properties"
        raise click.BadParameter(f"{name!r} has {awkward[0]!r}, which links or file systems do not take; {hint}")


# repair ---------------------------------------------------------------------------------------------------------------


@main.command()
@click.argument("files", nargs=-1, required=True, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--write", is_flag=True, help="Write the repaired text; otherwise only the difference is shown.")
def repair(files: Sequence[Path], write: bool) -> None:
    """Undo mis-decoded text, such as `‚Äî` for a dash, in FILES. Shows the difference."""
    for path in files:
        try:
            before = path.read_bytes().decode()
        except UnicodeDecodeError as error:
            raise click.ClickException(
                f"{path}: byte {error.start} is not UTF-8; save the file as UTF-8 first"
            ) from error
        after = repaired(before)
        click.echo("".join(_difference(before, after, str(path))), nl=False)
        if write and after != before:
            path.write_bytes(after.encode())


def _difference(before: str, after: str, name: str) -> Iterable[str]:
    old, new = (re.findall(r"[^\n]*\n|[^\n]+", text) for text in (before, after))
    for line in difflib.unified_diff(old, new, f"a/{name}", f"b/{name}"):
        yield line if line.endswith("\n") else f"{line}\n\\ No newline at end of file\n"
