"""What embeds of snippets' outputs and of source become."""

import re
from dataclasses import replace
from html.parser import HTMLParser
from pathlib import Path

import pytest

from knapper.diagnostics import Code
from knapper.markdown import SourceFile, mounted_paths, mounts_of
from knapper.markdown.provenance import duration
from knapper.snippets.outputs import Output
from knapper.snippets.result import Result, State
from knapper.vault import Absent, check
from tests.markdown.mounted import MODULE, PROVENANCE, Site, result, sources
from tests.markdown.outline import outline


def show(root: Path, text: str, made: Result | None = None, mounted: dict[str, SourceFile] | None = None) -> str:
    """The page `n/a.md` of a note with this text."""
    return Site(root, {"n/a.md": text}, made, mounted).html("n/a.md")


def without_details(html: str) -> list[str]:
    return outline(re.sub(r"<details.*?</details>", "", html, flags=re.DOTALL))


class TestFigures:
    def test_alone_on_its_line(self, tmp_path: Path) -> None:
        assert without_details(show(tmp_path, "![[adam/trajectory.svg|Adam crosses]]")) == [
            "<figure class='output output-figure' id='output:adam/trajectory'>",
            "  <img alt='Two paths in a valley' decoding='async' height='360' loading='lazy'"
            " src='../adam/trajectory.svg' width='480'>",
            "  <figcaption>",
            "    <span class='output-caption'>",
            "      'Adam crosses'",
        ]

    @pytest.mark.parametrize(("size", "expected"), [("240", ("240", "180")), ("100x50", ("100", "50"))])
    def test_size(self, tmp_path: Path, size: str, expected: tuple[str, str]) -> None:
        html = show(tmp_path, f"![[adam/trajectory.svg|Adam|{size}]]")
        assert (attribute(html, "img", "width"), attribute(html, "img", "height")) == expected

    def test_in_a_line(self, tmp_path: Path) -> None:
        html = show(tmp_path, "x ![[adam/trajectory|c]] y")
        assert "<figure" not in html
        assert outline(html)[1] == "  'x '"
        assert attribute(html, "img", "src") == "../adam/trajectory.svg"

    def test_the_caption_stands_in_for_a_missing_alternative(self, tmp_path: Path) -> None:
        made = result()
        figure = replace(made.outputs["trajectory"], alt="")
        made = replace(made, outputs={**made.outputs, "trajectory": figure})
        assert attribute(show(tmp_path, "![[adam/trajectory|c]]", made), "img", "alt") == "c"

    def test_an_animation_rests_for_those_who_ask(self, tmp_path: Path) -> None:
        html = show(tmp_path, "![[adam/descent|c|20]]")
        assert without_details(html)[1:4] == [
            "  <picture>",
            "    <source media='(prefers-reduced-motion: reduce)' srcset='../adam/descent.png'>",
            "    <img alt='c' decoding='async' height='30' loading='lazy' src='../adam/descent.webp' width='20'>",
        ]
        assert "</source>" not in html

    def test_a_still_by_itself(self, tmp_path: Path) -> None:
        html = show(tmp_path, "![[adam/descent.png|c]]")
        assert "<picture" not in html
        assert attribute(html, "img", "src") == "../adam/descent.png"

    def test_ids_are_unique(self, tmp_path: Path) -> None:
        html = show(tmp_path, "![[adam/trajectory|a]]\n![[adam/trajectory|b]]\n\n- ![[adam/losses]]\n")
        assert re.findall(r'<figure[^>]* id="([^"]*)"', html) == [
            "output:adam/trajectory",
            "output2:adam/trajectory",
            "output:adam/losses",
        ]

    def test_a_block_id(self, tmp_path: Path) -> None:
        html = show(tmp_path, "![[adam/trajectory|a]] ^fig\n\n[[#^fig]]")
        assert '<div id="^fig">' in html


