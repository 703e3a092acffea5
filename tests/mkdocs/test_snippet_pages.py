import gzip
import json
import logging
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import nbformat
import pytest
from mkdocs.exceptions import Abort

from knapper.snippets.result import State
from tests.mkdocs.conftest import MakeSite, Site, write_files
from tests.mkdocs.workshop import PNG, PROVENANCE, SVG, FakeWorkshop, display, printed

ADAM = """\
# /// script
# dependencies = ["knapper", "numpy>=1.26"]
# ///
# %% [markdown]
# # Adam
#
# A step of $x^2$, in words
# that are wrapped.
# %%
from deeplearning.optimizers import Adam
# %% [markdown]
# ## Losses
# %% name="trajectory" alt="A path"
figure = plot()
# %% name="losses"
table
# %% name="final-loss"
0.5
"""
TABLE = '<style scoped>x</style><table border="1" class="dataframe"><tr><td>1</td></tr></table>'
DISPLAYED = [
    [printed("hello\x1b[31m red\x1b[0m <b>")],
    [display(svg=SVG, plain="<Figure>")],
    [display(html=TABLE, csv="1\n")],
    [display(plain="0.5")],
]
MODULE = "class Adam:\n    rate = 1\n"
PROJECT = {"snippets/adam.py": ADAM, "src/deeplearning/optimizers.py": MODULE}
GITHUB = {"repo_url": "https://github.com/owner/project", "edit_uri": "edit/main/docs/"}


@pytest.fixture
def workshop(monkeypatch: pytest.MonkeyPatch) -> type[FakeWorkshop]:
    class Workshop(FakeWorkshop):
        displayed: Mapping[str, Any] = {"adam": DISPLAYED}

    monkeypatch.setattr("knapper.mkdocs.snippets.Workshop", Workshop)
    return Workshop


@pytest.fixture
def make(make_site: MakeSite, workshop: type[FakeWorkshop], tmp_path: Path) -> MakeSite:
    """A site of notes and of the snippet `adam`; files of the test's own begin with `../`."""

    def made(files: Mapping[str, Any], **config: Any) -> Site:
        write_files(tmp_path, PROJECT)
        write_files(tmp_path, {name[3:]: text for name, text in files.items() if name.startswith("../")})
        return make_site({name: text for name, text in files.items() if not name.startswith("../")}, **config)

    return made


def script(text: str) -> dict[str, str]:
    """A project whose snippet is this one."""
    return {"A.md": "", "../snippets/adam.py": text}


def cell(site: Site, name: str) -> str:
    match = re.search(rf'<div class="cell" id="{name}">.*?(?=<div class="cell"|<h2|<details)', page_of(site), re.DOTALL)
    assert match
    return match[0]


def page_of(site: Site) -> str:
    return site.article("snippets/adam")


# What a page shows ------------------------------------------------------------------------------------------------


def test_a_page_has_the_title_the_text_and_the_formulas_of_the_notes(make: MakeSite) -> None:
    article = page_of(make({"A.md": ""}))
    assert re.findall(r"<h1.*?>(.*?)<", article) == ["Adam"]
    assert '<p>A step of <span class="arithmatex">\\(x^2\\)</span>, in words\nthat are wrapped.</p>' in article


def test_headings_are_in_the_table_of_contents(make: MakeSite) -> None:
    assert re.search(r'href="#losses" class="md-nav__link"', make({"A.md": ""}).html("snippets/adam"))


def test_code_looks_as_it_does_in_notes(make: MakeSite) -> None:
    site = make({"A.md": "```python\nfigure = plot()\n```"})
    match = re.search(r'<div class="language-python highlight">.*?</div>', site.article("a"), re.DOTALL)
    assert match
    assert match[0] in cell(site, "trajectory")


def test_a_named_cell_is_an_anchor_with_its_name(make: MakeSite) -> None:
    assert '<a class="cell-name" href="#trajectory">trajectory</a>' in cell(make({"A.md": ""}), "trajectory")


def test_code_can_be_copied_where_the_name_of_its_cell_is_no_selector(make: MakeSite) -> None:
    article = page_of(make(script('# %% name="a.b"\nx\n')))
    assert re.search(r'id="a\.b">.*?<pre id="__pre_a-b"><span></span><code>', article, re.DOTALL)


def test_a_heading_keeps_its_anchor_where_a_cell_has_the_same_name(make: MakeSite) -> None:
    article = page_of(make({"A.md": ""}))
    assert re.findall(r'<(\w+)[^>]* id="losses"', article) == ["h2"]
    assert '<a class="cell-name" href="#losses">' in article


