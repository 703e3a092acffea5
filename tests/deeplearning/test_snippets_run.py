"""Each snippet that needs no TensorFlow runs as a plain script, as the notes promise, and warns of nothing."""

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NEEDS_TENSORFLOW = re.compile(r"^(?:import|from) (?:keras|tensorflow|deeplearning\.cnn)\b", re.MULTILINE)
SNIPPETS = [
    path for path in sorted((ROOT / "snippets").glob("*.py")) if not NEEDS_TENSORFLOW.search(path.read_text("utf-8"))
]


@pytest.mark.parametrize("snippet", SNIPPETS, ids=lambda path: path.stem)
def test_runs_as_a_plain_script(snippet: Path) -> None:
    run = subprocess.run(
        # A figure cannot be shown without a screen, and Matplotlib says so.
        [sys.executable, "-W", "error", "-W", "ignore:FigureCanvasAgg is non-interactive:UserWarning", snippet],
        cwd=ROOT,
        env=os.environ | {"MPLBACKEND": "agg"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert (run.returncode, run.stdout, run.stderr) == (0, "", "")
