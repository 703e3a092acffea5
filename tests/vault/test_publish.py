"""The publish filter: what it hides is hidden everywhere. https://help.obsidian.md/publish"""

from pathlib import Path

import pytest

from knapper.diagnostics import Code
from knapper.vault import Settings, build_index, check, read_vault
from tests.vault.making import places, problems, vault_of, write

EXCLUDE = Settings(exclude=("Private/", "*.tmp.md"))
REQUIRED = Settings(publish_required=True)
DRAFTS = Settings(drafts=True)


def published(tmp_path: Path, path: str, properties: str, settings: Settings) -> bool:
    text = f"---\n{properties}\n---\n" if properties else ""
    return path in vault_of(tmp_path, {path: text}, settings).notes


@pytest.mark.parametrize(
    ("path", "properties", "settings", "expected"),
    [
        pytest.param("a.md", "", Settings(), True, id="by-default"),
        pytest.param("a.md", "publish: true", Settings(), True, id="true"),
        pytest.param("a.md", "publish: false", Settings(), False, id="false"),
        pytest.param("a.md", "publish: no", Settings(), False, id="no"),
        pytest.param("a.md", "publish:", Settings(), True, id="unset"),
        pytest.param("a.md", "draft: true", Settings(), False, id="draft"),
        pytest.param("a.md", "draft: false", Settings(), True, id="no-draft"),
        pytest.param("a.md", "draft: true\npublish: true", Settings(), False, id="draft-beats-publish"),
        pytest.param("a.md", "draft: true", DRAFTS, True, id="drafts-shown"),
        pytest.param("a.md", "draft: true\npublish: false", DRAFTS, False, id="drafts-shown-but-private"),
        pytest.param("Private/a.md", "", EXCLUDE, False, id="excluded-folder"),
        pytest.param("b/Private/a.md", "", EXCLUDE, False, id="excluded-folder-anywhere"),
        pytest.param("b/x.tmp.md", "", EXCLUDE, False, id="excluded-glob"),
        pytest.param("Private.md", "", EXCLUDE, True, id="excluded-folder-is-no-note"),
        pytest.param("Private/a.md", "publish: true", EXCLUDE, True, id="publish-beats-excluded-folder"),
        pytest.param("Private/a.md", "publish: true\ndraft: true", EXCLUDE, False, id="draft-in-excluded-folder"),
        pytest.param("a.md", "", REQUIRED, False, id="required"),
        pytest.param("a.md", "publish: true", REQUIRED, True, id="required-and-true"),
    ],
)
def test_publish(tmp_path: Path, path: str, properties: str, settings: Settings, expected: bool) -> None:
    assert published(tmp_path, path, properties, settings) is expected


@pytest.mark.parametrize(
    ("properties", "expected"),
    [
        pytest.param('publish: "false"', False, id="false-as-text"),
        pytest.param('publish: "True"', True, id="true-as-text"),
        pytest.param("publish: maybe", False, id="unclear"),
        pytest.param("publish: 1", False, id="number"),
        pytest.param("publish: [true]", False, id="list"),
        pytest.param('draft: "true"', False, id="draft-as-text"),
        pytest.param('draft: "no"', True, id="no-draft-as-text"),
        pytest.param("draft: soon", False, id="unclear-draft"),
    ],
)
def test_unclear_values_keep_a_note_private_and_are_reported(tmp_path: Path, properties: str, expected: bool) -> None:
    assert published(tmp_path, "a.md", properties, Settings()) is expected
    assert places(problems(tmp_path, {}), Code.PROPERTY_VALUE) == [("a.md", 2, 1)]


@pytest.mark.parametrize(
    ("properties", "settings", "expected"),
    [
        pytest.param("publish: false\nbad: [", Settings(), False, id="private"),
        pytest.param("bad: @x\nDraft: true", Settings(), False, id="draft"),
        pytest.param('"publish": "no"\nbad: [', Settings(), False, id="quoted"),
        pytest.param("publish: false\npublish: true", Settings(), False, id="written-twice"),
        pytest.param("bad: [", Settings(), True, id="says-nothing"),
        pytest.param("bad: [\npublish: true", REQUIRED, False, id="required"),
    ],
)
def test_properties_that_cannot_be_read(tmp_path: Path, properties: str, settings: Settings, expected: bool) -> None:
    assert published(tmp_path, "a.md", properties, settings) is expected
    assert [path for path, _, _ in places(problems(tmp_path, {}, settings), Code.PROPERTIES_SYNTAX)] == ["a.md"]


def test_malformed_pattern() -> None:
    with pytest.raises(ValueError, match="Invalid git pattern"):
        Settings(exclude=("!",))


SECRET = """---
publish: false
title: Raise
aliases: [Pay, Old/Pay]
tags: [money]
permalink: raise
---
# Amount

[[Open]] #cash ^b
"""


