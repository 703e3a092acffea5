"""Compare what it costs to run examples: Knapper, and nbclient, which Jupyter Book, Quarto and mkdocs-jupyter use.

    python benchmarks/execute.py [--snippets 4] [--repeat 3]

Each snippet imports TensorFlow and trains a small network. Its own compute, which it measures itself, is subtracted:
what is left is overhead. Both run one snippet after the other, in one session on one machine. The benchmark also times
`knapper run` where nothing is stale, and fails if an edit runs anything but what depends on it.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import nbformat
from nbclient import NotebookClient

from knapper.snippets import Layout, Result, Workshop

IMPORTS = "import time\n\nimport numpy as np\nimport tensorflow as tf\n"
COMPUTE = """\
begin = time.perf_counter()
tf.keras.utils.set_random_seed({seed})
x = np.random.default_rng({seed}).normal(size=(256, 8)).astype("float32")
model = tf.keras.Sequential([tf.keras.layers.Dense(16, "relu"), tf.keras.layers.Dense(1)])
model.compile("adam", "mse")
model.fit(x, x[:, :1], epochs=5, verbose=0)
seconds = time.perf_counter() - begin
"""
SCRIPT = f'# %%\n{IMPORTS}\n# %% name="loss"\n{COMPUTE}str(seconds)\n'
RUN = "import sys; from knapper.cli import main; main(sys.argv[1:])"


def with_nbclient(seed: int) -> float:
    """Overhead in seconds of one notebook in a kernel of its own."""
    cells = [nbformat.v4.new_code_cell(source) for source in (IMPORTS, f"{COMPUTE.format(seed=seed)}print(seconds)")]  # type: ignore[no-untyped-call]
    notebook = nbformat.v4.new_notebook(cells=cells)  # type: ignore[no-untyped-call]
    begin = time.perf_counter()
    NotebookClient(notebook, timeout=300, kernel_name="python3").execute()
    wall = time.perf_counter() - begin
    printed = [output["text"] for output in notebook.cells[1].outputs if output.get("name") == "stdout"]
    return wall - float(printed[-1])


def with_knapper(workshop: Workshop, name: str) -> float:
    """Overhead in seconds of one snippet, on a server that has started."""
    begin = time.perf_counter()
    result = sound(workshop.results([name], force=True)[name])
    wall = time.perf_counter() - begin
    return wall - float(result.outputs["loss"].text)


def sound(result: Result) -> Result:
    """The result, unless it is none."""
    if not result.outputs:
        raise SystemExit(f"{result.snippet.name} failed: {'; '.join(map(str, result.problems))}")
    return result


def compare(root: Path, count: int) -> Iterator[tuple[str, float, float]]:
    """Overhead of each snippet: its name, that of nbclient, that of Knapper."""
    names = [f"train-{seed}" for seed in range(count)]
    for seed, name in enumerate(names):
        write(root / "snippets" / f"{name}.py", SCRIPT.replace("{seed}", str(seed)))
    workshop = Workshop(Layout(root))
    try:
        begin = time.perf_counter()
        sound(workshop.results(names[:1])[names[0]])
        print(f"the first snippet, with the start of the server: {time.perf_counter() - begin:.2f} s")
        for seed, name in enumerate(names):
            yield name, with_nbclient(seed), with_knapper(workshop, name)
    finally:
        workshop.close()


def nothing_stale(root: Path, repeat: int) -> list[float]:
    """Seconds of whole `knapper run` commands where nothing is stale."""
    write(root / "mkdocs.yml", "site_name: benchmark\nplugins: [knapper]\n")
    (root / "docs").mkdir(exist_ok=True)
    times = []
    for _ in range(repeat + 1):
        begin = time.perf_counter()
        subprocess.run([sys.executable, "-c", RUN, "run"], cwd=root, check=True, capture_output=True)
        times.append(time.perf_counter() - begin)
    return times[1:]  # the first may run what the comparison has left stale


def check_dependants(root: Path) -> None:
    """Raises SystemExit unless an edit of one module runs exactly the snippets that import it."""
    for name in ("first", "second"):
        write(root / "src" / f"{name}.py", "VALUE = 1\n")
        for number in range(3):
            script = f'# %% name="value"\nimport {name}\n\n{name}.VALUE + {number}\n'
            write(root / "snippets" / f"{name}-{number}.py", script)
    ran = _Ran()
    workshop = Workshop(Layout(root), progress=ran)
    try:
        workshop.results()
        ran.names.clear()
        write(root / "src" / "first.py", "VALUE = 2\n")
        workshop.results()
    finally:
        workshop.close()
    print(f"an edit of one of two modules ran {', '.join(sorted(ran.names))}")
    if ran.names != {f"first-{number}" for number in range(3)}:
        raise SystemExit("that is not exactly what depends on it")


class _Ran:
    """Notes what has been run."""

    def __init__(self) -> None:
        self.names: set[str] = set()

    def total(self, count: int) -> None:
        """Ignored."""

    def started(self, name: str) -> None:
        """Ignored."""

    def finished(self, name: str, seconds: float, ok: bool) -> None:
        """Another one."""
        self.names.add(name)


def write(path: Path, text: str) -> None:
    """Writes a file, and its folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--snippets", type=int, default=4)
    parser.add_argument("--repeat", type=int, default=5, help="runs of the command, of which the median counts")
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="knapper-benchmark-") as folder:
        root = Path(folder)
        rows = list(compare(root / "training", arguments.snippets))
        for name, theirs, ours in rows:
            print(f"{name}: overhead of nbclient {theirs:.2f} s, of Knapper {ours:.2f} s")
        theirs, ours = median(row[1] for row in rows), median(row[2] for row in rows)
        print(f"median: nbclient {theirs:.2f} s, Knapper {ours:.2f} s, ratio {ours / theirs:.3f}")
        times = nothing_stale(root / "training", arguments.repeat)
        print(f"knapper run, nothing stale: {median(times):.2f} s ({min(times):.2f}-{max(times):.2f})")
        check_dependants(root / "modules")


if __name__ == "__main__":
    main()