class TestTables:
    def test_alone_on_its_line(self, tmp_path: Path) -> None:
        assert without_details(show(tmp_path, "![[adam/losses|Losses]]")) == [
            "<figure class='output output-table' id='output:adam/losses'>",
            "  <div aria-label='Losses' class='output-scroll' role='region' tabindex='0'>",
            "    <div>",
            "      <table class='dataframe'>",
            "        <thead>",
            "          <tr>",
            "            <td class='is-number'>",
            "            <th>",
            "              'optimizer'",
            "            <th class='is-number'>",
            "              'loss'",
            "        <tbody>",
            "          <tr>",
            "            <th class='is-number'>",
            "              '0'",
            "            <td>",
            "              'SGD'",
            "            <td class='is-number'>",
            "              '1.5e-03'",
            "          <tr>",
            "            <th class='is-number'>",
            "              '1'",
            "            <td>",
            "              'a <b>'",
            "            <td class='is-number'>",
            "              'NaN'",
            "  <figcaption>",
            "    <span class='output-caption'>",
            "      'Losses'",
            "    <a aria-label='losses.csv: the numbers as CSV' class='output-data' download=''"
            " href='../adam/losses.csv'>",
            "      'CSV'",
        ]

    def test_without_words_it_has_a_name_for_screen_readers(self, tmp_path: Path) -> None:
        html = show(tmp_path, "![[adam/losses]]")
        assert attribute(html, "div", "aria-label") == "Table: losses"
        assert "output-caption" not in html

    def test_in_a_line_it_is_a_link(self, tmp_path: Path) -> None:
        expected = '<p>See <a class="internal-link" href="../snippets/adam.ipynb#losses">adam/losses</a>.</p>'
        assert show(tmp_path, "See ![[adam/losses]].") == expected

    @pytest.mark.parametrize("path", ["adam/losses.csv", "adam/exam.json", "adam/exam"])
    def test_data_are_downloads(self, tmp_path: Path, path: str) -> None:
        html = show(tmp_path, f"![[{path}]]")
        file = path if "." in path else f"{path}.json"
        name = file.rpartition("/")[2]
        assert html == f'<p><a class="internal-link" download="" href="../{file}">{name}</a></p>'


class TestValues:
    LINK = (
        '<span class="output-value"><a href="../snippets/adam.ipynb#final-loss"'
        ' title="Made by cell final-loss of snippets/adam.py">0.0123</a></span>'
    )

    @pytest.mark.parametrize(
        ("text", "expected"),
        [
            ("ends at ![[adam/final-loss]].", f"<p>ends at {LINK}.</p>"),
            ("![[adam/final-loss]]", f"<p>{LINK}</p>"),
            ("**![[adam/final-loss.md]]**", f"<p><strong>{LINK}</strong></p>"),
        ],
    )
    def test_in_a_line_and_alone(self, tmp_path: Path, text: str, expected: str) -> None:
        assert show(tmp_path, text) == expected

    def test_in_tables_and_headings(self, tmp_path: Path) -> None:
        html = show(tmp_path, "# At ![[adam/final-loss]]\n\n| a |\n| - |\n| ![[adam/final-loss]] |\n")
        assert html.count(self.LINK) == 2

    def test_of_several_lines(self, tmp_path: Path) -> None:
        html = show(tmp_path, "![[adam/matrix]]")
        assert 'class="output-value is-text"' in html
        assert "[[1 0]\n [0 1]]</a>" in html


