from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from mkdocs.livereload import LiveReloadServer

from knapper.syntax import Document, parse
from tests.mkdocs.conftest import write_files
from tests.mkdocs.test_plugin import Serve
from tests.mkdocs.workshop import FakeWorkshop, display

SCRIPT = '# %% [markdown]\n# # Adam\n# %% name="loss"\n{}\n'


class Watching:
    """What of `LiveReloadServer` the plugin uses."""

    def __init__(self) -> None:
        self.paths: Counter[str] = Counter()

    def watch(self, path: str) -> None:
        assert Path(path).exists()
        self.paths[Path(path).name] += 1

    def unwatch(self, path: str) -> None:
        self.paths[Path(path).name] -= 1


class Workshop(FakeWorkshop):
    """Displays the last line of each script."""

    def results(self, *args: Any, **kwargs: Any) -> Any:
        text = (self.layout.root / "snippets/adam.py").read_text(encoding="utf-8")
        self.displayed = {"adam": [[display(plain=text.split()[-1])]]}
        return super().results(*args, **kwargs)


@pytest.fixture
def serve(tmp_path: Path, warnings_of_mkdocs: list[str], monkeypatch: pytest.MonkeyPatch) -> Iterator[Serve]:
    monkeypatch.setattr("knapper.mkdocs.snippets.Workshop", Workshop)
    files = {
        "docs/A.md": "ends at ![[adam/loss]]",
        "docs/B.md": "![[deeplearning/optimizers.py]]",
        "snippets/adam.py": SCRIPT.format("0.5"),
        "src/deeplearning/optimizers.py": "old = 1\n",
    }
    write_files(tmp_path, files)
    serving = Serve(tmp_path, warnings_of_mkdocs)
    yield serving
    plugin: Any = serving.plugin
    plugin.on_shutdown()


def watch(serve: Serve) -> Watching:
    server = Watching()

    plugin: Any = serve.plugin
    plugin.on_serve(cast(LiveReloadServer, server), config=None, builder=None)
    return server


def test_edits_of_scripts_and_modules_are_shown_and_no_note_is_read_again(
    serve: Serve, monkeypatch: pytest.MonkeyPatch
) -> None:
    parsed: list[str] = []

    def counted(text: str, path: str) -> Document:
        parsed.append(path)
        return parse(text, path)

    monkeypatch.setattr("knapper.vault.vault.parse", counted)
    site = serve.build()
    assert ">0.5</a>" in site.article("a")
    assert "old" in site.article("b")
    write_files(
        serve.folder,
        {"snippets/adam.py": SCRIPT.format("0.25"), "src/deeplearning/optimizers.py": "new = 1\n"},
    )
    site = serve.build()
    assert ">0.25</a>" in site.article("a")
    assert "<pre>0.25</pre>" in site.article("snippets/adam")
    assert "new" in site.article("b")
    assert parsed == ["A.md", "B.md"]


def test_what_results_are_made_of_is_watched(serve: Serve) -> None:
    serve.build()
    server = watch(serve)
    assert server.paths == {"snippets": 1, "src": 1}
    write_files(serve.folder, {"data.csv": "1\n"})
    serve.build()
    assert server.paths == {"snippets": 1, "src": 1, "data.csv": 1}
    (serve.folder / "data.csv").unlink()
    serve.build()
    assert server.paths == {"snippets": 1, "src": 1, "data.csv": 0}


def test_the_processes_of_snippets_live_from_build_to_build_and_end_with_the_command(serve: Serve) -> None:
    serve.build()
    plugin: Any = serve.plugin
    workshop = plugin._snippets._workshop
    serve.build()
    assert plugin._snippets._workshop is workshop
    assert not workshop.closed
    plugin.on_shutdown()
    assert workshop.closed


def test_another_place_of_the_modules_is_another_workshop(serve: Serve) -> None:
    serve.build()
    server = watch(serve)
    plugin: Any = serve.plugin
    workshop = plugin._snippets._workshop
    text = serve.config.read_text(encoding="utf-8")
    text = text.replace("- knapper", "- knapper: {snippets: {modules: [lib]}}")
    serve.config.write_text(text, encoding="utf-8")
    write_files(serve.folder, {"lib/deeplearning/optimizers.py": "other = 1\n"})
    assert "other" in serve.build().article("b")
    assert workshop.closed
    assert server.paths == {"snippets": 1, "src": 0, "lib": 1}
