import re

from tests.mkdocs.conftest import MakeSite

NOTES = {"Sub/A.md": "---\ntags: [Exam/high, theory]\n---\n#exam/HIGH #梯度", "B.md": "#exam", "C.md": "#1984 text"}


def test_a_page_lists_all_tags_and_tags_link_to_it(make_site: MakeSite) -> None:
    site = make_site(NOTES, validation={"anchors": "warn"})
    page = site.article("tags")
    tags = re.findall(r'<h(\d) id="([^"]+)">([^<]+)</h', page)
    assert tags == [
        ("1", "tags", "Tags"),
        ("2", "exam", "#exam"),
        ("3", "exam/high", "#Exam/high"),
        ("2", "theory", "#theory"),
        ("2", "梯度", "#梯度"),
    ]
    assert re.findall(r'href="([^"]+)">[AB]<', page) == ["../b/", "../sub/a/", "../sub/a/", "../sub/a/"]
    assert 'href="../../tags/#exam/high"' in site.article("sub/a")
    assert 'href="../tags/#exam"' in site.article("b")
    assert "1984" in site.article("c")
    assert "tags/" not in site.article("c")
    assert not site.warnings


def test_a_vault_without_tags_has_no_such_page(make_site: MakeSite) -> None:
    assert "tags/index.html" not in make_site({"A.md": "text"})


def test_a_note_named_tags_keeps_its_address(make_site: MakeSite) -> None:
    site = make_site({"Tags.md": "my own #page"})
    assert "my own" in site.article("tags")
    assert 'href="../tags-2/#page"' in site.article("tags")


def test_material_s_tags_plugin_gets_the_tags_of_the_text(make_site: MakeSite) -> None:
    files = {**NOTES, "Index of tags.md": "Before\n\n<!-- material/tags -->\n\nAfter [[B]]"}
    site = make_site(files, plugins=["search", "tags", "knapper"], validation={"anchors": "warn"})
    listing = site.article("index-of-tags")
    assert re.findall(r'<h2 id="tag:([^"]+)"', listing) == ["examhigh", "exam", "theory", "梯度"]
    assert 'href="../sub/a/"' in listing
    assert 'href="../b/"' in listing[listing.index("After") :]
    assert 'href="../../index-of-tags/#tag:examhigh"' in site.article("sub/a")
    assert "tags/index.html" not in site
    assert not site.warnings


def test_material_s_tags_plugin_without_a_listing(make_site: MakeSite) -> None:
    site = make_site(NOTES, plugins=["tags", "knapper"])
    assert '<span class="tag">#exam</span>' in site.article("b")
