"""What is not published leaves no trace in the site."""

from pathlib import Path

import pytest

from tests.mkdocs.conftest import MakeSite

SECRET = "xyzzy"
PUBLIC = {"Public.md": "See [[Open]].", "Open.md": "An open note."}


@pytest.mark.parametrize(
    ("path", "text", "options"),
    [
        pytest.param("Secret.md", f"---\npublish: false\n---\n{SECRET}", {}, id="publish: false"),
        pytest.param("Secret.md", f"---\ndraft: true\n---\n{SECRET}", {}, id="draft"),
        pytest.param("Secret.md", SECRET, {"publish_required": True}, id="publish_required"),
        pytest.param("Hidden/Secret.md", SECRET, {"exclude": ["Hidden/"]}, id="exclude"),
    ],
)
def test_an_unpublished_note_is_nowhere(make_site: MakeSite, path: str, text: str, options: dict[str, object]) -> None:
    head = "---\npublish: true\n---\n"
    open_notes = {name: head + body for name, body in PUBLIC.items()}
    links = f"{text} #{SECRET}tag [[Open|{SECRET}link]] ![[{SECRET}.png]] [[{SECRET}missing]]"
    plugins = ["search", {"knapper": options}]
    site = make_site({**open_notes, path: links, f"{SECRET}.png": b"image"}, plugins=plugins)
    assert SECRET not in site.text()
    assert not any(SECRET in warning for warning in site.warnings)
    assert "An open note." in site.article("open")


def test_a_link_to_an_unpublished_note_is_text(make_site: MakeSite) -> None:
    site = make_site({"A.md": "[[B]]", "B.md": "---\npublish: false\n---\n"})
    assert "unresolved-link" in site.article("a")
    assert "href" not in site.article("a")
    assert [warning.split(": ")[0] for warning in site.warnings] == ["A.md:1:1"]


def test_what_mkdocs_excludes_is_not_indexed(make_site: MakeSite) -> None:
    files = {"A.md": "text", "Old/B.md": f"[[A]] #{SECRET}", "templates/T.md": f"[[A]] {SECRET}"}
    site = make_site(files, exclude_docs="Old/")
    assert SECRET not in site.text()
    assert "backlinks" not in site.article("a")


def test_drafts_of_mkdocs_are_not_built(make_site: MakeSite) -> None:
    site = make_site({"A.md": "text", "B.md": f"[[A]] {SECRET}"}, draft_docs="B.md")
    assert SECRET not in site.text()
    assert "backlinks" not in site.article("a")


def test_attachments_of_published_notes_and_unused_ones_are_copied(make_site: MakeSite) -> None:
    site = make_site({"A.md": "![[used.png]]", "used.png": b"1", "style.css": "p {}", "Board.canvas": "{}"})
    assert "used.png" in site
    assert "style.css" in site
    assert "Board.canvas" not in site


def test_a_link_out_of_the_vault_is_not_followed(make_site: MakeSite, tmp_path: Path) -> None:
    (tmp_path / "outside.md").write_text(SECRET, encoding="utf-8")
    (tmp_path / "docs").mkdir()
    (tmp_path / "docs" / "Inside.md").symlink_to(tmp_path / "outside.md")
    site = make_site({"A.md": "text"})
    assert SECRET not in site.text()
    assert ["Inside.md: [symlink-outside-vault]" in warning for warning in site.warnings] == [True]
