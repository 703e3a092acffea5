"""Python-Markdown as users of Material set it up."""

from collections.abc import Sequence
from typing import Any

from markdown import Markdown
from pymdownx.superfences import fence_code_format

from knapper.markdown.extension import KnapperExtension

MATERIAL = (
    "abbr",
    "admonition",
    "attr_list",
    "md_in_html",
    "toc",
    "pymdownx.arithmatex",
    "pymdownx.blocks.admonition",
    "pymdownx.blocks.details",
    "pymdownx.blocks.tab",
    "pymdownx.details",
    "pymdownx.highlight",
    "pymdownx.keys",
    "pymdownx.superfences",
    "pymdownx.tabbed",
)
CROWDED = (
    *MATERIAL,
    "def_list",
    "footnotes",
    "tables",
    "pymdownx.betterem",
    "pymdownx.caret",
    "pymdownx.mark",
    "pymdownx.tasklist",
    "pymdownx.tilde",
)
CONFIGS: dict[str, dict[str, Any]] = {
    "pymdownx.arithmatex": {"generic": True},
    "pymdownx.blocks.tab": {"alternate_style": True},
    "pymdownx.superfences": {"custom_fences": [{"name": "mermaid", "class": "mermaid", "format": fence_code_format}]},
    "pymdownx.tabbed": {"alternate_style": True},
}


def render(text: str, extensions: Sequence[str] = MATERIAL, **options: Any) -> str:
    """HTML of a note without a vault around it."""
    knapper = KnapperExtension(**options)
    return Markdown(extensions=[*extensions, knapper], extension_configs=CONFIGS).convert(text)
