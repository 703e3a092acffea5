"""Knapper: compiles an Obsidian vault into a Material for MkDocs site."""

__version__ = "0.1.0"