class TestProvenance:
    def test_on_demand(self, tmp_path: Path) -> None:
        html = show(tmp_path, "![[adam/trajectory|c]]")
        assert outline(re.findall(r"<details.*</details>", html, re.DOTALL)[0]) == [
            "<details class='output-made' data-search-exclude=''>",
            "  <summary>",
            "    'How this was made'",
            "  <dl>",
            *term("Code", "snippets/adam.py, cell trajectory", "../snippets/adam.ipynb#trajectory"),
            *term("Device", "CPU"),
            *term("Time", "about 1 second for the whole script"),
            *term("Versions", "Python 3.12.1, matplotlib 3.9.0, pandas 2.2.0"),
            *term("Result", "fresh: made from exactly this code and these versions"),
        ]
        assert "output-notice" not in html

    @pytest.mark.parametrize(
        ("seconds", "text"),
        [
            (0.3, "less than a second"),
            (1.2, "about 1 second"),
            (34, "about 30 seconds"),
            (95, "about 2 minutes"),
            (61, "about 1 minute"),
        ],
    )
    def test_durations_are_rounded_to_one_digit(self, seconds: float, text: str) -> None:
        assert duration(seconds) == text

    def test_two_runs_of_a_fresh_result_look_the_same(self, tmp_path: Path) -> None:
        text = "![[adam/trajectory|c]] ![[adam/final-loss]]"
        again = result(provenance=replace(PROVENANCE, seconds=1.345, memory=2 * 10**8, date="2026-12-24"))
        assert show(tmp_path, text, again) == show(tmp_path, text)

    def test_what_is_frozen_says_so(self, tmp_path: Path) -> None:
        html = show(tmp_path, "![[adam/losses]] \n\nx ![[adam/final-loss]]", result(State.FROZEN))
        assert '<span class="output-notice">Frozen result of 2025-03-04</span>' in html
        assert html.count("output-notice") == 1
        assert 'title="Made by cell final-loss of snippets/adam.py · Frozen result of 2025-03-04"' in html
        assert "frozen on 2025-03-04" in html

    def test_what_ran_without_its_gpu_says_so(self, tmp_path: Path) -> None:
        made = result(provenance=replace(PROVENANCE, requested="gpu"))
        html = show(tmp_path, "![[adam/trajectory|c]]\n\n![[adam/final-loss]]", made)
        assert html.count("an on the CPU; asks for a GPU") == 2  # a notice at the first output, and the value's title
        assert "CPU (asks for a GPU)" in html

    def test_values_say_so_once_on_a_page(self, tmp_path: Path) -> None:
        made = result(provenance=replace(PROVENANCE, requested="gpu"))
        html = show(tmp_path, "From ![[adam/final-loss]] to ![[adam/final-loss]].", made)
        assert html.count("(ran on the CPU; asks for a GPU)") == 1

    def test_what_ran_on_its_gpu_need_not(self, tmp_path: Path) -> None:
        made = result(provenance=replace(PROVENANCE, requested="gpu", device="NVIDIA H200"))
        assert "output-notice" not in show(tmp_path, "![[adam/trajectory|c]]", made)

    def test_without_any(self, tmp_path: Path) -> None:
        html = show(tmp_path, "![[adam/trajectory|c]] x ![[adam/final-loss]]", result(provenance=None))
        assert "Device" not in html

    def test_versions_without_declared_dependencies(self, tmp_path: Path) -> None:
        made = result()
        bare = replace(made.snippet, settings=replace(made.snippet.settings, dependencies=("-r x", "none")))
        html = show(tmp_path, "![[adam/losses]]", replace(made, snippet=bare))
        assert "Python 3.12.1, matplotlib 3.9.0, numpy 2.0.0, pandas 2.2.0" in html


def term(name: str, text: str, href: str = "") -> list[str]:
    link = [f"        <a href='{href}'>", f"          {text!r}"] if href else [f"        {text!r}"]
    return ["    <div>", "      <dt>", f"        {name!r}", "      <dd>", *link]


