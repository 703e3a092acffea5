"""The command line: `knapper check | coverage | build | serve | run | explain | freeze | clean | new | repair`."""

from __future__ import annotations

import click

from knapper import __version__
from knapper.cli import check, coverage, notes, site, snippets


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", prog_name="knapper")
def main() -> None:
    """Compile an Obsidian vault into a website in which every output is made by code that runs."""


_COMMANDS = (
    check.check,
    coverage.coverage,
    site.build,
    site.serve,
    snippets.run,
    snippets.explain,
    snippets.freeze,
    snippets.clean,
    notes.new,
    notes.repair,
)
for command in _COMMANDS:
    main.add_command(command)
