import pytest
from hypothesis import given
from hypothesis import strategies as st

from knapper.diagnostics import Code
from knapper.snippets.script import read_snippet
from knapper.snippets.settings import Settings, read_settings, without_header


def header(*lines: str) -> str:
    return "\n".join(["# /// script", *(f"# {line}" if line else "#" for line in lines), "# ///", "# %%", "1", ""])


def read(*lines: str) -> Settings:
    settings, problems = read_settings(header(*lines), "snippets/one.py")
    assert problems == []
    return settings


def test_no_header() -> None:
    assert read_settings("# %%\n1\n", "one.py") == (Settings(), [])
    assert read_settings("", "one.py") == (Settings(), [])
    assert read() == read("dependencies = []") == read("[tool.other]", "timeout = 1") == Settings()


def test_all_settings() -> None:
    settings = read(
        'dependencies = ["numpy", "pandas>=2"]',
        "",
        "[tool.knapper]",
        "timeout = 1.5",
        'memory = "2 GiB"',
        'device = "gpu"',
        "network = true",
        'reads = ["data/*.csv", "./a.txt", "b\\\\c.txt", "deep/**"]',
        'env = {B = "2", A = "1"}',
        "resources = {TPU = 1, GB = 2.5}",
    )
    assert settings == Settings(
        1.5,
        2 * 1024**3,
        "gpu",
        True,
        ("data/*.csv", "a.txt", "b/c.txt", "deep/**/*"),
        {"A": "1", "B": "2"},
        {"GB": 2.5, "TPU": 1.0},
        ("numpy", "pandas>=2"),
    )


@pytest.mark.parametrize(("text", "size"), [("1 B", 1), ("2kB", 2000), ("1.5 MB", 1_500_000), ("1 gib", 1 << 30)])
def test_amounts(text: str, size: int) -> None:
    assert read("[tool.knapper]", f'memory = "{text}"').memory == size


WRONG = {
    "text": 'timeout = "60"',
    "negative": "timeout = -1",
    "zero": "timeout = 0",
    "boolean": "timeout = true",
    "infinite": "timeout = inf",
    "not a number": "timeout = nan",
    "bytes": "memory = 2000000",
    "unit": 'memory = "2 apples"',
    "nothing": 'memory = "0 GB"',
    "tpu": 'device = "tpu"',
    "devices": 'device = ["gpu"]',
    "flag": "network = 1",
    "one path": 'reads = "data.csv"',
    "outside": 'reads = ["../data.csv"]',
    "outside, later": 'reads = ["data/../../x"]',
    "absolute": 'reads = ["/etc/passwd"]',
    "drive": 'reads = ["C:\\\\data.csv"]',
    "home": 'reads = ["~/data.csv"]',
    "stars": 'reads = ["data/**.csv"]',
    "the project": 'reads = ["."]',
    "empty path": 'reads = [""]',
    "null byte": 'reads = ["a\\u0000"]',
    "number": "env = {THREADS = 1}",
    "list": 'env = ["THREADS"]',
    "name": 'env = {"A=B" = "1"}',
    "null byte in a variable": 'env = {A = "\\u0000"}',
    "amount": 'resources = {TPU = "1"}',
    "infinite amount": "resources = {TPU = inf}",
    "flag as amount": "resources = {TPU = true}",
    "no table": 'resources = ["TPU"]',
}


@pytest.mark.parametrize("line", WRONG.values(), ids=WRONG)
def test_wrong_kinds(line: str) -> None:
    key = line.partition(" ")[0]
    # The key's own line, not the first one on which its word stands.
    settings, problems = read_settings(
        header(f'dependencies = ["{key}"]', "[tool.knapper]", f"# {key}", line), "one.py"
    )
    (problem,) = problems
    assert (problem.code, problem.line, f"`{key}` is" in problem.message) == (Code.SNIPPET_HEADER, 5, True)
    assert settings == Settings(dependencies=(key,))


@pytest.mark.parametrize(("key", "hint"), [("time-out", "timeout"), ("read", "reads"), ("gpus", "known are timeout")])
def test_unknown_keys(key: str, hint: str) -> None:
    _, (problem,) = read_settings(header("[tool.knapper]", f"{key} = 1"), "one.py")
    assert (problem.code, problem.line) == (Code.SNIPPET_HEADER, 3)
    assert f"no key `{key}`" in problem.message
    assert hint in problem.hint


OTHER = {
    "tool": (("[tool.knaper]", "timeout = 5"), 2, "no tool `knaper`"),
    "no table": (("[tool]", "knapper = 1"), 3, "is no table"),
    "dependencies": (('dependencies = "numpy"',), 2, "list of strings"),
    "TOML": (("[tool.knapper]", "timeout = ", "network = true"), 3, "no TOML"),
    "TOML at the end": (("[tool.knapper]", 'reads = ["a"'), 3, "no TOML"),
    "twice": (("[tool.knapper]", "timeout = 1", "timeout = 2"), 4, "no TOML"),
}


@pytest.mark.parametrize(("lines", "line", "message"), OTHER.values(), ids=OTHER)
def test_other_problems(lines: tuple[str, ...], line: int, message: str) -> None:
    _, (problem,) = read_settings(header(*lines), "one.py")
    assert (problem.code, problem.line) == (Code.SNIPPET_HEADER, line)
    assert message in problem.message


def test_a_tool_that_is_no_table() -> None:
    assert read("tool = 1") == Settings()


def test_two_headers() -> None:
    text = header("[tool.knapper]", "timeout = 5") + header("[tool.knapper]", "timeout = 6")
    settings, (problem,) = read_settings(text, "one.py")
    assert (settings, problem.line, problem.code) == (Settings(), 7, Code.SNIPPET_HEADER)


@pytest.mark.parametrize("text", [
    "# /// script\n# [tool.knapper]\n# timeout = 5\n# %%\n1\n",
    "#/// script\n# [tool.knapper]\n# ///\n",
    "# /// script\n#[tool.knapper]\n#timeout = 5\n# ///\n",
    "# /// script\n# [tool.knapper]\n\n# timeout = 5\n# ///\n",
    "# /// script \n# [tool.knapper]\n# ///\n",
])  # fmt: skip
def test_a_header_that_would_be_ignored(text: str) -> None:
    _, (problem,) = read_settings("\n" + text, "one.py")
    assert (problem.code, problem.line) == (Code.SNIPPET_HEADER, 2)


def test_a_header_below_the_top() -> None:
    text = "# A comment.\nx = 1\n\n" + header("[tool.knapper]", "timeout = 5")
    snippet = read_snippet("one", "one.py", text)
    assert (snippet.settings.timeout, snippet.problems) == (5.0, ())
    assert "timeout" not in without_header(text)


def test_another_block_is_no_header() -> None:
    text = "# /// other\n# timeout = 5\n# ///\n\n" + header("[tool.knapper]", "timeout = 6")
    settings, problems = read_settings(text, "one.py")
    assert (settings.timeout, problems) == (6.0, [])
    assert "other" in without_header(text)


@given(st.text(st.sampled_from("# /sckript[tol.aper]=\"'\n1{},"), max_size=80))
def test_any_header(content: str) -> None:
    text = header(*content.split("\n"))
    _, problems = read_settings(text, "one.py")
    assert all(1 <= problem.line <= text.count("\n") for problem in problems)