class TestSource:
    def test_a_symbol(self, tmp_path: Path) -> None:
        html = show(tmp_path, "![[deeplearning/optimizers.py#Adam.update|The step]]")
        assert code(html) == "def update(self):\n    def inner():\n        return 1\n    return inner()\n"
        assert 'class="highlight"' in html
        caption = re.findall(r"<figcaption>.*</figcaption>", html, re.DOTALL)[0]
        assert outline(caption) == [
            "<figcaption>",
            "  <span class='output-caption'>",
            "    'The step'",
            "  <a class='output-file' href='../deeplearning/optimizers.py'>",
            "    <code>",
            "      'deeplearning/optimizers.py#L13-L16'",
        ]

    def test_its_copy_button_finds_it(self, tmp_path: Path) -> None:
        text = "![[optimizers.py#RATE]]\n\n```python\na\n```\n^b\n\n```python\nc\n```\n"
        html = show(tmp_path, text)
        ids = re.findall(r'<pre(?: id="(\w+)")?><span></span><code>', html)
        assert [bool(name) for name in ids] == [True, True, False]
        assert len(set(ids)) == 3

    @pytest.mark.parametrize(
        ("subpath", "first", "last"),
        [("RATE", 3, 4), ("Adam", 6, 16), ("Adam.rate", 9, 11), ("Adam.update.inner", 14, 15)],
    )
    def test_symbols(self, tmp_path: Path, subpath: str, first: int, last: int) -> None:
        html = show(tmp_path, f"![[deeplearning/optimizers.py#{subpath}]]")
        assert f"#L{first}-L{last}</code>" in html
        lines = MODULE.split("\n")[first - 1 : last]
        assert [line.strip() for line in code(html).strip().split("\n")] == [line.strip() for line in lines]

    def test_a_whole_file(self, tmp_path: Path) -> None:
        html = show(tmp_path, "![[optimizers.py]]")
        assert code(html) == MODULE
        assert "<code>deeplearning/optimizers.py</code>" in html

    def test_a_script_and_its_cell(self, tmp_path: Path) -> None:
        assert code(show(tmp_path, "![[snippets/adam.py]]")).startswith("# /// script\n")
        html = show(tmp_path, "![[snippets/adam.py#losses]]")
        assert code(html) == "frame = table()\nframe\n"
        assert "snippets/adam.py#L11-L12</code>" in html
        assert code(show(tmp_path, "![[snippets/adam.py#RATE]]")) == "RATE = 0.1\n"

    def test_in_a_repository(self, tmp_path: Path) -> None:
        url = "https://github.com/o/r/blob/main/src/deeplearning/optimizers.py#L{first}-L{last}"
        text = "![[optimizers.py#Adam.rate]]\n\n![[optimizers.py]]\n\n[[optimizers.py#RATE]]"
        html = show(tmp_path, text, mounted=sources(url=url))
        base = "https://github.com/o/r/blob/main/src/deeplearning/optimizers.py"
        assert re.findall(r'href="(https://[^"]*)"', html) == [f"{base}#L9-L11", base, f"{base}#L3-L4"]

    def test_in_a_line_it_is_a_link(self, tmp_path: Path) -> None:
        html = show(tmp_path, "see ![[optimizers.py#RATE|the rate]]")
        assert html == '<p>see <a class="internal-link" href="../deeplearning/optimizers.py">the rate</a></p>'

    def test_text_that_looks_like_a_fence(self, tmp_path: Path) -> None:
        text = 'A = """\n~~~\n```\n<script>&amp;\n"""\n'
        assert code(show(tmp_path, "![[optimizers.py#A]]", mounted=sources(text))) == text

    @pytest.mark.parametrize("text", ["", "def broken(:\n", "\0", "(" * 5000])
    def test_what_is_no_module(self, tmp_path: Path, text: str) -> None:
        html = show(tmp_path, "![[optimizers.py]]\n\n![[optimizers.py#A]]", mounted=sources(text))
        assert "deeplearning/optimizers.py has no A" in html
        assert "<code>deeplearning/optimizers.py</code>" in html

    def test_overloads_and_branches(self, tmp_path: Path) -> None:
        text = (
            "try:\n    import x\nexcept ImportError:\n    x = None\n\n"
            "@over\ndef f(a): ...\n@over\ndef f(b): ...\n\nif x:\n    def g(): pass\nelse:\n    def g(): return\n"
            "\na, (b, c) = 1, (2, 3)\nd[0] = 1\nasync def h(): pass\n"
        )
        made = mounts_of({}, sources(text))
        assert made.parts["deeplearning/optimizers.py"] == {"x", "f", "g", "a", "b", "c", "h"}
        html = show(tmp_path, "![[optimizers.py#f]]\n\n![[optimizers.py#g]]", mounted=sources(text))
        assert "#L6-L9<" in html
        assert "#L12-L12<" in html