def test_figures_are_files_that_are_loaded_when_they_are_seen(make: MakeSite) -> None:
    site = make({"A.md": ""})
    image = re.search(r"<img[^>]*>", cell(site, "trajectory"))
    assert image
    assert image[0] == '<img alt="A path" height="48" loading="lazy" src="../../adam/trajectory.svg" width="96"/>'
    assert "light-dark(#000000" in (site.folder / "adam/trajectory.svg").read_text(encoding="utf-8")
    assert "&lt;Figure" not in page_of(site)


def test_tables_have_no_styles_of_their_own_and_offer_their_numbers(make: MakeSite) -> None:
    site = make({"A.md": ""})
    article = page_of(site)
    assert "<style" not in article
    assert "border=" not in article
    assert re.search(r'<div [^>]*class="output-scroll"[^>]*><table class="dataframe">', article)
    assert 'href="../../adam/losses.csv"' in article
    assert (site.folder / "adam/losses.csv").read_text(encoding="utf-8") == "1\n"


def test_printed_text_is_escaped_and_keeps_its_colours(make: MakeSite) -> None:
    assert '<pre>hello<span class="ansi-red-fg"> red</span> &lt;b&gt;</pre>' in page_of(make({"A.md": ""}))


def test_text_that_scrolls_can_be_reached_by_keys(make: MakeSite, workshop: type[FakeWorkshop]) -> None:
    workshop.displayed = {"adam": [[printed("wide " * 20)]]}
    assert '<pre tabindex="0" role="region" aria-label="Output">wide' in page_of(make(script("# %%\nx\n")))


def test_outputs_of_cells_without_a_name(make: MakeSite, workshop: type[FakeWorkshop]) -> None:
    unsafe = '<b>x</b><script src="https://x.y/z.js"></script>'
    shown = [display(png=PNG), display(png=PNG), display(latex="$$x^2$$"), display(html=unsafe)]
    workshop.displayed = {"adam": [shown]}
    site = make(script("# %%\nx\n"))
    assert "snippets/adam/cell-1.png" in site
    assert "snippets/adam/cell-1-2.png" in site
    article = page_of(site)
    assert 'src="../../snippets/adam/cell-1.png"' in article
    assert '<div class="arithmatex">\\[x^2\\]</div>' in article
    assert "<b>x</b>" in article
    assert "<script" not in article


def test_markdown_that_a_cell_displays_looks_as_notes_do(make: MakeSite, workshop: type[FakeWorkshop]) -> None:
    text = "## Losses\n\n*It* is $x^2$\nor so.\n\n```python\nx = 1\n```\n\n<script>alert(1)</script>\n"
    workshop.displayed = {"adam": [[display(markdown=text, plain="<Markdown>")]]}
    article = page_of(make(script("# %% [markdown]\n# ## Losses\n# %%\nx\n")))
    assert '<p><em>It</em> is <span class="arithmatex">\\(x^2\\)</span>\nor so.</p>' in article
    assert article.count('class="language-python highlight"') == 2
    assert article.count(' id="losses"') == 1
    assert "<script" not in article
    assert "Markdown&gt;" not in article


def test_an_animation_rests_where_less_motion_is_asked_for(make: MakeSite, workshop: type[FakeWorkshop]) -> None:
    workshop.displayed = {"adam": [[display(webp=PNG, png=PNG)]]}
    article = page_of(make(script('# %% name="ball" alt="A ball"\nx\n')))
    assert 'media="(prefers-reduced-motion: reduce)" srcset="../../adam/ball.png"' in article
    assert 'src="../../adam/ball.webp"' in article


def test_pages_without_directories(make: MakeSite) -> None:
    site = make({"A.md": "[[snippets/adam.py#final-loss]]"}, use_directory_urls=False)
    page = (site.folder / "snippets/adam.html").read_text(encoding="utf-8")
    assert 'src="../adam/trajectory.svg"' in page
    assert 'href="adam/adam.ipynb"' in page
    assert 'href="snippets/adam.html#final-loss"' in (site.folder / "a.html").read_text(encoding="utf-8")


def test_text_that_swallows_the_place_of_a_cell_does_not_lose_it(make: MakeSite) -> None:
    assert "nowhere_else" in page_of(make(script("# %% [markdown]\n# ```\n# open\n# %%\nnowhere_else\n")))


# What is not on it --------------------------------------------------------------------------------------------------


