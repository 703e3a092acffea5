"""Snippets: scripts that run, and whose outputs are files of the vault. No vault and no MkDocs."""

from knapper.snippets.executors import UnreachableError
from knapper.snippets.layout import Layout, read_snippets
from knapper.snippets.outputs import Kind, Output
from knapper.snippets.result import Provenance, Result, State, notebook
from knapper.snippets.schedule import Progress
from knapper.snippets.script import Cell, CellType, Snippet
from knapper.snippets.settings import Settings
from knapper.snippets.workshop import Explanation, Workshop

__all__ = [
    "Cell",
    "CellType",
    "Explanation",
    "Kind",
    "Layout",
    "Output",
    "Progress",
    "Provenance",
    "Result",
    "Settings",
    "Snippet",
    "State",
    "UnreachableError",
    "Workshop",
    "notebook",
    "read_snippets",
]
