import json

import nbformat
import pytest

from knapper.snippets.result import dumps, notebook
from knapper.snippets.script import read_snippet

TEXT = """# %% [markdown]
# # Title
# %%
x = 1
# %% name="value" alt="It falls."
x
# %% [raw]
# raw
"""
STREAM: dict[str, object] = {"output_type": "stream", "name": "stdout", "text": "a\n"}
RESULT: dict[str, object] = {
    "output_type": "execute_result",
    "data": {"text/plain": "1"},
    "metadata": {},
    "execution_count": None,
}
FIGURE = {"output_type": "display_data", "data": {"image/svg+xml": "<svg/>", "image/png": "iVBO"}, "metadata": {}}
ERROR = {"output_type": "error", "ename": "ValueError", "evalue": "", "traceback": ["ValueError"]}


@pytest.mark.parametrize("displayed", [(), ([],), ([STREAM], [RESULT]), ([FIGURE], [ERROR])])
def test_a_notebook_is_valid(displayed: tuple[list[dict[str, object]], ...]) -> None:
    made = notebook(read_snippet("one", "one.py", TEXT), displayed)
    nbformat.validate(nbformat.from_dict(made))  # type: ignore[no-untyped-call]
    assert [cell["cell_type"] for cell in made["cells"]] == ["markdown", "code", "code", "raw"]
    assert [cell["outputs"] for cell in made["cells"] if "outputs" in cell][: len(displayed)] == list(displayed)


def test_prose_is_that_of_now() -> None:
    edited = TEXT.replace("# # Title", "# # Another\n#\n# Text.").replace("It falls", "It rises")
    made = notebook(read_snippet("one", "one.py", edited), ([STREAM], [RESULT]))
    assert made["cells"][0]["source"] == "# Another\n\nText."
    assert made["cells"][2]["outputs"] == [RESULT]
    assert made["cells"][2]["metadata"] == {"name": "value"}


def test_bytes_are_stable() -> None:
    displayed: tuple[list[dict[str, object]], ...] = ([STREAM], [dict(reversed(RESULT.items()))])
    first = dumps(notebook(read_snippet("one", "one.py", TEXT), displayed))
    second = dumps(notebook(read_snippet("one", "one.py", TEXT), ([STREAM], [RESULT])))
    assert first == second
    assert first.endswith(b"\n")
    assert json.loads(first)["nbformat"] == 4


def test_an_empty_script() -> None:
    made = notebook(read_snippet("one", "one.py", ""), ())
    nbformat.validate(nbformat.from_dict(made))  # type: ignore[no-untyped-call]
