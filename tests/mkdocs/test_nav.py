import json
import re
from typing import Any

from mkdocs.structure.files import File

from knapper.mkdocs.nav import nav_of
from tests.mkdocs.conftest import MakeSite, Site

NOTES = {
    "Note 10.md": "",
    "note 9.md": "",
    "B/x.md": "",
    "a/index.md": "",
    "a/y.md": "",
    "a/C/z.md": "",
}
SHARED: dict[str, Any] = {"plugins": ["search", {"knapper": {"sidebar": "shared"}}]}


def test_nav_is_in_the_order_of_the_file_explorer() -> None:
    files = [File(path, "docs", "site", use_directory_urls=True) for path in NOTES]
    assert nav_of(files, {"a/index.md": "a"}) == [
        {"a": ["a/index.md", {"C": ["a/C/z.md"]}, "a/y.md"]},
        {"B": ["B/x.md"]},
        "note 9.md",
        "Note 10.md",
    ]


def test_a_small_vault_keeps_the_theme_s_sidebar(make_site: MakeSite) -> None:
    site = make_site(NOTES)
    assert 'href="../../b/x/"' in site.html("a/y")
    assert "nav.js" not in site.html("a/y")
    assert not (site.folder / "assets/knapper/nav").exists()


def test_a_large_vault_shares_its_sidebar(make_site: MakeSite) -> None:
    site = make_site(NOTES, plugins=[{"knapper": {"sidebar_limit": 8}}])
    assert 'href="../../b/x/"' not in site.html("a/y")
    assert 'src="../../assets/knapper/nav.js"' in site.html("a/y")


def test_the_limit_is_not_reached(make_site: MakeSite) -> None:
    # Six notes, and the pages of the vault, of B, of a/C.
    assert "nav.js" not in make_site(NOTES, plugins=[{"knapper": {"sidebar_limit": 9}}]).html("a/y")


def shard(site: Site, name: str) -> list[Any]:
    text = (site.folder / "assets/knapper/nav" / name).read_text(encoding="utf-8")
    match = re.fullmatch(r"knapperNav\((.*)\)\n", text)
    assert match
    loaded = json.loads(f"[{match[1]}]")
    assert isinstance(loaded, list)
    return loaded


def test_each_folder_of_a_shared_sidebar_has_one_file(make_site: MakeSite) -> None:
    site = make_site({**NOTES, "ü & <b>.md": ""}, **SHARED)
    assert shard(site, "_.js") == [
        "",
        [
            ["Vault", "./"],
            ["a", "a/", "a/"],
            ["B", "b/", "b/"],
            ["note 9", "note-9/"],
            ["Note 10", "note-10/"],
            ["ü & <b>", "%C3%BC-b/"],
        ],
    ]
    assert shard(site, "a/_.js") == ["a/", [["C", "a/c/", "a/c/"], ["y", "a/y/"]]]
    assert shard(site, "a/c/_.js") == ["a/c/", [["z", "a/c/z/"]]]


def test_a_page_of_a_shared_sidebar_says_where_it_is(make_site: MakeSite) -> None:
    site = make_site(NOTES, **SHARED)
    assert 'data-knapper-folder="a/c/" data-knapper-page="a/c/z/"' in site.html("a/c/z")
    assert 'data-knapper-folder="a/" data-knapper-page="a/"' in site.html("a")
    assert 'data-knapper-folder=""' in (site.folder / "404.html").read_text(encoding="utf-8")


def test_pages_do_not_grow_with_a_large_vault(make_site: MakeSite) -> None:
    few = len(make_site({f"N{i}.md": "" for i in range(10)}, **SHARED).html("n3"))
    many = len(make_site({f"N{i}.md": "" for i in range(200)}, **SHARED).html("n3"))
    assert many - few < 100
