"""Vaults with something wrong in them: one diagnostic says where and what to do, and the rest is built, in time."""

import re
import time
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple
from urllib.parse import unquote, urljoin

import pytest

from knapper.diagnostics import Code
from tests.sites import Site, site_of

SOUND = "Sound.md"
SOUND_TEXT = "Everything else is built."
LIMIT = 30
"""Seconds of a slow processor for the largest of these vaults."""


class Wrong(NamedTuple):
    """A vault, the place of its only problem and its kind, and text that the site shows all the same."""

    files: Mapping[str, str | bytes]
    place: str
    code: Code
    shown: tuple[str, ...] = ()


def build(folder: Path, caplog: pytest.LogCaptureFixture, files: Mapping[str, str | bytes]) -> Site:
    """The site of a vault with these notes and a sound one, which must be in it."""
    for name, content in {SOUND: SOUND_TEXT, **files}.items():
        path = folder / "vault" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    start = time.process_time()
    site = site_of(folder / "vault", caplog)
    assert time.process_time() - start < LIMIT
    assert SOUND_TEXT in site.files["sound/index.html"]
    return site


@pytest.mark.parametrize(
    "wrong",
    [
        pytest.param(
            Wrong(
                {"A.md": "---\ntags: [x]\ntitle: a: b\n---\n[[Sound]] #tag"},
                "A.md:3:9",
                Code.PROPERTIES_SYNTAX,
                ('href="../sound/"', "#tag"),
            ),
            id="broken YAML",
        ),
        pytest.param(
            Wrong({"A.md": "x\n\n[[Sund]] [[Sound]]"}, "A.md:3:1", Code.MISSING_TARGET, ("Sund", 'href="../sound/"')),
            id="missing note",
        ),
        pytest.param(
            Wrong({"A.md": "x ![[lost.png|100]] y"}, "A.md:1:3", Code.MISSING_TARGET, ("lost.png", " y")),
            id="missing file",
        ),
        pytest.param(
            Wrong({"A.md": "x [t](B.md)", "1/B.md": "", "2/B.md": ""}, "A.md:1:3", Code.AMBIGUOUS_TARGET, ("../1/b/",)),
            id="ambiguous target",
        ),
        pytest.param(
            Wrong({"A.md": "日本 [[Sound#None|t]]"}, "A.md:1:4", Code.MISSING_HEADING, ('href="../sound/">t<',)),
            id="missing heading",
        ),
        pytest.param(
            Wrong({"A.md": "- x [[Sound#^none|t]]"}, "A.md:1:5", Code.MISSING_BLOCK, ('href="../sound/">t<',)),
            id="missing block",
        ),
        pytest.param(
            Wrong({"A.md": "one ![[B]]", "B.md": "two\n\n![[A]]"}, "B.md:3:1", Code.EMBED_CYCLE, ("one", "two")),
            id="embed cycle",
        ),
        pytest.param(
            Wrong({"A b.md": "[[A+b]]", "A+b.md": "[[A b]]"}, "A+b.md", Code.DUPLICATE_SLUG, ("../a-b-2/",)),
            id="two notes with one slug",
        ),
        pytest.param(
            Wrong({"A.md": ">" * 150 + " quote\n\nafter"}, "A.md:1:101", Code.NESTING, ("quote", "<p>after</p>")),
            id="nested quotes",
        ),
        pytest.param(
            Wrong(
                {"A.md": "".join(f"{'  ' * i}- item {i}\n" for i in range(150)) + "\nafter"},
                "A.md:101:201",
                Code.NESTING,
                ("item 149", "after"),
            ),
            id="nested lists",
        ),
        pytest.param(
            Wrong({"A.md": "**" * 150 + "text" + "**" * 150}, "A.md:1:201", Code.NESTING, ("text",)),
            id="nested emphasis",
        ),
        pytest.param(
            Wrong(
                {"A.md": "".join(f"{'> ' * (i + 1)}[!note] title {i}\n" for i in range(150))},
                "A.md:101:201",
                Code.NESTING,
                ("title 0", "title 149"),
            ),
            id="nested callouts",
        ),
        pytest.param(
            Wrong({"A.md": "| a | b |\n|---|---|\n| 1 | 2 |\n| 3 | 4 | 5 |"}, "A.md:4:9", Code.SURPLUS_CELLS, ("4",)),
            id="surplus cells",
        ),
        pytest.param(
            Wrong({"A.md": b"a\n\xf6 [[Sound]]"}, "A.md:2:1", Code.INVALID_UTF8, ("\ufffd ", "sound/")),
            id="invalid UTF-8",
        ),
        pytest.param(
            Wrong({"A.md": "# Größe\n".encode("utf-16")}, "A.md:1:1", Code.INVALID_UTF8, ("Größe",)),
            id="UTF-16",
        ),
        pytest.param(
            Wrong({"F/A.md": "x [[../../etc/passwd|t]]"}, "F/A.md:1:3", Code.OUTSIDE_VAULT, (">t<",)),
            id="wikilink out of the vault",
        ),
        pytest.param(
            Wrong({"A.md": "x ![t](../../etc/passwd.png)"}, "A.md:1:3", Code.OUTSIDE_VAULT, (">t<",)),
            id="Markdown link out of the vault",
        ),
        pytest.param(
            Wrong({"A.md": "x\n%%\ny [[None]]"}, "A.md:2:1", Code.UNCLOSED_COMMENT, ("x",)),
            id="unclosed comment",
        ),
    ],
)
def test_one_problem_is_one_diagnostic(wrong: Wrong, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    site = build(tmp_path, caplog, wrong.files)
    (diagnostic,) = site.diagnostics
    assert diagnostic.startswith(f"{wrong.place}: [{wrong.code.value}] ")
    assert re.search(r" \(.+\)$", diagnostic), "no hint"
    pages = "".join(site.files.values())
    assert [text for text in wrong.shown if text not in pages] == []


def test_a_byte_order_mark_is_no_text(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    files: dict[str, str | bytes] = {
        "A.md": b"\xef\xbb\xbf---\ntitle: Read\n---\ntext",
        "B.md": b"\xef\xbb\xbf# B\n",
        "C.md": "x\n\n\ufeff# no heading",
    }
    site = build(tmp_path, caplog, files)
    assert site.diagnostics == []
    assert "<title>Read</title>" in site.files["a/index.html"]
    assert site.files["b/index.html"].count("<h1") == 1
    assert not [name for name in ("a", "b") if "\ufeff" in site.files[f"{name}/index.html"]]


def test_a_symbolic_link_out_of_the_vault_is_not_followed(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "outside").mkdir()
    (tmp_path / "outside" / "Private.md").write_text("private words", encoding="utf-8")
    (tmp_path / "vault").mkdir()
    (tmp_path / "vault" / "Folder").symlink_to(tmp_path / "outside")
    site = build(tmp_path, caplog, {})
    assert [line.partition("] ")[0] for line in site.diagnostics] == ["Folder: [symlink-outside-vault"]
    assert "private" not in "".join(site.files.values()).lower()


# File names -----------------------------------------------------------------------------------------------------------

LINKABLE = [*"!\"$%&'()*+,-.:;<=>?@_`{}[]~ ", "é", "e\u0301", "ß", "日", "𝒳", "🚀", "\u200b", "\u202e", "\u2028"]
UNLINKABLE = ["#", "^", "|", "\\", "[[", "]]", "%%", "\n", "\t", "\x07", "\x7f"]


def test_a_note_is_reached_whatever_is_in_its_name(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    names = [f"{number} a{character}b" for number, character in enumerate(LINKABLE)]
    names += ["CON", "aux.b", "x.", "x.md", "-y", "%41", "index.html", "a" * 200]
    links = "\n\n".join(f"[[{name}]]" for name in names)
    files = {"Links.md": links, **{f"{name}.md": f"Text of {number}." for number, name in enumerate(names)}}
    site = build(tmp_path, caplog, files)
    assert site.diagnostics == []
    assert _targets(site, "links/index.html") == [f"Text of {number}." for number in range(len(names))]


def test_a_name_that_no_wikilink_reaches_is_reported_and_built(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    files = {f"{number} a{character}b.md": f"Text of {number}." for number, character in enumerate(UNLINKABLE)}
    links = "\n\n".join(f"[t](<{_encoded(name)}>)" for name in files)
    site = build(tmp_path, caplog, {"Links.md": links, **files})
    assert len(site.diagnostics) == len(UNLINKABLE)
    assert all("[file-name]" in line for line in site.diagnostics)
    assert _targets(site, "links/index.html") == [f"Text of {number}." for number in range(len(UNLINKABLE))]


def _encoded(name: str) -> str:
    return "".join(f"%{byte:02X}" for byte in name.encode())


def _targets(site: Site, page: str) -> list[str]:
    """The text of the note that each link of a page leads to."""
    links = re.findall(r'<a class="internal-link" href="([^"#]+)"', site.files[page])
    pages = (site.files[unquote(urljoin(page, link.replace("&amp;", "&"))) + "index.html"] for link in links)
    return [found for text in pages for found in re.findall(r"Text of \d+\.", text)]


# Size -----------------------------------------------------------------------------------------------------------------

_WORDS = "word " * 65
_SECTION = """\
## Section {0}

A paragraph with a [[Sound|link]], **strong** text, `code`, $x_{0}$ and a #tag. {1}^block{0}

> [!note] Callout {0}
> - item
> - [ ] task

| a | b |
| --- | --- |
| {0} | [[#Section {0}]] |

"""


@pytest.mark.timeout(400)
@pytest.mark.parametrize(
    "text",
    [
        pytest.param("".join(_SECTION.format(i, _WORDS) for i in range(10_000)), id="many sections"),
        pytest.param("word " * 1_000_000, id="one paragraph"),
        pytest.param(f"{'word ' * 30}*a* [[Sound]] " * 31_000, id="one paragraph with links"),
        pytest.param(f"- {'word ' * 14}\n" * 70_000, id="one list"),
        pytest.param("x" * 5_000_000, id="one word"),
    ],
)
def test_a_note_of_5_mb(text: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    assert len(text) >= 5_000_000
    site = build(tmp_path, caplog, {"Large.md": text})
    (diagnostic,) = site.diagnostics
    assert diagnostic.startswith("Large.md: [large-note] ")
    assert len(site.files["large/index.html"]) > 5_000_000


@pytest.mark.parametrize("separator", [" ", "\n", "\n\n", "\n- "])
def test_16_000_links(separator: str, tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    site = build(tmp_path, caplog, {"Hub.md": separator.join("[[Sound]]" for _ in range(16_000))})
    assert site.diagnostics == []
    assert site.files["hub/index.html"].count('href="../sound/"') == 16_000


def test_16_000_missing_notes(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    site = build(tmp_path, caplog, {"Hub.md": "\n".join(f"[[Missing {number}]]" for number in range(16_000))})
    assert [line.partition(" [")[0] for line in site.diagnostics] == [f"Hub.md:{n}:1:" for n in range(1, 16_001)]
