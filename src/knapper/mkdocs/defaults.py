"""What a site needs besides the plugin, set where the user has not: Markdown extensions, templates, styles, scripts."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from material.extensions.emoji import to_svg, twemoji
from mkdocs.config.defaults import MkDocsConfig
from pymdownx.emoji import to_alt
from pymdownx.superfences import fence_code_format

THEME = Path(__file__).parent / "theme"
ASSETS = "assets/knapper"
STYLES = (f"{ASSETS}/knapper.css",)
STYLES_OF_SNIPPETS = (f"{ASSETS}/notebook.css",)


def _icon_or_character(index: str, shortname: str, alias: str, unicode: str | None, *rest: Any) -> Any:
    """What `:name:` shows: an icon of Material, inlined, or an emoji as a character, not as a picture from a CDN."""
    generate = to_alt if unicode else to_svg
    return generate(index, shortname, alias, unicode, *rest)


_MERMAID = {"name": "mermaid", "class": "mermaid", "format": fence_code_format}
_EXTENSIONS: dict[str, dict[str, Any]] = {
    "abbr": {},
    "admonition": {},
    "attr_list": {},
    "md_in_html": {},
    "toc": {"permalink": True},
    "pymdownx.blocks.admonition": {},
    "pymdownx.blocks.details": {},
    "pymdownx.blocks.tab": {"alternate_style": True},
    "pymdownx.details": {},
    "pymdownx.emoji": {"emoji_index": twemoji, "emoji_generator": _icon_or_character},
    "pymdownx.highlight": {"pygments_lang_class": True},
    "pymdownx.inlinehilite": {},
    "pymdownx.keys": {},
    "pymdownx.superfences": {"custom_fences": [_MERMAID]},
    "pymdownx.tabbed": {"alternate_style": True},
}


def add_markdown_extensions(config: MkDocsConfig) -> None:
    """Adds the extensions that show what Obsidian and Material know; the user's options of an extension stay."""
    for name, options in _EXTENSIONS.items():
        if name not in config.markdown_extensions:
            config.markdown_extensions.append(name)
        config.mdx_configs.setdefault(name, options)


def add_theme(config: MkDocsConfig, has_snippets: bool = False) -> None:
    """Puts the package's templates and styles before the theme's, after those of the user's `custom_dir`."""
    config.theme.dirs.insert(1 if config.theme.custom_dir else 0, str(THEME))
    config.extra_css[:0] = [*STYLES, *(STYLES_OF_SNIPPETS if has_snippets else ())]
    features = config.theme.get("features", [])
    if config.theme.name == "material" and not {"toc.integrate", "navigation.indexes"} & set(features):
        config.theme["features"] = [*features, "navigation.indexes"]
