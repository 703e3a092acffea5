"""What snippets display, and which files of the vault that becomes."""

import io
import xml.etree.ElementTree as ElementTree
from collections.abc import Iterator

import pytest
from PIL import Image

from knapper.diagnostics import Code
from knapper.snippets.outputs import Kind, Output
from knapper.snippets.result import Result
from tests.snippets.running import Project, printed

FIGURE = "import matplotlib.pyplot as plt\nfig, ax = plt.subplots()\n"

SNIPPETS = {
    "figure": FIGURE + "ax.set_title('A title')\nax.plot([1, 2])",
    "figure2": FIGURE + "ax.set_title('A title')\nax.plot([1, 2])",
    "own-figure": FIGURE + "ax.plot([1, 2])\nfig",
    "closed-figure": FIGURE + "plt.close(fig)\nfig",
    "bar": FIGURE + "ax.bar([1, 2], [3, 4]).get_children()",
    "two-figures": FIGURE + "plt.subplots()\n1",
    "picture": "from IPython.display import Image\nImage(open('data/dot.png', 'rb').read())",
    "animation": FIGURE
    + """
from matplotlib.animation import FuncAnimation
(line,) = ax.plot([0, 1], [0, 0])
FuncAnimation(fig, lambda i: line.set_ydata([0, i]), frames=3, interval=40, init_func=lambda: line.set_ydata([9, 9]))
""",
    "frame": "import pandas as pd\npd.DataFrame({'a': [1, 2]}, index=['x', 'y'])",
    "series": "import pandas as pd\npd.Series([1.5, 2.5], name='s')",
    "long": "import pandas as pd\npd.DataFrame({'n': range(300)})",
    "styler": "import pandas as pd\npd.DataFrame({'a': [1.25]}).style.format(precision=1)",
    "styler2": "import pandas as pd\npd.DataFrame({'a': [1.25]}).style.format(precision=1)",
    "text": "'plain, \"quoted\"'",
    "number": "import numpy as np\nnp.float64(0.5)",
    "some-numbers": "import numpy as np\n[np.float32(0.25), np.int64(7), np.bool_(True)]",
    "an-array": "import numpy as np\nnp.arange(3)",
    "none": "None",
    "hidden": "1;",
    "hidden-call": "print('x');  # for its effect",
    "not-hidden": "a = 1; a",
    "nothing": "x = 1",
    "two": "from IPython.display import display\ndisplay(1)\n2",
    "displays-itself": "class A:\n    def _ipython_display_(self):\n        print('me')\n\nA()",
    "latex": "from IPython.display import Latex\nLatex('$x$')",
    "markdown": "from IPython.display import Markdown\nMarkdown('**x**')",
    "some-html": "from IPython.display import HTML\nHTML('<b>x</b>')",
    "questions": "class Bank:\n"
    "    def _repr_mimebundle_(self, include=None, exclude=None):\n"
    "        return {'application/vnd.knapper.questions+json': {'questions': ['a']}, 'text/plain': 'a bank'}\n\nBank()",
}


@pytest.fixture(scope="module")
def results(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Result]]:
    project = Project(tmp_path_factory.mktemp("outputs") / "project")
    Image.new("L", (3, 2)).save(project.root / "data" / "dot.png")
    for name, body in SNIPPETS.items():
        alt = ' alt="What is to be seen"' if "import matplotlib" in body or name == "picture" else ""
        project.add(
            name, f'# %% name="out"{alt}\n{body.strip()}', 'reads = ["data/*.png"]' if name == "picture" else ""
        )
    yield project.results()
    project.workshop.close()


def output(result: Result) -> Output:
    assert not result.problems
    return result.outputs["out"]


def file(result: Result, suffix: str) -> str:
    return output(result).files[f"{result.snippet.name}/out{suffix}"].decode()


def test_figure_wins_over_bare_text(results: dict[str, Result]) -> None:
    made = output(results["figure"])
    assert made.kind is Kind.FIGURE
    assert list(made.files) == ["figure/out.svg"]
    assert made.alt == "What is to be seen"
    assert [one["output_type"] for one in results["figure"].displayed[0]] == ["execute_result", "display_data"]


