"""Rules of Obsidian's language and Material's, as Markdown in and HTML out."""

import re
from pathlib import Path

import pytest

from tests.markdown.outline import outline
from tests.markdown.rendering import CROWDED, MATERIAL, render
from tests.support import Case, read_cases

FIXTURES = Path(__file__).parent / "fixtures"
MATERIAL_ONLY = ("as_stock", "code", "material")
OBSIDIAN = [case for p in sorted(FIXTURES.glob("*.md")) if p.stem not in MATERIAL_ONLY for case in read_cases(p)]

# What the fixtures leave open: words for screen readers, classes of images, white space at the ends of a formula, and
# how code is highlighted.
OPEN = (
    (r' aria-label="[^"]*"| title="Jump back [^"]*"', ""),
    (r'(<img[^>]*?) class="[^"]*"', r"\1"),
    (r"(\\\[)\s+|\s+(\\\])", r"\1\2"),
    (r'<div class="highlight">(<pre>.*?</pre>)\s*</div>', r"\1"),
)
IN_CODE = r'</?span[^>]*>| class="language-[^"]*"|\n(?=</code>)'


def comparable(html: str) -> list[str]:
    for pattern, replacement in OPEN:
        html = re.sub(pattern, replacement, html, flags=re.DOTALL)
    return outline(re.sub(r"<pre.*?</pre>", lambda pre: re.sub(IN_CODE, "", pre[0]), html, flags=re.DOTALL))


def check(case: Case, extensions: tuple[str, ...]) -> None:
    option = re.match(r"\[(\w+)\] ", case.title)
    options = {option[1]: True} if option else {}
    assert comparable(render(case.input, extensions, **options)) == comparable(case.expected)


@pytest.mark.parametrize("case", OBSIDIAN)
@pytest.mark.parametrize("extensions", [(), MATERIAL, CROWDED], ids=["alone", "material", "crowded"])
def test_obsidian(case: Case, extensions: tuple[str, ...]) -> None:
    check(case, extensions)


@pytest.mark.parametrize("case", [*read_cases(FIXTURES / "material.md"), *read_cases(FIXTURES / "code.md")])
@pytest.mark.parametrize("extensions", [MATERIAL, CROWDED], ids=["material", "crowded"])
def test_material(case: Case, extensions: tuple[str, ...]) -> None:
    check(case, extensions)
