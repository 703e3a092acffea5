import ast
import re
import textwrap
import warnings
from pathlib import Path

import jupytext  # type: ignore[import-untyped]
import pytest
from hypothesis import given
from hypothesis import strategies as st

from knapper.diagnostics import Code
from knapper.snippets.layout import Layout, read_snippets
from knapper.snippets.script import CellType, Snippet, is_snippet, read_snippet

ROOT = Path(__file__).resolve().parents[2]
CODE, MARKDOWN, RAW = CellType.CODE, CellType.MARKDOWN, CellType.RAW


def read(text: str) -> Snippet:
    return read_snippet("one", "snippets/one.py", text)


# Cells ----------------------------------------------------------------------------------------------------------------

MARKERS = {
    "# %%": (CODE, "", ""),
    "#%%": (CODE, "", ""),
    "#  %%": (CODE, "", ""),
    "# %%\t": (CODE, "", ""),
    "# %% A title": (CODE, "", ""),
    "# %% [markdown]": (MARKDOWN, "", ""),
    "#%%[markdown]": (MARKDOWN, "", ""),
    "# %% [md]": (MARKDOWN, "", ""),
    "# %% A title [markdown]": (MARKDOWN, "", ""),
    "# %% [raw]": (RAW, "", ""),
    '# %% name="loss"': (CODE, "loss", ""),
    "# %% name='loss'": (CODE, "loss", ""),
    '# %% name = "loss"': (CODE, "loss", ""),
    '# %% A title name="loss" alt="It falls."': (CODE, "loss", "It falls."),
    '# %% alt="It falls." name="loss"': (CODE, "loss", "It falls."),
    '# %% name="loss" alt="the \'loss\' = 3"': (CODE, "loss", "the 'loss' = 3"),
    '# %% name="loss" alt="it \\"falls\\""': (CODE, "loss", 'it "falls"'),
    r'# %% name="loss" alt="$\nabla L$"': (CODE, "loss", r"$\nabla L$"),
    '# %% name="loss" alt="values in [raw], see [markdown]"': (CODE, "loss", "values in [raw], see [markdown]"),
    '# %% name="loss" alt="name=x and alt=y"': (CODE, "loss", "name=x and alt=y"),
    '# %% tags="a" name="loss"': (CODE, "loss", ""),
}


@pytest.mark.parametrize(("marker", "expected"), MARKERS.items(), ids=MARKERS)
def test_markers(marker: str, expected: tuple[CellType, str, str]) -> None:
    snippet = read(f"{marker}\n# 1\n")
    (cell,) = snippet.cells
    assert (cell.type, cell.name, cell.alt) == expected
    assert (cell.marker, cell.line, snippet.problems) == (1, 2, ())


@pytest.mark.parametrize(
    "line", ["# %%%", "# %%bash", "    # %%", "x = 1  # %%", "## %%", "# % %", '"# %%"', "# In[1]:"]
)
def test_what_is_no_marker(line: str) -> None:
    assert not is_snippet(f"{line}\n")
    assert len(read(f"# %%\nif 1:\n    pass\n{line.strip() if line[0] != ' ' else line}\n").cells) == 1


TEXTS = {
    "nothing": ("", []),
    "header only": ("# /// script\n# dependencies = []\n# ///\n", []),
    "before the first marker": ("\n# About.\nx = 1\n\n# %%\nx\n", [(CODE, 3, "x = 1"), (CODE, 6, "x")]),
    "comments before the first marker": ("# About.\n\n# %%\nx\n", [(CODE, 4, "x")]),
    "no marker": ("x = 1\n", [(CODE, 1, "x = 1")]),
    "docstring": ('"""About\n# %% no\n"""\n# %%\n1', [(CODE, 1, '"""About\n# %% no\n"""'), (CODE, 5, "1")]),
    "in strings": ('# %%\nx = """\n# %%\n"""\ny = 1', [(CODE, 2, 'x = """\n# %%\n"""\ny = 1')]),
    "blank lines around": ("# %%\n\n\nx\n\n\n# %%\n\ny\n\n", [(CODE, 4, "x"), (CODE, 9, "y")]),
    "empty cells": ("# %%\n# %%\n\n# %%", [(CODE, 2, ""), (CODE, 3, ""), (CODE, 5, "")]),
    "no final newline": ("# %%\nx", [(CODE, 2, "x")]),
    "tabs": ("# %%\nif 1:\n\tx = 1\n", [(CODE, 2, "if 1:\n\tx = 1")]),
    "form feed": ("# %%\nx\n\x0c\ny\n# %%\nz", [(CODE, 2, "x\n\x0c\ny"), (CODE, 6, "z")]),
    "line separator": ("# %%\nx = '\u2028'\n# %%\nz", [(CODE, 2, "x = '\u2028'"), (CODE, 4, "z")]),
    "prose": ("# %% [md]\n# # Title\n#\n#Text\n#   more\n", [(MARKDOWN, 2, "# Title\n\nText\n  more")]),
    "prose as a string": ('# %% [md]\n"""\n# Title\n\nText\n"""\n', [(MARKDOWN, 2, "# Title\n\nText")]),
    "prose as a raw string": ('# %% [md]\nr"""\n$\\nu$\n"""\n', [(MARKDOWN, 2, "$\\nu$")]),
    "prose about a string": ('# %% [md]\n# r"""x"""\n', [(MARKDOWN, 2, 'r"""x"""')]),
    "prose, then a comment": ("# %% [md]\n# Text\n\n# More\n# %%\n1", [(MARKDOWN, 2, "Text\n\nMore"), (CODE, 6, "1")]),
    "comments that are no commands": ("# %%\n# !echo\n# ls\n# %cd\n1", [(CODE, 2, "# !echo\n# ls\n# %cd\n1")]),
}  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), TEXTS.values(), ids=TEXTS)
def test_cells(text: str, expected: list[tuple[CellType, int, str]]) -> None:
    snippet = read(text)
    assert [(cell.type, cell.line, cell.source) for cell in snippet.cells] == expected
    assert snippet.problems == ()


