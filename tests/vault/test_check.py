"""What `check` reports, where, and what it leaves alone."""

from pathlib import Path

import pytest

from knapper.diagnostics import Code
from knapper.vault import Settings, check
from tests.vault.making import index_of, places, problems

OF_SNIPPETS = list(Code)[list(Code).index(Code.SNIPPET_SYNTAX) :]


def lines(root: Path, files: dict[str, str | bytes], settings: Settings | None = None) -> list[str]:
    return [str(d) for d in problems(root, files, settings)]


def test_a_clean_vault(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "a.md": "---\ntags: [x]\naliases: [Z]\n---\n# H\n[[b]] [[#H]] ![[b#^id]] ![[pic.png|100]] #tag [x](https://x.y)",
        "b.md": "Text. ^id\n\n```python\n[[none]]\n```\n",
        "pic.png": b"",
    }
    assert lines(tmp_path, files) == []


def test_links(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "Adagrad.md": "---\naliases: [AG]\n---\n# Update rule\n",
        "a/Twin.md": "",
        "b/Twin.md": "",
        "hub.md": """First [[Adagra]].
[[Adagrad#Updaterule]] and [[Adagrad#^b]]

- [[Twin]]
- [[AG]]
- ![[Adagard]]
- [x](../../up.md)
- ![](lost.png)

%% [[Unwritten]] %%
""",
    }
    assert lines(tmp_path, files) == [
        "hub.md:1:7: [missing-target] the vault has no note `Adagra` (did you mean [[Adagrad]]?)",
        "hub.md:2:1: [missing-heading] `Adagrad.md` has no heading `Updaterule`"
        " (did you mean [[Adagrad#Update rule]]?)",
        "hub.md:2:28: [missing-block] `Adagrad.md` has no block `^b`"
        " (write ^b at the end of the block, or link to the note)",
        "hub.md:4:3: [ambiguous-target] `Twin` may be any of `a/Twin.md`, `b/Twin.md`; `a/Twin.md` is taken"
        " (write the path from the vault's root)",
        "hub.md:5:3: [alias-target] `AG` is an alias of `Adagrad.md`, and Obsidian links to no alias"
        " (write [[Adagrad|AG]])",
        "hub.md:6:3: [missing-target] the vault has no note `Adagard` (did you mean ![[Adagrad]]?)",
        "hub.md:7:3: [outside-vault] `../../up.md` leaves the vault (link to a file of the vault, or to a web address)",
        "hub.md:8:3: [missing-target] the vault has no file `lost.png` (add the file, or remove the link)",
    ]


def test_hints_are_links_that_work(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "a.md": "[[AG#Part|x]] [[#C# in shrt]]\n\n# C# | in ^ short",
        "Adagrad.md": "---\naliases: [AG]\n---\n# Part",
    }
    hints = [d.hint for d in problems(tmp_path, files)]
    assert hints == ["write [[Adagrad#Part|AG]]", "did you mean [[#C in short]]?"]
    assert problems(tmp_path, {"a.md": "[[Adagrad#Part|AG]] [[#C in short]]\n\n# C# | in ^ short"}) == []


def test_a_link_in_a_property(tmp_path: Path) -> None:
    found = problems(tmp_path, {"a.md": '---\nx: 1\nup: "[[None]]"\n---\n'})
    assert places(found, Code.MISSING_TARGET) == [("a.md", 3, 6)]


def test_each_missing_image_is_one_diagnostic(tmp_path: Path) -> None:
    text = "".join(f"![[Pasted image {i}.png]]\n\ntext\n\n" for i in range(20))
    found = problems(tmp_path, {"a.md": text})
    assert places(found, Code.MISSING_TARGET) == [("a.md", 4 * i + 1, 1) for i in range(20)]
    assert len(found) == 20


def test_ignored_codes(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"a.md": "[[None]]\n\n[[b#None]]", "b.md": ""}
    settings = Settings(ignore=frozenset({Code.MISSING_TARGET}))
    assert [d.code for d in problems(tmp_path, files, settings)] == [Code.MISSING_HEADING]


def test_order_is_by_file_and_line(tmp_path: Path) -> None:
    index = index_of(tmp_path, {"b.md": "[[z]]\n[[y]]", "a.md": "[[x]]\n\n[[b#H]]", "c#.md": ""})
    found = check(index)
    assert [(d.path, d.line) for d in found] == [("a.md", 1), ("a.md", 3), ("b.md", 1), ("b.md", 2), ("c#.md", 0)]


