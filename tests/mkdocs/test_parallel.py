"""Pages rendered by several processes are those that one process renders."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from knapper.mkdocs import parallel
from tests.mkdocs.conftest import MakeSite

STOCK = "---\nparser: python-markdown\n---\n[lost](lost.md) [far](B.md#nowhere)\n"
FILES: dict[str, str | bytes] = {
    "A.md": "# A\n\n[[B#Part]] ![[B]] $x$ [^1]\n\n[^1]: n\n",
    "B.md": "## Part\n\n- [ ] a\n\n```python\nx = 1\n```\n",
    "Stock.md": STOCK,
    **{f"Sub/N{number}.md": f"see [[A]] and [[N{number + 1}]]\n" for number in range(40)},
    "Sub/N40.md": "",
}
VALIDATION = {"links": {"anchors": "warn", "not_found": "warn"}}

pytestmark = pytest.mark.skipif(not parallel.can_fork(), reason="one core, or a system without fork")


def contents(folder: Path) -> Iterator[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and not path.name.startswith("sitemap"):
            yield str(path.relative_to(folder)), path.read_bytes()


def test_the_same_files_and_warnings(make_site: MakeSite, monkeypatch: pytest.MonkeyPatch) -> None:
    alone = make_site(FILES, validation=VALIDATION)
    files = dict(contents(alone.folder))
    started = []
    monkeypatch.setattr(parallel, "MIN_PAGES", 1)
    monkeypatch.setattr(parallel.RenderPool, "close", lambda pool: started.append(pool._pool.shutdown()))
    together = make_site(FILES, validation=VALIDATION)
    assert started
    assert dict(contents(together.folder)) == files
    assert together.warnings == alone.warnings
    assert any("nowhere" in warning for warning in alone.warnings)


def test_text_that_a_hook_changes_is_rendered_anew(
    make_site: MakeSite, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parallel, "MIN_PAGES", 1)
    hook = "def on_page_markdown(markdown, page, **_):\n    return markdown.replace('see', 'look at')\n"
    (tmp_path / "hook.py").write_text(hook, encoding="utf-8")
    site = make_site(FILES, hooks=["hook.py"])
    assert "look at" in site.article("sub/n3")
    assert "Part" in site.article("b")