def test_titles() -> None:
    assert read("# %% [md]\n# Text\n# %% [md]\n# ## A *title* \n").title == "A *title*"
    assert read("# %%\n# # A comment\n").title == "one"


@pytest.mark.parametrize(
    "data", [b"\xef\xbb\xbf# %%\n1\n# %%\n2\n", b"# %%\r\n1\r\n# %%\r\n2\r\n", b"# %%\r1\r# %%\r2\r"]
)
def test_line_ends_and_byte_order_marks(tmp_path: Path, data: bytes) -> None:
    (tmp_path / "snippets").mkdir()
    (tmp_path / "snippets/one.py").write_bytes(data)
    (snippet,) = read_snippets(Layout(tmp_path)).values()
    assert [(cell.line, cell.source) for cell in snippet.cells] == [(2, "1"), (4, "2")]


# Against Jupytext -----------------------------------------------------------------------------------------------------

CORPUS = [path.read_text(encoding="utf-8") for path in sorted((ROOT / "snippets").glob("*.py"))]
# Jupytext ends lines also at form feeds and separators, which Python does not, and wants a blank after `%%`.
CORPUS += [text for text, _ in TEXTS.values() if text.isascii() and "\f" not in text]
CORPUS += [f"{marker}\n# 1\n# %%\nx\n" for marker in MARKERS if not marker.startswith("#%%[") and "tags" not in marker]


@pytest.mark.parametrize("text", CORPUS)
def test_cells_are_those_of_jupytext(text: str) -> None:
    """Up to what it makes of comments that look like commands, of text above the first marker, and of blank lines."""
    ours = [(cell.type.value, cell.source) for cell in read(text).cells]
    theirs = [(cell.cell_type, _trimmed(cell.source)) for cell in jupytext.reads(text, "py:percent").cells]
    if theirs and theirs[0][0] == "code" and not re.match(r"#\s*%%", text):
        above = "\n".join(theirs[0][1].split("\n")[_comments(theirs[0][1]) :])
        theirs[0:1] = [("code", above.strip("\n"))] if above.strip() else []
    assert ours == theirs


def _trimmed(source: str) -> str:
    lines = source.replace("\n!echo", "\n# !echo").replace("\nls", "\n# ls").replace("\n%cd", "\n# %cd").split("\n")
    lines[0] = {"!echo": "# !echo"}.get(lines[0], lines[0])
    while lines and not lines[0].strip():
        del lines[0]
    return "\n".join(lines).rstrip()


def _comments(source: str) -> int:
    """Lines at the head that are blank or comments, among them the script's header."""
    lines = source.split("\n")
    return next(
        (i for i, line in enumerate(lines) if line.strip() and not line.startswith(("#", "%", "!"))), len(lines)
    )


# Any text -------------------------------------------------------------------------------------------------------------

WORDS = (
    "x = 1|# %%|# %% name='a'|# %% [markdown]|# text||    |if x:|    y|else:|'''|f(|)|@f|def g():|\tz|!ls|\f|\0|é = 1"
)
LINES = st.sampled_from([*WORDS.split("|"), "# /// script", "# ///", "await f()", '"""', "\\"])


@given(st.lists(LINES, max_size=14).map("\n".join))
def test_lines_of_cells_are_those_of_the_text(text: str) -> None:
    snippet = read(text)
    lines = text.split("\n")
    for cell in snippet.cells:
        assert cell.marker == 0 or lines[cell.marker - 1].startswith("#")
        if cell.type is CODE and cell.source:
            found = "\n".join(lines[cell.line - 1 :][: cell.source.count("\n") + 1])
            assert found.rstrip() == cell.source
    for problem in snippet.problems:
        assert 0 <= problem.line <= len(lines)


