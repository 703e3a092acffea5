"""Vaults for tests, made of text."""

from collections.abc import Mapping
from pathlib import Path

from knapper.diagnostics import Code, Diagnostic
from knapper.vault import NO_MOUNTS, Index, Mounts, Settings, Vault, build_index, check, read_vault


def write(root: Path, files: Mapping[str, str | bytes]) -> Path:
    """Writes files by their vault-relative paths."""
    for name, content in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return root


def vault_of(root: Path, files: Mapping[str, str | bytes], settings: Settings | None = None) -> Vault:
    """A vault of these files."""
    return read_vault(write(root, files), settings or Settings())


def index_of(
    root: Path, files: Mapping[str, str | bytes], settings: Settings | None = None, mounts: Mounts = NO_MOUNTS
) -> Index:
    """The index of a vault of these files."""
    return build_index(vault_of(root, files, settings), mounts)


def problems(root: Path, files: Mapping[str, str | bytes], settings: Settings | None = None) -> list[Diagnostic]:
    """What `check` finds in a vault of these files."""
    return check(index_of(root, files, settings))


def places(diagnostics: list[Diagnostic], code: Code) -> list[tuple[str, int, int]]:
    """File, line and column of the diagnostics of one code."""
    return [(d.path, d.line, d.column) for d in diagnostics if d.code is code]
