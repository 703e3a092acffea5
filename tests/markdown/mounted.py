"""Notes that embed outputs of a snippet, made of text."""

import json
from pathlib import Path
from typing import Any

from markdown import Markdown

from knapper.diagnostics import Code, Diagnostic
from knapper.markdown import KnapperExtension, SourceFile, mounts_of
from knapper.snippets.outputs import QUESTIONS, CellOutputs, read_outputs
from knapper.snippets.result import Provenance, Result, State
from knapper.snippets.script import read_snippet
from knapper.vault import Index, build_index, read_vault
from tests.markdown.rendering import CONFIGS, MATERIAL
from tests.vault.making import write

SCRIPT = """\
# /// script
# dependencies = ["knapper", "matplotlib>=3.8", "Pandas"]
# ///
# %% [markdown]
# # Adam
# %%
RATE = 0.1
# %% name="trajectory" alt="Two paths in a valley"
draw()
# %% name="losses"
frame = table()
frame
# %% name="final-loss"
loss
# %% name="descent"
animate()
# %% name="exam"
bank
# %% name="matrix"
array
# %% name="broken"
nothing()
"""
TABLE = """<div>
<style scoped>
    .dataframe thead th { text-align: right; }
</style>
<table border="1" class="dataframe">
  <thead>
    <tr style="text-align: right;">
      <th></th>
      <th>optimizer</th>
      <th>loss</th>
    </tr>
  </thead>
  <tbody>
    <tr>
      <th>0</th>
      <td>SGD</td>
      <td>1.5e-03</td>
    </tr>
    <tr>
      <th>1</th>
      <td>a &lt;b&gt;</td>
      <td>NaN</td>
    </tr>
  </tbody>
</table>
</div>"""
SVG = '<svg xmlns="http://www.w3.org/2000/svg" width="360pt" height="270pt"></svg>'
PNG = "iVBORw0KGgoAAAANSUhEUgAAAAIAAAADCAYAAAC56t6BAAAAAElFTkSuQmCC"
MODULE = '''\
"""Optimizers."""

RATE: float = 0.01
"""The step."""

class Adam:
    """It adapts."""

    @property
    def rate(self):
        return RATE

    def update(self):
        def inner():
            return 1
        return inner()
'''
PROVENANCE = Provenance(
    python="3.12.1",
    versions={"matplotlib": "3.9.0", "numpy": "2.0.0", "pandas": "2.2.0"},
    device="CPU",
    requested="cpu",
    seconds=1.234,
    memory=10**8,
    date="2025-03-04",
)
FAILED = Diagnostic("snippets/adam.py", 24, 1, Code.SNIPPET_FAILED, "NameError: no `nothing`", "define it")


def bundle(**data: Any) -> CellOutputs:
    return [{"output_type": "display_data", "data": {name.replace("__", "/"): value for name, value in data.items()}}]


def result(state: State = State.FRESH, provenance: Provenance | None = PROVENANCE, value: str = "0.0123") -> Result:
    """What has come of the script; its last cell fails."""
    snippet = read_snippet("adam", "snippets/adam.py", SCRIPT)
    displayed: list[CellOutputs] = [
        [],
        [{"output_type": "display_data", "data": {"image/svg+xml": SVG}}],
        bundle(text__html=TABLE, text__csv="optimizer,loss\n", text__plain="..."),
        bundle(text__plain=value),
        bundle(image__webp="AAAA", image__png=PNG),
        [{"output_type": "display_data", "data": {QUESTIONS: json.loads("[]")}}],
        bundle(text__plain="[[1 0]\n [0 1]]"),
        [],
    ]
    outputs, problems = read_outputs(snippet, displayed)
    return Result(snippet, state, outputs, tuple(displayed), provenance, (*problems, FAILED))


def sources(text: str = MODULE, url: str = "") -> dict[str, SourceFile]:
    return {"deeplearning/optimizers.py": SourceFile(text, url)}


class Site:
    """A vault with what is mounted into it."""

    def __init__(
        self,
        root: Path,
        files: dict[str, str],
        made: Result | None = None,
        mounted: dict[str, SourceFile] | None = None,
        **options: Any,
    ) -> None:
        results = {"adam": made or result()}
        mounted = sources() if mounted is None else mounted
        vault = read_vault(write(root, files))
        self.index: Index = build_index(vault, mounts_of(results, mounted))
        self.extension = KnapperExtension(self.index, results=results, sources=mounted, **options)
        self.md = Markdown(extensions=[*MATERIAL, self.extension], extension_configs=CONFIGS)

    def html(self, path: str) -> str:
        """The page of a note."""
        self.extension.note = path
        return self.md.reset().convert("in its place, the note")