@given(st.lists(LINES, max_size=14).map("\n".join))
def test_cells_hold_all_code_and_run_as_the_script_does(text: str) -> None:
    snippet = read(text)
    if snippet.problems:
        return
    joined = [node for cell in snippet.code for node in ast.parse(cell.source).body]
    prose = [ast.parse(text).body[i] for i in range(len(ast.parse(text).body))]
    texts = [node for node in prose if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant)]
    expected = [ast.dump(node) for node in prose if node not in texts]
    assert [ast.dump(node) for node in joined if ast.dump(node) in expected] == expected


# Problems -------------------------------------------------------------------------------------------------------------

WRONG = {
    "magic": ("# %%\nx = 1\n%timeit x\n", 3, "magic of IPython", "plain Python"),
    "cell magic": ("# %%\n%%bash\nls\n", 2, "magic of IPython", "plain Python"),
    "matplotlib": ("# %%\n%matplotlib inline\n", 2, "command of IPython", "captured without it"),
    "shell": ("# %%\n!ls -l\n", 2, "command of IPython", "subprocess.run(['ls', '-l'], check=True)"),
    "pip": ("# %%\n%pip install numpy\n", 2, "command of IPython", "'numpy' to `dependencies`"),
    "shell pip": ("# %%\n!pip install numpy\n", 2, "command of IPython", "'numpy' to `dependencies`"),
    "help": ("# %%\nx = 1\nx?\n", 3, "command of IPython", "help(...)"),
    "help first": ("# %%\n?x\n", 2, "command of IPython", "help(...)"),
    "await": ("# %%\nasync def f():\n    pass\nawait f()\n", 4, "cannot await at top level", "asyncio.run"),
    "async for": ("# %%\nasync for x in y:\n    pass\n", 2, "cannot await at top level", "asyncio.run"),
    "async with": ("# %%\nasync with x:\n    pass\n", 2, "cannot await at top level", "asyncio.run"),
    "null byte": ("# %%\nx = 1\ny = '\0'\n", 3, "null byte", "as text"),
    "no Python": ("# %%\nx = = 1\n", 2, "invalid syntax", ""),
    "return": ("# %%\nreturn 1\n", 2, "outside function", ""),
    "indent": ("# %%\n  x = 1\n", 2, "unexpected indent", ""),
    "dedent": ("# %%\nif 1:\n    x = 1\n  y = 2\n", 4, "unindent", ""),
    "tabs and blanks": ("# %%\nif 1:\n        x = 1\n\ty = 2\n", 4, "tabs", ""),
    "open bracket": ("# %%\nf(1,\n# %%\n2", 2, "was never closed", ""),
    "open string": ('# %%\nx = """\n# %%\n', 2, "unterminated", ""),
    "across": ("# %%\nx = f(\n# %%\n1)\n", 3, "begins on line 2", "between statements"),
    "body across": ("# %%\ndef f():\n    x = 1\n\n# %%\n    return x\n", 5, "begins on line 2", "between statements"),
    "decorator across": ("# %%\n@f\n# %%\ndef g():\n    pass\n", 3, "begins on line 2", "between statements"),
    "else across": ("# %%\nif 1:\n    x = 1\n# %%\nelse:\n    x = 2\n", 4, "begins on line 2", "between statements"),
    "across prose": ("# %%\nx = [\n# %% [markdown]\n# Text\n# %%\n]\n", 3, "begins on line 2", "between statements"),
    "code in prose": ("# %% [markdown]\n# Text\nx = 1\n# %%\nx\n", 3, "markdown cell of line 1", "above it"),
    "code in raw": ("# %% [raw]\nx = 1\n", 2, "raw cell of line 1", "above it"),
    "too deep": ("# %%\n" + "(" * 300 + ")" * 300, 2, "too many nested", ""),
}  # fmt: skip


@pytest.mark.parametrize(("text", "line", "message", "hint"), WRONG.values(), ids=WRONG)
def test_what_is_no_plain_python(text: str, line: int, message: str, hint: str) -> None:
    (problem,) = read(text).problems
    assert (problem.code, problem.line) == (Code.SNIPPET_SYNTAX, line)
    assert message in problem.message
    assert hint in problem.hint


def test_what_the_compiler_cannot_take() -> None:
    (problem,) = read("# %%\n" + "-" * 100_000 + "1\n").problems
    assert problem.code is Code.SNIPPET_SYNTAX


