"""The plugin's options in `mkdocs.yml`."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath

from mkdocs.config import config_options as c
from mkdocs.config.base import BaseConfigOption, Config, ValidationError

from knapper.diagnostics import Code
from knapper.mkdocs.project import OUTPUT_COPIES
from knapper.vault import Settings

_CODES = tuple(code.value for code in Code)


class _Folder(BaseConfigOption[str]):
    """A folder of the project, relative to that of `mkdocs.yml`."""

    def __init__(self, default: str | None = None) -> None:
        super().__init__()
        self.default = default

    def run_validation(self, value: object) -> str:
        path = PurePosixPath(value) if isinstance(value, str) else PurePosixPath()
        if not path.parts or path.is_absolute() or ".." in path.parts or "\\" in str(value):
            raise ValidationError(f"Expected a folder beside mkdocs.yml, such as 'snippets', but got: {value!r}")
        return path.as_posix()


class _Executor(BaseConfigOption["str | Mapping[str, str]"]):
    """What runs snippets: this machine, or a cluster."""

    def __init__(self) -> None:
        super().__init__()
        self.default = "local"

    def run_validation(self, value: object) -> str | Mapping[str, str]:
        if value == "local":
            return "local"
        if isinstance(value, dict) and list(value) == ["dask"] and isinstance(value["dask"], str):
            return value
        raise ValidationError(
            f"Expected 'local' or the address of a cluster, {{dask: tcp://host:8786}}, got: {value!r}"
        )


class _Colab(BaseConfigOption[str]):
    """Where Colab finds the notebooks."""

    def __init__(self) -> None:
        super().__init__()
        self.default = "auto"

    def run_validation(self, value: object) -> str:
        if value in ("auto", "none") or (isinstance(value, str) and "{path}" in value):
            return str(value)
        raise ValidationError(f"Expected 'auto', 'none', or an address with {{path}} in it, but got: {value!r}")


class SnippetsConfig(Config):  # type: ignore[no-untyped-call]
    """Options under `snippets:`. Without the folder of snippets, a site has none."""

    folder = _Folder("snippets")
    """The folder of the scripts, beside `mkdocs.yml`."""

    modules = c.ListOfItems(_Folder(), default=["src"])
    """Folders of modules that scripts import; those that do not exist have none."""

    executor = _Executor()
    """`local`: this machine. `{dask: tcp://host:8786}`: a cluster; needs the extra `dask`."""

    execute = c.Type(bool, default=True)
    """Run what has no fresh result. Otherwise only stored results are shown."""

    colab = _Colab()
    """Where "Open in Colab" leads. `auto`: to the branch of `mkdocs gh-deploy`, if `repo_url` is on GitHub. An address
    in which `{path}` stands for the notebook's path in the site, `{repository}` for `owner/name` and `{branch}` for the
    branch. `none`: nowhere."""


class KnapperConfig(Config):  # type: ignore[no-untyped-call]
    """Options under `plugins: - knapper:`; all may be left out."""

    exclude = c.ListOfItems(c.Type(str), default=[])
    """Patterns in `.gitignore` syntax, relative to the vault, of what is not published."""

    publish_required = c.Type(bool, default=False)
    """Publish only notes with the property `publish: true`. Otherwise all but those with `publish: false`."""

    drafts = c.Type(bool, default=False)
    """Publish notes with the property `draft: true`, too."""

    home = c.Type(str, default="")
    """The note that is the home page, as a link would name it. Otherwise `index.md`, `README.md`, or a list of all."""

    strict_line_breaks = c.Type(bool, default=False)
    """Obsidian's setting of this name: show a single line break as a space, as CommonMark does."""

    sanitize_html = c.Type(bool, default=False)
    """Remove scripts and event handlers from raw HTML in notes."""

    python_markdown = c.ListOfItems(c.Type(str), default=[])
    """Patterns of notes that are Python-Markdown, as if each had the property `parser: python-markdown`:
    they go through the stock pipeline with all its extensions."""

    backlinks = c.Type(bool, default=True)
    """List below a note the sentences of other notes that link to it."""

    sidebar = c.Choice(("auto", "inline", "shared"), default="auto")
    """`inline`: the theme's own sidebar, written into every page. `shared`: one small file per folder, shown by a
    script, so that a page does not grow with the vault. `auto`: shared if there are more than `sidebar_limit` pages."""

    sidebar_limit = c.Type(int, default=100)
    """Number of pages above which `sidebar: auto` means `shared`."""

    math = c.Choice(("auto", "katex", "none"), default="auto")
    """What shows formulas, where there are any. `auto`: KaTeX, unless `extra_javascript` names KaTeX or MathJax."""

    snippets = c.SubConfig(SnippetsConfig)
    """What is run, and how."""

    select = c.ListOfItems(c.Choice(_CODES), default=[])
    """Codes of the diagnostics to report; none means all."""

    ignore = c.ListOfItems(c.Choice(_CODES), default=[])
    """Codes of diagnostics that are not reported."""

    def settings(self, has_snippets: bool = False) -> Settings:
        """What the vault publishes and reports.

        Args:
            has_snippets: whether a folder in the vault holds copies of outputs, for Obsidian.
        """
        return Settings(
            exclude=(*self.exclude, *(OUTPUT_COPIES if has_snippets else ())),
            drafts=self.drafts,
            publish_required=self.publish_required,
            home=self.home,
            ignore=frozenset(map(Code, self.ignore)),
        )
