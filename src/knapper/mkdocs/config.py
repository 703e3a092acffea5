"""The plugin's options in `mkdocs.yml`."""

from __future__ import annotations

from mkdocs.config import config_options as c
from mkdocs.config.base import Config

from knapper.diagnostics import Code
from knapper.vault import Settings

_CODES = tuple(code.value for code in Code)


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

    select = c.ListOfItems(c.Choice(_CODES), default=[])
    """Codes of the diagnostics to report; none means all."""

    ignore = c.ListOfItems(c.Choice(_CODES), default=[])
    """Codes of diagnostics that are not reported."""

    def settings(self) -> Settings:
        """What the vault publishes and reports."""
        return Settings(
            exclude=tuple(self.exclude),
            drafts=self.drafts,
            publish_required=self.publish_required,
            home=self.home,
            ignore=frozenset(map(Code, self.ignore)),
        )
