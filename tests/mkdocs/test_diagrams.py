import re

from tests.mkdocs.conftest import MakeSite

DIAGRAM = """\
```mermaid
graph LR
  A[Weights] --> B[Größe & Maß] --> C[Top] --> D[Paper.pdf]
  D --> E
  class A,B,C,D internal-link
  click E href "https://example.org/Weights.md"
```
"""
FILES: dict[str, str | bytes] = {
    "index.md": DIAGRAM,
    "Linear Models/Here.md": DIAGRAM,
    "Foundations/Weights.md": 'Not in a diagram: `click A href "Top.md"`',
    "Größe & Maß.md": "",
    "Top.md": "",
    "Paper.pdf": b"%PDF",
}


def _targets(article: str) -> list[str]:
    return re.findall(r'click \w href "(.*)"', article)


def test_links_in_diagrams_lead_to_pages(make_site: MakeSite) -> None:
    site = make_site(FILES)
    root = ["foundations/weights/", "gr%C3%B6%C3%9Fe-ma%C3%9F/", "top/", "Paper.pdf"]
    outside = "https://example.org/Weights.md"
    written = [url.removeprefix("./") for url in _targets(site.article())]
    assert sorted(written) == sorted([*root, outside])
    assert sorted(_targets(site.article("linear-models/here"))) == sorted([*(f"../../{url}" for url in root), outside])
    assert _targets(site.article("foundations/weights")) == ["Top.md"]
    assert "Paper.pdf" in site
