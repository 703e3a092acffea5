from pathlib import Path

import pytest

from tests.support import Case, assert_golden, iter_cases, read_folder


def test_a_case_is_title_input_and_expected() -> None:
    text = "One\n.\n*a*\n\nb\n.\n<em>a</em>\n.\n\n\nTwo\n.\n.\nx\n.\n"
    assert list(iter_cases(text)) == [
        Case("One", 1, "*a*\n\nb\n", "<em>a</em>\n"),
        Case("Two", 11, "", "x\n"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("One\n.\na\n.\nb\n", "after line 0: not a case"),
        ("One\n.\na\n.\nb\n.\n\nTwo\nlines\n.\n.\n.\n", "after line 6: not a case"),
        (".\na\n.\nb\n.\n", "after line 0: not a case"),
    ],
)
def test_a_malformed_fixture_is_refused(text: str, message: str) -> None:
    with pytest.raises(ValueError, match=message):
        list(iter_cases(text))


def test_golden_folder_is_compared_by_names_and_texts(tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    (tmp_path / "a" / "b.md").write_text("b\n")
    assert_golden({"a/b.md": "b\n"}, tmp_path, regen=False)
    for wrong in ({}, {"a/b.md": "b"}, {"a/b.md": "b\n", "c.md": ""}):
        with pytest.raises(AssertionError):
            assert_golden(wrong, tmp_path, regen=False)


def test_regen_rewrites_the_golden_folder_and_fails(tmp_path: Path) -> None:
    (tmp_path / "old.md").write_text("old")
    with pytest.raises(pytest.fail.Exception, match="rewrote"):
        assert_golden({"new/é.md": "new\n"}, tmp_path, regen=True)
    assert read_folder(tmp_path) == {"new/é.md": "new\n"}