def test_nothing_comes_from_outside_and_pages_are_small(make: MakeSite) -> None:
    site = make({"A.md": ""}, theme={"name": "material", "font": False})
    html = site.html("snippets/adam")
    assert re.findall(r'<(?:script|link|img)[^>]*(?:src|href)="(?:https?:)?//[^"]*', html) == []
    assert "MathJax" not in html
    assert "jp-cell-prompt" not in html
    assert len(gzip.compress(html.encode())) < 60_000


def test_styles_follow_the_palettes_of_the_theme() -> None:
    path = Path(__file__).parents[2] / "src/knapper/mkdocs/theme/assets/knapper/notebook.css"
    css = path.read_text(encoding="utf-8")
    assert "prefers-color-scheme" not in css
    assert re.findall(r"#[0-9a-fA-F]{3,8}\b", css) == []
    for name in ("cell", "cell-name", "jp-OutputArea-output", "snippet-bar", "snippet-made", "ansi-red-fg"):
        assert f".{name}" in css


def test_two_builds_make_the_same_bytes(make: MakeSite, tmp_path: Path) -> None:
    def contents() -> dict[str, bytes]:
        files = (path for path in (tmp_path / "site").rglob("*") if path.is_file() and path.suffix != ".gz")
        return {str(path): path.read_bytes() for path in files}

    make({"A.md": "![[adam/losses]]"})
    first = contents()
    make({"A.md": "![[adam/losses]]"})
    assert list((tmp_path / ".knapper/pages").iterdir())
    assert contents() == first


# Downloads ----------------------------------------------------------------------------------------------------------


def test_the_script_and_the_executed_notebook_can_be_taken_along(make: MakeSite) -> None:
    site = make({"A.md": ""})
    article = page_of(site)
    assert 'href="adam.py" download' in article
    assert 'href="adam.ipynb" download' in article
    assert "colab" not in article
    assert (site.folder / "snippets/adam/adam.py").read_text(encoding="utf-8") == ADAM
    notebook = nbformat.read(site.folder / "snippets/adam/adam.ipynb", as_version=4)  # type: ignore[no-untyped-call]
    nbformat.validate(notebook)
    assert [cell.cell_type for cell in notebook.cells[:2]] == ["markdown", "code"]
    assert notebook.cells[1].outputs[0].text.startswith("hello")


def test_colab_opens_what_gh_deploy_publishes_and_prepares_itself(make: MakeSite) -> None:
    site = make({"A.md": "", "../pyproject.toml": '[project]\nname = "Knapper"\n'}, **GITHUB)
    url = "https://colab.research.google.com/github/owner/project/blob/gh-pages/snippets/adam/adam.ipynb"
    assert f'href="{url}"' in page_of(site)
    cells = json.loads((site.folder / "snippets/adam/adam.ipynb").read_text(encoding="utf-8"))["cells"]
    assert "git clone --quiet --depth 1 https://github.com/owner/project" in cells[0]["source"]
    assert '%pip install -q "numpy>=1.26"\n' in cells[0]["source"] + "\n"
    assert "knapper" not in cells[0]["source"]


@pytest.mark.parametrize(
    ("colab", "url"),
    [("none", None), ("https://x.y/{repository}/{branch}/{path}", "https://x.y/owner/project/gh-pages/snippets/adam")],
)
def test_colab_can_lead_elsewhere_or_nowhere(make: MakeSite, colab: str, url: str | None) -> None:
    article = page_of(make({"A.md": ""}, plugins=[{"knapper": {"snippets": {"colab": colab}}}], **GITHUB))
    assert ("Open in Colab" in article) == bool(url)
    assert not url or url in article


# What made it -------------------------------------------------------------------------------------------------------


def test_what_made_it(make: MakeSite) -> None:
    article = page_of(make({"A.md": ""}))
    assert "What made this: CPU, about 2 seconds, Python 3.11.9</summary>" in article
    assert "<li>numpy 2.3.1</li>" in article
    assert PROVENANCE.date not in article


def test_a_frozen_result_says_so(make: MakeSite, workshop: type[FakeWorkshop]) -> None:
    workshop.state = State.FROZEN
    assert f", on {PROVENANCE.date}</summary>" in page_of(make({"A.md": ""}))


# Used in ------------------------------------------------------------------------------------------------------------


def test_used_in_lists_notes_that_embed_or_link(make: MakeSite) -> None:
    files = {
        "A.md": "![[adam/losses]]",
        "B.md": "it ends at ![[adam/final-loss]]",
        "C.md": "[[snippets/adam.py#trajectory]]",
        "D.md": "",
    }
    article = page_of(make(files))
    assert 'id="__backlinks">Used in <' in article
    assert re.findall(r'backlink-title internal-link" href="(.*?)"', article) == ["../../a/", "../../b/", "../../c/"]
    # A value stands as in the note; of a table, its path alone would tell nothing.
    mentions = ["it ends at <mark>0.5</mark>", "<mark>snippets/adam.py#trajectory</mark>"]
    assert re.findall(r'backlink-mention">(.*?)</p>', article) == mentions


