import re

import pytest

from tests.mkdocs.conftest import MakeSite


def test_slugs_are_lower_case_with_hyphens_and_keep_every_script(make_site: MakeSite) -> None:
    site = make_site({"Deep Learning/Adam & Co.md": "x", "Größe/梯度 下降.md": "y", "Upper.MD": "z"})
    assert "deep-learning/adam-co/index.html" in site
    assert "größe/梯度-下降/index.html" in site
    assert "upper/index.html" in site


def test_links_lead_from_address_to_address(make_site: MakeSite) -> None:
    site = make_site({"A B/C.md": "[[D E#Größe]] [[#here]]\n\n# here", "X/D E.md": "# Größe\n\n[up](../A%20B/C.md)"})
    assert 'href="../../x/d-e/#größe"' in site.article("a-b/c")
    assert 'href="#here"' in site.article("a-b/c")
    assert 'href="../../a-b/c/"' in site.article("x/d-e")
    assert not site.warnings


def test_addresses_without_directories(make_site: MakeSite) -> None:
    site = make_site({"Sub/My Note.md": "[[Sub]]"}, use_directory_urls=False)
    assert "sub/my-note.html" in site
    assert "sub/index.html" in site
    assert 'href="my-note.html"' in site.html("sub")


def test_redirects_without_directories(make_site: MakeSite) -> None:
    site = make_site({"Bee.md": "---\naliases: [Old/Honey]\n---\ntext"}, use_directory_urls=False)
    assert 'url=../bee.html"' in (site.folder / "old/honey.html").read_text(encoding="utf-8")


def test_two_notes_with_one_slug_get_two_addresses_and_a_diagnostic(make_site: MakeSite) -> None:
    site = make_site({"A b.md": "one", "A-b.md": "two"})
    assert "one" in site.article("a-b")
    assert "two" in site.article("a-b-2")
    assert [warning for warning in site.warnings if "[duplicate-slug]" in warning]


@pytest.mark.parametrize("page", ["Sub/index.md", "Sub/README.md", "Sub/Sub.md", "Sub.md"])
def test_a_folder_s_own_note_is_at_the_folder_s_address(make_site: MakeSite, page: str) -> None:
    site = make_site({page: "own page", "Sub/Leaf.md": "leaf"})
    assert "own page" in site.article("sub")
    # Material marks the folder's link as the index of its section.
    assert re.search(r'md-nav__container">\s*<a href="../" class="md-nav__link', site.html("sub/leaf"))


def test_a_folder_without_a_note_gets_a_page_of_what_is_in_it(make_site: MakeSite) -> None:
    site = make_site({"Sub/Note <1>.md": "x", "Sub/10.md": "x", "Sub/9.md": "x", "Sub/Deep/Leaf.md": "x"})
    links = re.findall(r'<a class="internal-link" href="([^"]+)">([^<]+)</a>', site.article("sub"))
    assert links == [("deep/", "Deep"), ("9/", "9"), ("10/", "10"), ("note-1/", "Note &lt;1&gt;")]
    assert "<h1" in site.article("sub")
    assert ">Sub</h1>" in site.article("sub")


def test_the_vault_itself_has_a_page(make_site: MakeSite) -> None:
    assert '<a class="internal-link" href="note/">Note</a>' in make_site({"Note.md": "x"}, site_name="Mine").article()


def test_an_empty_vault_builds(make_site: MakeSite) -> None:
    assert ">Vault</h1>" in make_site({".obsidian/app.json": "{}"}).article()


def test_permalinks_and_old_paths_redirect(make_site: MakeSite) -> None:
    note = "---\npermalink: bees/all\naliases: [Old/Honey, Nickname]\n---\ntext"
    site = make_site({"Insects/Bee.md": note, "Links.md": "[[Bee]]"}, site_url="https://example.org/docs/")
    assert "text" in site.article("bees/all")
    assert 'href="../bees/all/"' in site.article("links")
    for old, url in (("insects/bee", "../../bees/all/"), ("old/honey", "../../bees/all/")):
        page = site.html(old)
        assert f'<meta http-equiv="refresh" content="0; url={url}">' in page
        assert '<link rel="canonical" href="https://example.org/docs/bees/all/">' in page
        assert f'location.replace("{url}" + location.hash)' in page
    assert "nickname/index.html" not in site
    sitemap = (site.folder / "sitemap.xml").read_text(encoding="utf-8")
    assert "bees/all" in sitemap
    assert "old/honey" not in sitemap
