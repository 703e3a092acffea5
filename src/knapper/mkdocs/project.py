"""Which vault is meant, and what its `mkdocs.yml` says of it; read without importing MkDocs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

import yaml

from knapper.diagnostics import Code
from knapper.snippets import Layout

if TYPE_CHECKING:
    from knapper.vault.publish import Settings

CONFIG_NAMES = ("mkdocs.yml", "mkdocs.yaml", "properdocs.yml", "properdocs.yaml")
OUTPUT_COPIES = ("/outputs/",)
"""Patterns of what `knapper run --into-vault` writes: files that a site with snippets has already."""

# MkDocs leaves this folder out by itself.
_NOT_BUILT = ("/templates/",)


class _Loader(yaml.SafeLoader):
    """YAML with tags of MkDocs and its plugins, such as `!ENV` and `!!python/name:`, which are read as nothing."""


_Loader.add_multi_constructor("", lambda loader, suffix, node: None)


@dataclass(frozen=True)
class Project:
    """A vault, and the configuration of its site, if there is one.

    Attributes:
        vault: the folder of notes.
        config_file: its `mkdocs.yml`, or None.
        options: the options of the plugin there.
        exclude_docs: MkDocs's option of this name.
    """

    vault: Path
    config_file: Path | None = None
    options: Mapping[str, Any] = field(default_factory=dict)
    exclude_docs: str = ""

    def settings(self) -> Settings:
        """What the site would publish.

        Raises:
            ValueError: a pattern of `exclude` is malformed.
        """
        from knapper.vault.publish import Settings  # commands that need no vault are spared its parser

        copies = OUTPUT_COPIES if self.has_snippets else ()
        patterns = (*_NOT_BUILT, *copies, *self.exclude_docs.splitlines(), *self.options.get("exclude", ()))
        drafts, required = (bool(self.options.get(name)) for name in ("drafts", "publish_required"))
        home = str(self.options.get("home") or "")
        return Settings(exclude=patterns, drafts=drafts, publish_required=required, home=home)

    @property
    def root(self) -> Path:
        """The folder of the configuration; without one, the vault."""
        return self.config_file.parent if self.config_file else self.vault

    @property
    def has_snippets(self) -> bool:
        """Whether there is a folder of snippets beside the configuration."""
        layout = self.layout()
        return layout is not None and (layout.root / layout.folder).is_dir()

    @property
    def executor(self) -> str | Mapping[str, str]:
        """What runs the snippets."""
        return self._snippet_options.get("executor") or "local"

    def layout(self) -> Layout | None:
        """Where the snippets and their modules are, if there is a configuration beside which they could be."""
        if self.config_file is None:
            return None
        options = self._snippet_options
        modules = options.get("modules", ["src"])
        folders = tuple(map(str, modules)) if isinstance(modules, list) else ()
        return Layout(self.config_file.parent, str(options.get("folder") or "snippets"), folders)

    @property
    def _snippet_options(self) -> Mapping[str, Any]:
        options = self.options.get("snippets")
        return options if isinstance(options, dict) else {}

    def codes(self, name: str) -> list[Code]:
        """The codes under the plugin's option `select` or `ignore`."""
        known = {code.value: code for code in Code}
        return [known[text] for text in self.options.get(name) or () if text in known]


def find_project(folder: Path | None) -> Project:
    """The project that a folder belongs to: its own configuration, or its parent's if the folder is its `docs_dir`.

    Args:
        folder: a vault or the folder of a configuration; None for the current folder.

    Raises:
        ValueError: the configuration is not readable YAML.
    """
    place = (folder or Path()).resolve()
    own = _load(place)
    if own:
        return own
    parent = _load(place.parent)
    return parent if parent and parent.vault == place else Project(place)


def _load(folder: Path) -> Project | None:
    path = next((folder / name for name in CONFIG_NAMES if (folder / name).is_file()), None)
    if path is None:
        return None
    try:
        config = yaml.load(path.read_text(encoding="utf-8"), _Loader)
    except (yaml.YAMLError, UnicodeDecodeError) as error:
        raise ValueError(f"{path.name} cannot be read: {error}") from error
    config = config if isinstance(config, dict) else {}
    vault = (folder / str(config.get("docs_dir") or "docs")).resolve()
    return Project(vault, path, _plugin_options(config.get("plugins")), str(config.get("exclude_docs") or ""))


def _plugin_options(plugins: object) -> dict[str, Any]:
    """The options under `knapper` in a list or mapping of plugins."""
    for item in [plugins] if isinstance(plugins, dict) else plugins if isinstance(plugins, list) else []:
        options = item.get("knapper") if isinstance(item, dict) else None
        if isinstance(options, dict):
            return options
    return {}
