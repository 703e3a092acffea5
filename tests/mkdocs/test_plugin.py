import logging
from pathlib import Path
from typing import Any

import pytest
from mkdocs.commands.build import build
from mkdocs.config import load_config
from mkdocs.exceptions import Abort
from mkdocs.plugins import BasePlugin

from knapper.syntax import Document, parse
from tests.mkdocs.conftest import MakeSite, Site, write_config, write_files

BROKEN = {"Sub/A.md": "text\n\nsee [[Nowhere]]"}


def test_diagnostics_are_warnings_with_file_line_column_code_and_hint(make_site: MakeSite) -> None:
    site = make_site({**BROKEN, "Nowhere else.md": ""})
    expected = "Sub/A.md:3:5: [missing-target] the vault has no note `Nowhere`"
    assert [warning.startswith(expected) for warning in site.warnings] == [True]
    assert "(did you mean [[Nowhere else]]?)" in site.warnings[0]


def test_diagnostics_fail_a_strict_build(make_site: MakeSite) -> None:
    with pytest.raises(Abort, match="1 warnings"):
        make_site(BROKEN, strict=True)


@pytest.mark.parametrize("options", [{"ignore": ["missing-target"]}, {"select": ["embed-cycle"]}])
def test_codes_can_be_ignored_and_selected(make_site: MakeSite, options: dict[str, Any]) -> None:
    assert make_site(BROKEN, strict=True, plugins=[{"knapper": options}]).warnings == []