def test_nothing_of_an_unpublished_note_leaks(tmp_path: Path) -> None:
    links = (
        "[[Salary]] [[Salary#Amount]] ![[Salary]] [[Salary#^b]] [[HR/Salary.md|x]] [y](HR/Salary.md) [[Pay]] [[Salry]]"
    )
    vault = vault_of(tmp_path, {"HR/Salary.md": SECRET, "Open.md": links})
    index = build_index(vault)
    assert list(vault.notes) == ["Open.md"]
    assert vault.hidden == {"HR/Salary.md"}
    assert index.note("HR/Salary.md") is None
    assert index.backlinks("Open.md") == ()
    assert index.outgoing("Open.md") == ()
    assert index.tags.notes == {}
    assert index.redirects == {}
    assert list(index.addresses) == ["Open.md"]
    assert [folder.path for folder in index.folders.walk()] == [""]
    found = check(index)
    assert len(places(found, Code.UNPUBLISHED_TARGET)) == 6
    assert len(places(found, Code.MISSING_TARGET)) == 2
    written = " ".join(f"{d.message} {d.hint}" for d in found)
    assert not any(secret in written for secret in ("Raise", "Amount", "cash", "did you mean"))


def test_published_note_of_the_same_name_is_found(tmp_path: Path) -> None:
    files = {"Adam.md": "---\ndraft: true\n---\n", "Optimizers/Adam.md": "", "a.md": "[[Adam]]"}
    assert problems(tmp_path, files) == []


class TestAttachments:
    """Attachments that only unpublished notes use are not published."""

    PRIVATE = "---\npublish: false\n---\n"

    def attachments(self, tmp_path: Path, files: dict[str, str], settings: Settings | None = None) -> set[str]:
        return set(vault_of(tmp_path, files | {"pic.png": ""}, settings).attachments)

    @pytest.mark.parametrize(
        "use",
        [
            "![[pic.png]]",
            "[[pic.png]]",
            "![](pic.png)",
            '<img src="pic.png">',
            "%%![[pic.png]]%%",
            "text ![[PIC.png|100]]",
        ],
    )
    def test_used_by_private_notes_alone(self, tmp_path: Path, use: str) -> None:
        assert self.attachments(tmp_path, {"p.md": self.PRIVATE + use, "o.md": "text"}) == set()
        assert read_vault(tmp_path).hidden == {"p.md", "pic.png"}

    @pytest.mark.parametrize(
        "use", ["![[pic.png]]", "[x](pic.png)", '<video src="./pic.png#t=1"></video>', "<img src=pic.png>"]
    )
    def test_used_by_a_published_note_too(self, tmp_path: Path, use: str) -> None:
        assert self.attachments(tmp_path, {"p.md": self.PRIVATE + "![[pic.png]]", "o.md": use}) == {"pic.png"}

    @pytest.mark.parametrize("name", ["image", "cover"])
    @pytest.mark.parametrize("value", ["pic.png", '"[[pic.png]]"'])
    def test_used_in_a_property(self, tmp_path: Path, name: str, value: str) -> None:
        public = f"---\n{name}: {value}\n---\n"
        assert self.attachments(tmp_path, {"p.md": self.PRIVATE + "![[pic.png]]", "o.md": public}) == {"pic.png"}
        private = f"---\npublish: false\n{name}: {value}\n---\n"
        assert self.attachments(tmp_path, {"p.md": private, "o.md": ""}) == set()

    def test_used_by_none(self, tmp_path: Path) -> None:
        assert self.attachments(tmp_path, {"p.md": self.PRIVATE, "o.md": ""}) == {"pic.png"}

    def test_used_in_a_comment_of_a_published_note(self, tmp_path: Path) -> None:
        assert self.attachments(tmp_path, {"o.md": "%% ![[pic.png]] %%"}) == set()
        assert self.attachments(tmp_path, {"o.md": "%% ![[pic.png]] %% ![[pic.png]]"}) == {"pic.png"}

    def test_in_an_excluded_folder(self, tmp_path: Path) -> None:
        files = {"Private/x.png": "", "o.md": "![[x.png]]"}
        assert self.attachments(tmp_path, files, EXCLUDE) == {"pic.png"}
        found = check(build_index(read_vault(tmp_path, EXCLUDE)))
        assert places(found, Code.UNPUBLISHED_TARGET) == [("o.md", 1, 1)]

    def test_of_the_same_name(self, tmp_path: Path) -> None:
        files = {"hr/pic.png": "", "hr/p.md": self.PRIVATE + "![[hr/pic.png]]", "o.md": "![[pic.png]]"}
        assert self.attachments(tmp_path, files) == {"pic.png"}


def test_drafts_bring_their_attachments(tmp_path: Path) -> None:
    write(tmp_path, {"d.md": "---\ndraft: true\n---\n![[x.png]]", "x.png": ""})
    assert read_vault(tmp_path).attachments == frozenset()
    assert read_vault(tmp_path, DRAFTS).attachments == {"x.png"}