def test_every_problem_comes_with_a_hint(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "bad.md": b"---\ntitle: 1\npublish: 'true'\npermalink: a/../c\n---\n\xff \xe2\x80\x9a\xc3\x84\xc3\xae",
        "links.md": "[[x]] [[bad#y]] [[bad#^z]] [[../x]] [[hid]] [[twin]] [[al]] ![[links]] [[c.canvas]]\n```query",
        "hid.md": "---\ndraft: yes\n---\n",
        "a/twin.md": '---\naliases: [al]\npermalink: p\nprerequisites: ["[[a/twin]]"]\n---\n',
        "b/twin.md": "---\npermalink: p\n---\n" + "word " * 200_001,
        "c.canvas": "{}",
        "c#.md": "",
        "c+.md": "".join(f"![[{n}]]" for n in range(10)),
        **{f"{n}.md": f"![[{n + 1}]]" for n in range(12)},
    }
    (tmp_path / "up").symlink_to("..")
    (tmp_path / "lost.md").symlink_to("nowhere")
    (tmp_path / "again").symlink_to("a")
    found = problems(tmp_path, files)
    expected = set(Code) - {
        Code.PROPERTIES_SYNTAX, Code.NESTING, Code.SURPLUS_CELLS, Code.UNCLOSED_COMMENT, Code.UNCLOSED_MATH,
        Code.UNCLOSED_BLOCK, Code.DUPLICATE_BLOCK_ID, Code.UNDEFINED_FOOTNOTE, Code.LINK_LIKE_TEXT,
        Code.COMMENT_OVER_LINES, *OF_SNIPPETS,
    }  # fmt: skip
    assert {d.code for d in found} == expected
    assert [str(d) for d in found if not d.hint] == []


class TestUnsupported:
    """What only Obsidian can show."""

    @pytest.mark.parametrize("language", ["dataview", "dataviewjs", "query", "base", "Dataview"])
    def test_code_blocks(self, tmp_path: Path, language: str) -> None:
        text = f"text\n\n- item\n\n  ```{language}\n  LIST\n  ```\n\n~~~ {language} x\n~~~\n"
        assert places(problems(tmp_path, {"a.md": text}), Code.UNSUPPORTED) == [("a.md", 5, 3), ("a.md", 9, 1)]

    @pytest.mark.parametrize(
        "text", ["```python\nquery\n```", "`dataview`", "    ```query\n", "```queryx\n```", "````\n```base\n```\n````"]
    )
    def test_others(self, tmp_path: Path, text: str) -> None:
        assert problems(tmp_path, {"a.md": text}) == []

    def test_canvases_and_bases(self, tmp_path: Path) -> None:
        files: dict[str, str | bytes] = {
            "a.md": "![[x.canvas]]\n![[y.base#View]]\n[[x.canvas]]",
            "x.canvas": "{}",
            "y.base": "",
        }
        assert places(problems(tmp_path, files), Code.UNSUPPORTED) == [("a.md", n, 1) for n in (1, 2, 3)]


class TestPrerequisites:
    """Prerequisites that form a cycle."""

    @staticmethod
    def files(**prerequisites: str) -> dict[str, str | bytes]:
        return {
            f"{name}.md": f"---\ntitle: {name}\nprerequisites: {[f'[[{other}]]' for other in names.split()]}\n---\n"
            for name, names in prerequisites.items()
        }

    def test_cycle(self, tmp_path: Path) -> None:
        assert lines(tmp_path, self.files(d="a", a="b", b="c", c="a")) == [
            "a.md:3:1: [prerequisite-cycle] prerequisites form a cycle: `a.md` → `b.md` → `c.md` → `a.md`"
            " (remove one of them)"
        ]

    def test_itself(self, tmp_path: Path) -> None:
        assert places(problems(tmp_path, self.files(a="a")), Code.PREREQUISITE_CYCLE) == [("a.md", 3, 1)]

    def test_two_cycles(self, tmp_path: Path) -> None:
        found = problems(tmp_path, self.files(a="b c", b="a", c="a"))
        assert len(places(found, Code.PREREQUISITE_CYCLE)) == 2

    def test_two_ways_are_no_cycle(self, tmp_path: Path) -> None:
        assert lines(tmp_path, self.files(a="b c", b="d", c="d", d="")) == []

    def test_long_chain(self, tmp_path: Path) -> None:
        chain = {f"n{i}": f"n{i + 1}" for i in range(2000)} | {"n2000": "n0"}
        found = problems(tmp_path, self.files(**chain))
        assert len(places(found, Code.PREREQUISITE_CYCLE)) == 1


class TestSuggestions:
    """At a bounded cost."""

    def test_many_missing_names(self, tmp_path: Path) -> None:
        files: dict[str, str | bytes] = {f"Note number {i}.md": "" for i in range(300)}
        files["hub.md"] = "\n\n".join(f"[[Note numbr {i}]]" for i in range(16_000))
        found = problems(tmp_path, files)
        assert len(found) == 16_000
        assert sum(d.hint.startswith("did you") for d in found) == 500

    def test_very_long_name(self, tmp_path: Path) -> None:
        found = problems(tmp_path, {"a.md": f"[[{'x' * 100_000}]]", "xxx.md": ""})
        assert places(found, Code.MISSING_TARGET) == [("a.md", 1, 1)]
