"""Snippets: scripts that run, and whose outputs are files of the vault. No vault and no MkDocs."""
