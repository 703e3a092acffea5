"""What commands share: the project that is meant, and how problems are told."""

from __future__ import annotations

import os
from collections.abc import Sized
from dataclasses import replace
from pathlib import Path

import click

from knapper.diagnostics import Diagnostic
from knapper.mkdocs.project import Project, find_project

VAULT = click.Path(exists=True, file_okay=False, path_type=Path)
"""Type of an argument that names a vault, or the folder of a configuration."""


def project_of(folder: Path | None) -> Project:
    """The project that a folder belongs to.

    Raises:
        click.UsageError: its configuration cannot be read.
    """
    try:
        return find_project(folder)
    except ValueError as error:
        raise click.UsageError(str(error)) from error


def count(things: Sized, noun: str) -> str:
    """A number of things in words: `no problems`, `1 problem`, `2 problems`."""
    return f"{len(things) or 'no'} {noun if len(things) == 1 else f'{noun}s'}"


def shown_from_here(path: str, folder: Path) -> str:
    """A path relative to a folder, as it is from the current one."""
    return Path(os.path.normpath(Path(os.path.relpath(folder)) / path)).as_posix()


def tell(diagnostic: Diagnostic, folder: Path) -> None:
    """Prints a problem whose path is relative to a folder."""
    click.echo(str(replace(diagnostic, path=shown_from_here(diagnostic.path, folder))))
