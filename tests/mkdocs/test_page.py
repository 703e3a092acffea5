import html
import re

import pytest

from tests.mkdocs.conftest import MakeSite


def headings(article: str) -> list[str]:
    return [re.sub(r"<a .*|<[^>]+>", "", text) for text in re.findall(r"<h1.*?>(.*?)</h1>", article)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        pytest.param("text", ["My note"], id="file name"),
        pytest.param("# My note\n\ntext", ["My note"], id="own heading"),
        pytest.param("# my NOTE\n\ntext", ["my NOTE"], id="own heading in another case"),
        pytest.param("# Other\n\n# Third", ["My note", "Other", "Third"], id="other headings"),
        pytest.param("text\n\n# My note", ["My note", "My note"], id="heading after text"),
        pytest.param("---\ntitle: A < B & C\n---\ntext", ["A &lt; B &amp; C"], id="property"),
        pytest.param("---\ntitle: 1984\n---\ntext", ["My note"], id="property that is no text"),
    ],
)
def test_title(make_site: MakeSite, text: str, expected: list[str]) -> None:
    site = make_site({"My note.md": text})
    assert headings(site.article("my-note")) == expected
    match = re.search("<title>(.*)</title>", site.html("my-note"))
    assert match
    assert match[1].lower() == f"{html.unescape(expected[0])} - Vault".lower()


def test_the_name_of_a_folder_s_own_note_is_not_its_title(make_site: MakeSite) -> None:
    site = make_site({"index.md": "home", "Sub/index.md": "text", "Other/README.md": "# Heading\n\ntext"})
    assert headings(site.article()) == ["Vault"]
    assert headings(site.article("sub")) == ["Sub"]
    assert headings(site.article("other")) == ["Heading"]


def test_nav_of_the_configuration_rules(make_site: MakeSite) -> None:
    nav = [{"Start": "b.md"}, {"More": ["Folder/a.md"]}]
    site = make_site({"b.md": "text", "Folder/a.md": "text"}, nav=nav)
    assert headings(site.article("b")) == ["Start"]
    assert site.html("b").index("Start") < site.html("b").index("More")


def test_the_table_of_contents_shows_every_heading_below_the_title(make_site: MakeSite) -> None:
    for text in ("# A\n## B\n# C\n### D", "# N\n## B\n# C\n### D"):
        page = make_site({"N.md": text}).html("n")
        toc = page[page.index('data-md-type="toc"') : page.index('data-md-component="content"')]
        assert [anchor for anchor in "bcd" if f'href="#{anchor}"' not in toc] == []


def test_lines_that_look_like_metadata_are_text(make_site: MakeSite) -> None:
    article = make_site({"N.md": "Status: open\nMood: fine\n\ntext"}).article("n")
    assert re.search(r"Status: open<br ?/?>\s*Mood: fine", article)


def test_a_second_front_matter_is_text(make_site: MakeSite) -> None:
    article = make_site({"N.md": "---\na: 1\n---\n---\nb: 2\n---\ntext"}).article("n")
    assert "b: 2" in article
    assert "a: 1" not in article


def test_broken_notes_do_not_stop_the_build(make_site: MakeSite) -> None:
    files: dict[str, str | bytes] = {
        "Yaml.md": "---\n- @name\nx: [\n---\ntext",
        "Bytes.md": b"caf\xe9",
        "Fine.md": "fine",
    }
    site = make_site(files)
    assert "text" in site.article("yaml")
    assert "caf\N{REPLACEMENT CHARACTER}" in site.article("bytes")
    assert "fine" in site.article("fine")
    assert {re.findall(r"^(.*?):\d+:\d+: \[(.*?)\]", warning)[0] for warning in site.warnings} == {
        ("Yaml.md", "properties-syntax"),
        ("Bytes.md", "invalid-utf8"),
    }


@pytest.mark.parametrize(
    "properties",
    [
        "icon: LiHome",
        "icon: [1]",
        'template: "[[Book]]"',
        "template: 7",
        "hide: true",
        "search: never",
        "status: [open]",
        "tags: 5",
        "date: 2024-13-45",
        "title: {a: b}",
        "description: [a, b]",
        "author: {name: x}",
        "subtitle: 3",
        "image: true",
    ],
)
def test_properties_meant_for_something_else_do_not_stop_the_build(make_site: MakeSite, properties: str) -> None:
    assert "text" in make_site({"N.md": f"---\n{properties}\n---\ntext"}).article("n")


def test_properties_meant_for_the_theme_work(make_site: MakeSite) -> None:
    text = '---\nicon: material/brain\ndescription: He said "hi"\nhide: [toc]\n---\n## Heading'
    page = make_site({"N.md": text, "brain.md": ""}).html("n")
    assert '<meta name="description" content="He said &quot;hi&quot;">' in page
    assert re.search(r'data-md-type="toc"\s+hidden', page)
    assert "<svg" in page[page.index("md-nav--primary") : page.index("md-nav--secondary")]


def test_cssclasses_are_on_the_article(make_site: MakeSite) -> None:
    site = make_site({"N.md": "---\ncssclasses: [wide, 'a\"b']\n---\ntext", "M.md": "text"})
    assert '<article class="wide a&quot;b md-content__inner' in site.html("n")
    assert '<article class="md-content__inner' in site.html("m")


def test_backlinks_show_the_sentence_with_the_link_marked(make_site: MakeSite) -> None:
    site = make_site({"A.md": "First. See [[B|R&D]] here. Last. And [[B]].", "B.md": "[[#x]]\n# x", "C.md": ""})
    backlinks = site.article("b")[site.article("b").index("backlinks") :]
    assert '<a class="backlink-title internal-link" href="../a/">A</a>' in backlinks
    assert "See <mark>R&amp;D</mark> here." in backlinks
    assert "First" not in backlinks
    assert "Last" not in backlinks
    assert "backlinks" not in site.article("c") + site.article("a")


def test_backlinks_can_be_left_out(make_site: MakeSite) -> None:
    site = make_site({"A.md": "[[B]]", "B.md": ""}, plugins=[{"knapper": {"backlinks": False}}])
    assert "backlinks" not in site.article("b")


def test_soft_breaks_follow_the_option(make_site: MakeSite) -> None:
    assert "<br" in make_site({"N.md": "a\nb"}).article("n")
    strict = [{"knapper": {"strict_line_breaks": True}}]
    assert "<br" not in make_site({"N.md": "a\nb"}, plugins=strict).article("n")


def test_links_in_properties_count_but_show_no_sentence(make_site: MakeSite) -> None:
    site = make_site({"A.md": "", "B.md": '---\nup: "[[A]]"\n---\nsee [[A]]'})
    article = site.article("a")
    assert '<span class="backlinks-count">2</span>' in article
    assert article.count('class="backlink-mention"') == 1