def test_a_figure_that_is_the_last_expression_too_is_shown_once(results: dict[str, Result]) -> None:
    for name in ("own-figure", "closed-figure"):
        assert output(results[name]).kind is Kind.FIGURE


def test_svg_is_the_same_again_and_follows_the_page(results: dict[str, Result]) -> None:
    svg = file(results["figure"], ".svg")
    assert svg == file(results["figure2"], ".svg")
    ElementTree.fromstring(svg)
    assert "date" not in svg.lower()
    assert "light-dark(#24292f" in svg
    assert "color-scheme: light dark" in svg
    assert "A title" not in svg.replace("<!-- A title -->", "")  # text is drawn as paths


def test_size_of_a_figure_is_in_pixels(results: dict[str, Result]) -> None:
    made = output(results["figure"])
    assert made.width is not None
    assert made.height is not None
    assert 400 < made.width < 576  # 6 inches, cut to what is drawn
    assert 300 < made.height < 360


def test_raster_picture(results: dict[str, Result]) -> None:
    made = output(results["picture"])
    assert (made.kind, made.width, made.height) == (Kind.FIGURE, 3, 2)
    assert made.path == "picture/out.png"


def test_animation_has_all_frames_and_a_still(results: dict[str, Result]) -> None:
    made = output(results["animation"])
    assert made.kind is Kind.ANIMATION
    moving = Image.open(io.BytesIO(made.files["animation/out.webp"]))
    still = Image.open(io.BytesIO(made.files["animation/out.png"]))
    assert moving.format == "WEBP"
    assert getattr(moving, "n_frames", 1) == 3
    assert still.size == moving.size == (made.width, made.height)
    moving.seek(0)
    first = moving.convert("RGB")
    moving.seek(2)
    assert first.tobytes() != moving.convert("RGB").tobytes()


def test_tables(results: dict[str, Result]) -> None:
    assert output(results["frame"]).kind is Kind.TABLE
    assert "<th>x</th>" in output(results["frame"]).text
    assert file(results["frame"], ".csv") == ",a\nx,1\ny,2\n"
    assert file(results["series"], ".csv") == "s\n1.5\n2.5\n"


def test_long_table_shows_200_rows_and_keeps_all(results: dict[str, Result]) -> None:
    shown = output(results["long"]).text
    assert shown.count("<tr") == 1 + 200 + 1  # the head, and a row that stands for the rest
    assert "300 rows" in shown
    assert file(results["long"], ".csv").count("\n") == 301


def test_styler_has_fixed_ids(results: dict[str, Result]) -> None:
    assert "1.2" in output(results["styler"]).text
    assert output(results["styler"]).text == output(results["styler2"]).text
    assert file(results["styler"], ".csv") == "a\n1.25\n"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("text", 'plain, "quoted"'),
        ("number", "0.5"),
        ("some-numbers", "[0.25, 7, True]"),
        ("an-array", "array([0, 1, 2])"),
        ("not-hidden", "1"),
        ("latex", "$x$"),
        ("markdown", "**x**"),
    ],
)
def test_values(results: dict[str, Result], name: str, text: str) -> None:
    assert output(results[name]).kind is Kind.VALUE
    assert output(results[name]).text == text


def test_questions(results: dict[str, Result]) -> None:
    assert output(results["questions"]).kind is Kind.QUESTIONS
    assert '"questions"' in file(results["questions"], ".json")


@pytest.mark.parametrize(
    ("name", "part"),
    [
        ("none", "displays nothing"),
        ("hidden", "displays nothing"),
        ("hidden-call", "displays nothing"),
        ("nothing", "displays nothing"),
        ("displays-itself", "displays nothing"),
        ("two", "displays 2 things"),
        ("two-figures", "displays 2 things"),
        ("some-html", "displays text/html, text/plain, which no note can show"),
    ],
)
def test_what_is_no_output(results: dict[str, Result], name: str, part: str) -> None:
    (problem,) = results[name].problems
    assert problem.code is Code.CELL_OUTPUT
    assert part in problem.message
    assert problem.line == 1
    assert not results[name].outputs


def test_what_displays_itself_is_shown_once(results: dict[str, Result]) -> None:
    assert printed(results["displays-itself"]) == "me\n"