def test_used_in_never_lists_what_is_not_published(make: MakeSite) -> None:
    head = "---\n{}: {}\n---\n![[adam/losses]] secret"
    site = make({"A.md": head.format("publish", "false"), "B.md": head.format("draft", "true"), "C.md": ""})
    assert "Used in" not in page_of(site)
    assert "secret" not in site.text()


# Links --------------------------------------------------------------------------------------------------------------


def test_links_and_embeds_are_valid_in_a_strict_build(make: MakeSite) -> None:
    text = "![[adam/trajectory.svg|A path]] [[adam/losses]] [[snippets/adam.py#final-loss]] [s](snippets/adam.py)"
    links = {"anchors": "warn", "unrecognized_links": "warn", "absolute_links": "warn"}
    site = make(
        {"Sub/A.md": f"{text}\n\n![[deeplearning/optimizers.py#Adam]]"}, validation={"links": links}, strict=True
    )
    assert site.warnings == []
    article = site.article("sub/a")
    assert 'href="../../snippets/adam/#final-loss"' in article
    assert 'href="../../snippets/adam/#losses"' in article
    assert "deeplearning/optimizers.py" in site


def test_modules_are_in_the_site_only_if_a_note_shows_them_and_no_repository_does(make: MakeSite) -> None:
    assert "deeplearning/optimizers.py" not in make({"A.md": ""})
    site = make({"A.md": "![[deeplearning/optimizers.py#Adam]]"}, **GITHUB)
    assert "deeplearning/optimizers.py" not in site
    url = "https://github.com/owner/project/blob/main/src/deeplearning/optimizers.py#L1-L2"
    assert f'href="{url}"' in site.article("a")


# Failures -----------------------------------------------------------------------------------------------------------

FAILING = {"A.md": "", "../snippets/broken.py": "# %% [markdown]\n# # Broken\n# %%\nraise ValueError\n"}


def test_a_failed_snippet_has_a_page_that_says_so_and_others_go_on(make: MakeSite) -> None:
    site = make(FAILING)
    assert site.warnings == ["snippets/broken.py:3:1: [snippet-failed] ValueError: too <bad> (correct it)"]
    article = site.article("snippets/broken")
    assert "This snippet failed" in article
    assert "Line 3: ValueError: too &lt;bad&gt;" in article
    assert '<span class="k">raise</span>' in article
    assert "trajectory.svg" in page_of(site)


def test_a_failed_snippet_fails_a_strict_build(make: MakeSite) -> None:
    with pytest.raises(Abort, match="1 warnings"):
        make(FAILING, strict=True)


def test_codes_of_snippets_can_be_ignored(make: MakeSite) -> None:
    options = {"ignore": ["snippet-failed"]}
    assert make(FAILING, strict=True, plugins=[{"knapper": options}]).warnings == []


def test_without_execution_stored_results_are_shown(make: MakeSite) -> None:
    site = make({"A.md": ""}, plugins=[{"knapper": {"snippets": {"execute": False}}}])
    assert "This snippet has not run yet" in page_of(site)


# The site -----------------------------------------------------------------------------------------------------------


def test_pages_are_listed_after_the_notes(make: MakeSite) -> None:
    site = make({"Zeta.md": "", "Folder/A.md": ""})
    html = site.html("snippets/adam")
    assert html.index('href="../../zeta/"') < html.index("Snippets") < html.rindex('href="./" class="md-nav__link')
    item = '<a class="internal-link" href="adam/">Adam</a><p class="folder-summary">'
    assert f"{item}A step of x^2, in words that are wrapped.</p>" in site.article("snippets")
    assert "snippets" not in site.article().lower()


def test_a_folder_of_the_vault_may_have_the_same_name(make: MakeSite) -> None:
    site = make({"Snippets/A.md": "[[snippets/adam.py]]"})
    assert "Adam" in site.article("snippets-2/adam")
    assert 'href="../../snippets-2/adam/"' in site.article("snippets/a")


