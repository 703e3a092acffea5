"""The command line: `knapper check | coverage | build | serve | run | explain | freeze | clean | new | repair`."""

from __future__ import annotations

from importlib import import_module

import click

from knapper import __version__

_MODULES = {
    "check": "check",
    "coverage": "coverage",
    "build": "site",
    "serve": "site",
    "run": "snippets",
    "explain": "snippets",
    "freeze": "snippets",
    "clean": "snippets",
    "new": "notes",
    "repair": "notes",
}
"""Command to the module here that holds it, which is imported when the command is asked for."""


class _Commands(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        """The names, in the order of the help."""
        return list(_MODULES)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """The command of a name; None if there is none."""
        if cmd_name not in _MODULES:
            return None
        command: click.Command = getattr(import_module(f"knapper.cli.{_MODULES[cmd_name]}"), cmd_name)
        return command


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, "-V", "--version", prog_name="knapper")
def main() -> None:
    """Compile an Obsidian vault into a website in which every output is made by code that runs."""