def test_cells_of_a_script_with_an_error_are_still_told_apart() -> None:
    snippet = read("# %% [md]\n# Text\n# %%\nx = f(\n# %%\ny\n# %% [md]\n# More\n")
    assert snippet.problems
    assert [cell.type for cell in snippet.cells] == [MARKDOWN, CODE, CODE, MARKDOWN]


def test_a_script_with_an_error_above_its_first_marker_is_a_snippet() -> None:
    assert is_snippet("x = f(\n# %%\ny\n")
    assert is_snippet("x = '\n# %%\ny\n")


def test_warnings_of_the_compiler_are_left_to_the_run() -> None:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        assert read("# %%\nx = '\\d'\nx is 1\n").problems == ()


NAMES = {
    "twice": ('# %% name="a"\n1\n# %% name="a"\n2\n', 3, "the cell on line 1"),
    "in another case": ('# %% name="Loss"\n1\n# %% name="loss"\n2\n', 3, "the cell on line 1"),
    "composed otherwise": ('# %% name="a\u00e9"\n1\n# %% name="ae\u0301"\n2\n', 3, ""),
    "folder": ('# %% name="a/b"\n1\n', 1, "cannot be named `a/b`"),
    "parent": ('# %% name=".."\n1\n', 1, "cannot be named"),
    "blank": ('# %% name="a b"\n1\n', 1, "cannot be named"),
    "dot at the end": ('# %% name="a."\n1\n', 1, "cannot be named"),
    "hidden": ('# %% name=".a"\n1\n', 1, "cannot be named"),
    "no quotes": ("# %% name=loss\n1\n", 1, "not in quotes"),
    "open quotes": ('# %% name="loss" alt="It falls\n1\n', 1, "`alt` of a cell"),
}  # fmt: skip


@pytest.mark.parametrize(("text", "line", "message"), NAMES.values(), ids=NAMES)
def test_names(text: str, line: int, message: str) -> None:
    (problem,) = read(text).problems
    assert (problem.code, problem.line) == (Code.CELL_NAME, line)
    assert message in problem.message


def test_names_of_prose_are_of_no_file() -> None:
    snippet = read('# %% [md] name="a"\n# Text\n# %% name="a"\n1\n')
    assert (snippet.problems, [cell.line for cell in snippet.named]) == ((), [4])


# Folders --------------------------------------------------------------------------------------------------------------


def test_snippets_of_a_project(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "one.py": "# %%\n",
        "optim.py": "# %%\n",
        "optim/adam.py": "# %%\n",
        "helper.py": "x = 1\n",
        "shows.py": 'x = """\n# %%\n"""\n',
        "latin.py": b"# coding: latin-1\nx = '\xe9'\n",
        "frozen/one.py": "# %%\n",
        ".hidden/two.py": "# %%\n",
        ".three.py": "# %%\n",
        "odd name [x].v2.py": "# %%\n",
    }
    for name, text in files.items():
        path = tmp_path / "snippets" / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(text if isinstance(text, bytes) else text.encode())
    (tmp_path / "snippets/folder.py").mkdir()
    found = read_snippets(Layout(tmp_path))
    assert sorted(found) == ["odd name [x].v2", "one", "optim", "optim/adam"]
    assert found["optim/adam"].path == "snippets/optim/adam.py"
    assert not any(snippet.problems for snippet in found.values())
    assert read_snippets(Layout(tmp_path, folder="nowhere")) == {}


def test_a_snippet_that_is_not_utf8(tmp_path: Path) -> None:
    (tmp_path / "snippets").mkdir()
    (tmp_path / "snippets/one.py").write_bytes(b"# %%\n\nx = '\xe9'\n")
    (snippet,) = read_snippets(Layout(tmp_path)).values()
    assert [(problem.code, problem.line) for problem in snippet.problems] == [(Code.INVALID_UTF8, 3)]


def test_a_script_that_cannot_be_read(tmp_path: Path) -> None:
    (tmp_path / "snippets").mkdir()
    (tmp_path / "snippets/one.py").symlink_to("nowhere")
    (snippet,) = read_snippets(Layout(tmp_path)).values()
    assert [problem.code for problem in snippet.problems] == [Code.UNREADABLE_FILE]


def test_names_that_differ_in_case_only(tmp_path: Path) -> None:
    (tmp_path / "snippets").mkdir()
    for name in ("Adam", "adam"):
        (tmp_path / f"snippets/{name}.py").write_text("# %%\n")
    if len(found := read_snippets(Layout(tmp_path))) == 2:  # some file systems hold one of them
        assert [[problem.code for problem in one.problems] for one in found.values()] == [[], [Code.FILE_NAME]]


def test_dedented_text_is_read_as_it_is() -> None:
    text = textwrap.dedent("""
        # %%
        x = 1
    """)
    assert [cell.line for cell in read(text).cells] == [3]