def test_the_user_orders_the_pages(make: MakeSite, caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level(logging.INFO, "mkdocs"):
        site = make({"A.md": ""}, nav=["A.md"])
    assert "snippets/" not in caplog.text
    assert "Adam" in page_of(site)


def test_the_search_finds_values_in_their_sentences(make: MakeSite) -> None:
    docs = {doc["location"]: doc for doc in make({"A.md": "It ends at ![[adam/final-loss]]."}).search()}
    assert docs["a/"]["text"] == "<p>It ends at 0.5.</p>"


def test_the_search_finds_title_headings_text_and_code(make: MakeSite) -> None:
    docs = {doc["location"]: doc for doc in make({"A.md": ""}).search()}
    first, losses = docs["snippets/adam/"], docs["snippets/adam/#losses"]
    assert first["title"] == "Adam"
    assert "in words" in first["text"]
    assert "from deeplearning.optimizers import Adam" in first["text"]
    assert losses["title"] == "Losses"
    assert "figure = plot()" in losses["text"]
    assert "knapper-cell" not in str(docs)


def test_copies_of_outputs_in_the_vault_are_left_out(make: MakeSite) -> None:
    site = make({"A.md": "![[adam/losses]]", "outputs/adam/losses.md": "old", "outputs/adam/trajectory.svg": SVG})
    assert site.warnings == []
    assert not [path for path in site.folder.rglob("*") if path.name == "outputs"]


def test_the_plugin_mkdocs_jupyter_may_be_there_too(make: MakeSite) -> None:
    site = make({"A.md": ""}, plugins=["search", "mkdocs-jupyter", "knapper"])
    assert "jupyter-wrapper" not in page_of(site)
    assert 'id="trajectory"' in page_of(site)


def test_a_vault_without_snippets_stays_as_it_is(make_site: MakeSite) -> None:
    site = make_site({"A.md": "", "outputs/B.md": "kept"})
    assert "notebook.css" not in site.text()
    assert "tables.js" not in site.text()
    assert "snippets" not in site.html("a").lower()
    assert "kept" in site.article("outputs/b")


HEAVY = "IPython", "jupytext", "matplotlib", "mkdocs_jupyter", "nbconvert", "nbformat", "numpy", "pandas"


def test_nothing_heavy_is_imported_without_snippets(tmp_path: Path) -> None:
    write_files(tmp_path, {"docs/A.md": "$x$", "mkdocs.yml": "site_name: x\nplugins: [search, knapper]\n"})
    program = (
        "import sys\nfrom mkdocs.commands.build import build\nfrom mkdocs.config import load_config\n"
        "build(load_config('mkdocs.yml'))\n"
        f"print(sorted({set(HEAVY)!r} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_notebook_that_is_kept_imports_no_converter(tmp_path: Path) -> None:
    program = (
        "import sys\nfrom pathlib import Path\nfrom knapper.mkdocs.notebook import CellConverter\n"
        "from knapper.snippets.result import notebook\nfrom knapper.snippets.script import read_snippet\n"
        "snippet = read_snippet('a', 'snippets/a.py', '# %%\\nx\\n')\n"
        "cells = CellConverter(Path('pages'), {}).cells(notebook(snippet, ([],)))\n"
        "print(len(cells), 'nbconvert' in sys.modules)"
    )
    command = [sys.executable, "-c", program]
    lines = [subprocess.check_output(command, cwd=tmp_path, text=True).strip() for _ in range(2)]
    assert lines == ["1 True", "1 False"]


# Options ------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"folder": "../elsewhere"}, "Expected a folder beside mkdocs.yml"),
        ({"folder": "code"}, "names the folder 'code', which does not exist"),
        ({"modules": ["/abs"]}, "Expected a folder beside mkdocs.yml"),
        ({"executor": "cluster"}, "Expected 'local' or the address of a cluster"),
        ({"executor": {"dask": 8786}}, "Expected 'local' or the address of a cluster"),
        ({"execute": "no"}, "Sub-option 'execute'"),
        ({"colab": "https://x.y"}, "an address with {path}"),
    ],
)
def test_wrong_options_are_errors_that_say_what_is_right(
    make: MakeSite, caplog: pytest.LogCaptureFixture, options: dict[str, Any], message: str
) -> None:
    with pytest.raises(Exception) as caught, caplog.at_level(logging.ERROR, "mkdocs"):  # noqa: PT011
        make({"A.md": ""}, plugins=[{"knapper": {"snippets": options}}])
    assert message in f"{caplog.text}{caught.value}"


def test_unknown_options_are_warned_of(make: MakeSite) -> None:
    site = make({"A.md": ""}, plugins=[{"knapper": {"snippets": {"foldr": "x"}}}])
    assert "Unrecognised configuration name: foldr" in str(site.warnings)