class TestMissing:
    @pytest.mark.parametrize(
        ("target", "text"),
        [
            (
                "adam/broken",
                "cell broken of snippets/adam.py has no result: cell broken displays nothing (line 21)",
            ),
            ("adam/trajectroy", "snippet adam has no cell named trajectroy"),
            ("optimizers.py#Nope", "deeplearning/optimizers.py has no Nope"),
        ],
    )
    def test_it_says_why(self, tmp_path: Path, target: str, text: str) -> None:
        what = f"<code>{target}</code> is missing: {text}"
        assert show(tmp_path, f"![[{target}]]") == f'<p class="output-missing">{what}</p>'
        assert f'<span class="output-missing">{what}</span>' in show(tmp_path, f"see ![[{target}]]")

    def test_what_has_not_run_yet(self, tmp_path: Path) -> None:
        made = replace(result(), state=State.PENDING, outputs={}, problems=())
        site = Site(tmp_path, {"a.md": "![[adam/trajectory.svg]]\n\n![[adam/losses]] [[adam/losses]]"}, made)
        html = site.html("a.md")
        assert "adam/trajectory is not there yet: snippets/adam.py has not run" in html
        assert '<a class="internal-link" href="snippets/adam.ipynb#losses">' in html
        assert check(site.index) == []

    def test_the_failure_of_a_snippet_is_that_of_all_its_cells(self, tmp_path: Path) -> None:
        made = replace(result(), state=State.FAILED, outputs={}, problems=(result().problems[-1],))
        problem = "cell `losses` of snippets/adam.py has no result: NameError: no `nothing` (line 24)"
        assert mounts_of({"adam": made}, {}).absent["adam/losses"] == Absent(problem, "define it")
        silent = replace(made, problems=())
        assert mounts_of({"adam": silent}, {}).absent["adam/losses"] == Absent(
            "cell `losses` of snippets/adam.py has no result", "see what `knapper run adam` says"
        )
        (found,) = check(Site(tmp_path, {"a.md": "![[adam/losses]]"}, made).index)
        assert (found.code, found.message, found.hint) == (Code.MISSING_OUTPUT, problem, "define it")


@pytest.mark.parametrize(
    ("link", "href"),
    [
        ("adam/losses", "../snippets/adam.ipynb#losses"),
        ("adam/trajectory.svg", "../snippets/adam.ipynb#trajectory"),
        ("adam/broken", "../snippets/adam.ipynb#broken"),
        ("adam/losses.csv", "../adam/losses.csv"),
        ("snippets/adam.py", "../snippets/adam.ipynb"),
        ("snippets/adam.py#losses", "../snippets/adam.ipynb#losses"),
        ("snippets/adam.py#RATE", "../snippets/adam.ipynb"),
        ("deeplearning/optimizers.py#Adam", "../deeplearning/optimizers.py"),
    ],
)
def test_links(tmp_path: Path, link: str, href: str) -> None:
    assert show(tmp_path, f"[[{link}|x]]") == f'<p><a class="internal-link" href="{href}">x</a></p>'


def test_within_embeds(tmp_path: Path) -> None:
    inner = "# H\n\n![[adam/trajectory|c]]\n\n![[adam/losses]]\n\nAt ![[adam/final-loss]]\n\n![[optimizers.py#RATE]]"
    site = Site(tmp_path, {"n/inner.md": inner, "a.md": "![[inner]]\n\n![[adam/trajectory|c]]\n\n![[inner]]"})
    html = site.html("a.md")
    ids = re.findall(r' id="([^"]*)"', html)
    assert len(ids) == len(set(ids))
    assert html.count("<figure") == 7
    assert re.findall(r'<img[^>]* src="([^"]*)"', html) == ["adam/trajectory.svg"] * 3


def test_in_lists_callouts_and_footnotes(tmp_path: Path) -> None:
    html = show(
        tmp_path, "- ![[adam/losses]]\n\n> [!note]\n> ![[adam/trajectory|c]]\n\nx[^1]\n\n[^1]: ![[adam/losses]]"
    )
    assert re.search(r"<li>\s*<figure", html)
    assert re.search(r'<div class="callout-content">\s*<figure', html)
    assert html.count("<figure") == 3
    assert not re.search(r"<p>\s*<figure", html)


def test_the_vaults_own_files_are_shown_in_place_of_what_is_mounted(tmp_path: Path) -> None:
    site = Site(tmp_path, {"adam/losses.md": "my own", "a.md": "![[adam/losses]]"})
    assert "my own" in site.html("a.md")
    assert "output" not in site.html("a.md")


