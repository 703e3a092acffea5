"""`knapper build` and `knapper serve`."""

from __future__ import annotations

import os
from pathlib import Path

import click

from knapper.cli.common import VAULT, project_of


@click.command()
@click.argument("vault", type=VAULT, required=False)
@click.option("-d", "--site-dir", type=click.Path(path_type=Path), help="Where to write the site (default: ./site).")
@click.option("-s", "--strict", is_flag=True, help="Fail on any warning.")
def build(vault: Path | None, site_dir: Path | None, strict: bool) -> None:
    """Build a site of VAULT, with its mkdocs.yml if it has one. Nothing is written into the vault."""
    from knapper.mkdocs import site

    project = project_of(vault)
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


@click.command()
@click.argument("vault", type=VAULT, required=False)
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
    site.run("serve", project_of(vault), *options)
