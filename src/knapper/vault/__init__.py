"""A vault: its published notes, and how they refer to each other. No MkDocs, and nothing is written."""

from knapper.vault.check import check
from knapper.vault.context import Context
from knapper.vault.destination import Destination
from knapper.vault.embed import MAX_DEPTH, MAX_EMBEDS, Excerpt, Trail, excerpt
from knapper.vault.folders import Folder
from knapper.vault.index import Backlink, Index, build_index
from knapper.vault.mounts import NO_MOUNTS, Absent, Mounts
from knapper.vault.note import Note
from knapper.vault.publish import Settings
from knapper.vault.resolve import Ambiguous, Found, Missing, Outside, Resolution, Resolver
from knapper.vault.slugs import slug
from knapper.vault.tags import Tags
from knapper.vault.vault import Vault, read_vault

__all__ = [
    "MAX_DEPTH",
    "MAX_EMBEDS",
    "NO_MOUNTS",
    "Absent",
    "Ambiguous",
    "Backlink",
    "Context",
    "Destination",
    "Excerpt",
    "Folder",
    "Found",
    "Index",
    "Missing",
    "Mounts",
    "Note",
    "Outside",
    "Resolution",
    "Resolver",
    "Settings",
    "Tags",
    "Trail",
    "Vault",
    "build_index",
    "check",
    "excerpt",
    "read_vault",
    "slug",
]