def test_an_unknown_code_is_an_error_of_the_configuration(
    make_site: MakeSite, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(Abort), caplog.at_level(logging.ERROR, "mkdocs"):
        make_site({}, plugins=[{"knapper": {"ignore": ["missing-targt"]}}])
    assert "missing-targt" in caplog.text


def test_links_that_mkdocs_validates_raise_no_warning(make_site: MakeSite) -> None:
    text = "# A\n\n[[B#^id]] [[B#Part]] ![[B#Part]] [x](B.md#part) ![[p.png]] [e](https://[x) #tag\n\n^own\n\n[[#^own]]"
    files: dict[str, str | bytes] = {"A.md": text, "B.md": "## Part\n\ntext ^id", "p.png": b""}
    validation = {"links": {"anchors": "warn", "unrecognized_links": "warn", "absolute_links": "warn"}}
    assert make_site(files, validation=validation).warnings == []


def test_the_stock_pipeline_is_used_where_a_note_asks_for_it(make_site: MakeSite) -> None:
    head = "---\nparser: python-markdown\n---\n"
    site = make_site({"A.md": f"{head}[[B]] [b](B.md) ==x==\n\n!!! tip\n    t", "B.md": ""})
    article = site.article("a")
    assert "[[B]]" in article
    assert "==x==" in article
    assert '<a href="../b/">b</a>' in article
    assert 'class="admonition tip"' in article


def test_a_folder_can_be_python_markdown(make_site: MakeSite) -> None:
    files = {"Api/A.md": "---\nx: 1\n---\n[[B]] [b](../B.md)\n\n!!! tip\n    t", "B.md": "==x=="}
    site = make_site(files, plugins=[{"knapper": {"python_markdown": ["Api/"]}}])
    article = site.article("api/a")
    assert "[[B]]" in article
    assert '<a href="../../b/">b</a>' in article
    assert 'class="admonition tip"' in article
    assert "x: 1" not in article
    assert "<mark>x</mark>" in site.article("b")


def test_text_that_another_plugin_has_changed_is_shown(make_site: MakeSite, tmp_path: Path) -> None:
    hook = "def on_page_markdown(markdown, page, **_):\n    return markdown.replace('one', 'two [[B]]')\n"
    (tmp_path / "hook.py").write_text(hook, encoding="utf-8")
    site = make_site({"Sub/A.md": "one ==m==", "Sub/B.md": ""}, hooks=["hook.py"])
    assert '>two <a class="internal-link" href="../b/">B</a> <mark>m</mark>' in site.article("sub/a")


def test_another_plugin_sees_title_and_metadata(make_site: MakeSite, tmp_path: Path) -> None:
    shown = "{page.title}, {page.meta.get('x')}, {page.meta.get('tags')}"
    hook = f'def on_page_markdown(markdown, page, **_):\n    return f"{shown}"\n'
    (tmp_path / "hook.py").write_text(hook, encoding="utf-8")
    site = make_site({"A.md": "---\nx: 1\n---\n#t"}, hooks=["hook.py"])
    assert "A, 1, ['t']" in site.article("a")


def test_files_of_other_plugins_are_built(make_site: MakeSite, tmp_path: Path) -> None:
    hook = (
        "from mkdocs.structure.files import File\n"
        "def on_files(files, config):\n"
        "    files.append(File.generated(config, 'Sub/made.md', content='made **here**'))\n"
    )
    (tmp_path / "hook.py").write_text(hook, encoding="utf-8")
    site = make_site({"Sub/A.md": ""}, hooks=["hook.py"])
    assert "<strong>here</strong>" in (site.folder / "Sub/made/index.html").read_text(encoding="utf-8")
    assert 'href="../../Sub/made/"' in site.html("sub/a")


def test_other_plugins_may_order_the_pages(make_site: MakeSite, tmp_path: Path) -> None:
    hook = "def on_nav(nav, config, **_):\n    assert config.nav is None\n    nav.items.reverse()\n"
    (tmp_path / "hook.py").write_text(hook, encoding="utf-8")
    page = make_site({"A.md": "", "B.md": ""}, hooks=["hook.py"]).html("a")
    assert page.index('href="../b/"') < page.index('href="./"')


class Serve:
    """The rebuilds of `mkdocs serve`, which loads the configuration each time and keeps the plugin."""

    def __init__(self, folder: Path, warnings: list[str]) -> None:
        self.folder = folder
        self.config = write_config(folder)
        self.warnings = warnings
        self.plugin: BasePlugin[Any] | None = None

    def build(self) -> Site:
        config = load_config(str(self.config))
        if self.plugin is None:
            config.plugins.on_startup(command="serve", dirty=False)
            self.plugin = config.plugins["knapper"]
        assert config.plugins["knapper"] is self.plugin
        build(config, serve_url="http://localhost/")
        return Site(self.folder / "site", self.warnings)


def test_serve_follows_edits_and_parses_only_what_changed(
    tmp_path: Path, warnings_of_mkdocs: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    docs = tmp_path / "docs"
    parsed: list[str] = []

    def counted(text: str, path: str) -> Document:
        parsed.append(path)
        return parse(text, path)

    monkeypatch.setattr("knapper.vault.vault.parse", counted)
    write_files(docs, {"A.md": "[[B]]", "B.md": "old", "C.md": "[[B]]"})
    serve = Serve(tmp_path, warnings_of_mkdocs)
    assert "old" in serve.build().article("b")
    assert parsed == ["A.md", "B.md", "C.md"]

    (docs / "B.md").write_text("new text", encoding="utf-8")
    assert "new text" in serve.build().article("b")
    assert parsed[3:] == ["B.md"]

    (docs / "B.md").rename(docs / "D.md")
    (docs / "C.md").unlink()
    (docs / "E.md").write_text("[[A]]", encoding="utf-8")
    site = serve.build()
    assert parsed[4:] == ["D.md", "E.md"]
    assert "b/index.html" not in site
    assert "c/index.html" not in site
    assert "new text" in site.article("d")
    assert "../a/" in site.article("e")
    assert "unresolved-link" in site.article("a")
    [warning] = site.warnings
    assert warning.startswith("A.md:1:1: [missing-target] the vault has no note `B`")


def test_drafts_of_mkdocs_are_previewed(tmp_path: Path, warnings_of_mkdocs: list[str]) -> None:
    write_files(tmp_path / "docs", {"A.md": "text", "B.md": "[[A]] draft"})
    serve = Serve(tmp_path, warnings_of_mkdocs)
    serve.config.write_text(serve.config.read_text(encoding="utf-8") + "draft_docs: B.md\n", encoding="utf-8")
    assert "draft" in serve.build().article("b")
