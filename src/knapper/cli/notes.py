"""`knapper new` and `knapper repair`."""

from __future__ import annotations

import difflib
import json
import os
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

import click

from knapper.cli.common import VAULT, project_of
from knapper.vault.repair import repaired

_TEMPLATE = "---\naliases: []\ntags: []\n---\n"
# What file systems or Obsidian's links do not take.
_AWKWARD = re.compile(r'[#|^\[\]/\\:*"<>?\x00-\x1f\x7f]|%%|^\.|[. ]$')
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)


@click.command()
@click.argument("title")
@click.option("--folder", default="", metavar="FOLDER", help="Folder in the vault; made if it does not exist.")
@click.option("--vault", type=VAULT, help="The vault (default: as for check).")
def new(title: str, folder: str, vault: Path | None) -> None:
    """Create a note named TITLE, with empty properties."""
    for part in (title, *filter(None, folder.split("/"))):
        _check_name(part)
    place = project_of(vault).vault / folder
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


@click.command()
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
