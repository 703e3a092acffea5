import re
from pathlib import Path

from tests.mkdocs.conftest import MakeSite

OBSIDIAN = """\
> [!tip] T
> b

- [x] done

==m== :material-brain: ++ctrl++

```mermaid
a
```

```py
x = 1
```

!!! note
    n
"""


def test_three_lines_of_configuration_are_enough(make_site: MakeSite) -> None:
    article = make_site({"N.md": OBSIDIAN}, plugins=["knapper"]).article("n")
    for expected in (
        'data-callout="tip"',
        'data-task="x"',
        "<mark>m</mark>",
        "<svg",
        "key-control",
        '<pre class="mermaid">',
        "language-py highlight",
        '<div class="admonition note">',
    ):
        assert expected in article


def test_options_of_the_user_stay(make_site: MakeSite) -> None:
    extensions = [{"toc": {"permalink": "#!", "toc_depth": 2}}, {"pymdownx.highlight": {"linenums": True}}]
    site = make_site({"N.md": "## Heading\n\n### Deep\n\n```py\nx = 1\n```"}, markdown_extensions=extensions)
    assert "#!</a>" in site.article("n")
    assert "linenos" in site.article("n")


def test_templates_of_the_user_rule(make_site: MakeSite, tmp_path: Path) -> None:
    (tmp_path / "mine/partials").mkdir(parents=True)
    (tmp_path / "mine/partials/backlinks.html").write_text("mine: {{ backlinks | length }}", encoding="utf-8")
    site = make_site({"A.md": "[[B]]", "B.md": ""}, theme={"name": "material", "custom_dir": "mine"})
    assert "mine: 1" in site.article("b")


def test_styles_come_before_those_of_the_user(make_site: MakeSite) -> None:
    page = make_site({"N.md": "", "mine.css": ""}, extra_css=["mine.css"]).html("n")
    assert 0 < page.index("assets/knapper/knapper.css") < page.index("mine.css")


def test_every_script_and_style_that_a_page_names_exists(make_site: MakeSite) -> None:

    site = make_site({"N.md": ""}, theme={"name": "material", "font": False}, plugins=[{"knapper": {"math": "none"}}])
    names = re.findall(r'(?:src|href)="(?:\./)?(assets/[^"]+)"', site.html())
    assert len(names) > 3
    assert [name for name in names if name not in site] == []


def test_no_icon_or_emoji_comes_from_elsewhere(make_site: MakeSite) -> None:
    article = make_site({"N.md": ":smile: :octocat: :material-brain: :+1_tone2:"}).article("n")
    assert "😄" in article
    assert article.count("<svg") >= 1
    assert "<img" not in article
