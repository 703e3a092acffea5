"""What notes find of the project's snippets and modules."""

from __future__ import annotations

from collections.abc import Mapping

import click

from knapper.markdown.mounted import SourceFile, mounts_of
from knapper.mkdocs.project import Project
from knapper.snippets import Result, UnreachableError, Workshop
from knapper.vault import NO_MOUNTS, Mounts


def mounted(project: Project) -> tuple[Mapping[str, Result], Mapping[str, SourceFile], Mounts]:
    """The stored results of the project's snippets, its modules, and what notes find of them; nothing is run.

    Raises:
        click.UsageError: what runs snippets cannot be reached.
    """
    layout = project.layout()
    if layout is None or not project.has_snippets:
        return {}, {}, NO_MOUNTS
    workshop = Workshop(layout, project.executor)
    try:
        results = workshop.stored()
        sources = {path: SourceFile(text) for path, text in workshop.module_sources().items()}
    except UnreachableError as error:
        raise click.UsageError(str(error)) from error
    finally:
        workshop.close()
    return results, sources, mounts_of(results, sources)