HOSTILE = "<script>alert(1)</script> \"' & &lt;"


def test_text_of_values_and_captions_is_text(tmp_path: Path) -> None:
    made = result(value=HOSTILE)
    caption = f"![[adam/trajectory|{HOSTILE} *x*]]"
    html = show(tmp_path, f"![[adam/final-loss]]\n\n{caption}\n\n![[adam/losses|{HOSTILE}]]", made)
    assert "<script" not in html
    assert texts(html).count(HOSTILE) == 2
    assert f"{HOSTILE} *x*" in texts(html)
    assert attribute(html, "div", "aria-label") == HOSTILE


def test_names_are_escaped(tmp_path: Path) -> None:
    made = result()
    name = 'a "b" <i>&.csv'
    table = replace(made.outputs["losses"], files={"adam/losses.md": b"", f"adam/{name}": b""})
    html = show(tmp_path, "![[adam/losses]]", replace(made, outputs={"losses": table}))
    assert attribute(html, "a", "aria-label") == f"{name}: the numbers as CSV"
    assert attribute(html, "a", "href") == "../adam/a%20%22b%22%20%3Ci%3E%26.csv"


@pytest.mark.parametrize(
    ("cells", "numeric"),
    [
        (["1", "-2.5", "1,000", "nan"], True),
        (["1e-7", "−3", ".5", "12 %"], True),
        (["0.1 ± 0.02", ""], True),
        (["1", "two"], False),
        (["2024-01-02", "2024-01-03"], False),
        (["nan", ""], False),
        (["1.2.3"], False),
    ],
)
def test_columns_of_numbers(tmp_path: Path, cells: list[str], numeric: bool) -> None:
    rows = "".join(f"<tr><td>{cell}</td></tr>" for cell in cells)
    html = table(tmp_path, f"<table><thead><tr><th>x</th></tr></thead><tbody>{rows}</tbody></table>")
    assert html.count('class="is-number"') == (len(cells) + 1 if numeric else 0)


def test_columns_below_cells_that_reach_over_several(tmp_path: Path) -> None:
    html = table(
        tmp_path,
        '<table><thead><tr><th></th><th colspan="2">a</th></tr></thead><tbody>'
        '<tr><th rowspan="2">x</th><td>1</td><td class="data">p</td></tr><tr><td>2</td><td>q</td></tr>'
        '<tr><th>y</th><td>3</td><td colspan="bad">r</td></tr></tbody></table>',
    )
    assert re.findall(r'class="is-number">(\w*)', html) == ["1", "2", "3"]


def table(root: Path, html: str) -> str:
    made = result()
    output: Output = replace(made.outputs["losses"], text=html)
    return show(root, "![[adam/losses]]", replace(made, outputs={"losses": output}))


def test_sanitised_pages_keep_outputs(tmp_path: Path) -> None:
    text = "![[adam/descent|c]]\n\n![[adam/losses]]\n\n![[optimizers.py#RATE]]"
    html = Site(tmp_path, {"a.md": text}, sanitize_html=True).html("a.md")
    for part in ("<picture>", "srcset=", "output-made", 'class="dataframe"', "is-number", "<figcaption>", "download="):
        assert part in html


def test_the_paths_of_a_snippet() -> None:
    paths = mounted_paths(result())
    assert {"snippets/adam.py", "adam/losses.md", "adam/losses.csv", "adam/losses", "adam/broken"} <= {*paths}


class _Texts(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []
        self.attributes: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.attributes.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.texts.append(data)


def parsed(html: str) -> _Texts:
    parser = _Texts()
    parser.feed(html)
    parser.close()
    return parser


def texts(html: str) -> list[str]:
    return parsed(html).texts


def attribute(html: str, tag: str, name: str) -> str | None:
    """An attribute of the first element of a kind that has it."""
    return next(
        attributes[name] for found, attributes in parsed(html).attributes if found == tag and name in attributes
    )


def code(html: str) -> str:
    """The text of the only code block."""
    return "".join(texts("".join(re.findall(r"<pre.*?</pre>", html, re.DOTALL))))
