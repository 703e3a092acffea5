"""What Material adds to Markdown comes out as from Python-Markdown itself, which is the oracle."""

from pathlib import Path
from typing import Any

import pytest
from markdown import Markdown
from markdown.extensions import Extension

from knapper.markdown.extension import KnapperExtension
from tests.markdown.outline import outline
from tests.markdown.rendering import CONFIGS, MATERIAL
from tests.support import Case, read_cases

CASES = read_cases(Path(__file__).parent / "fixtures" / "as_stock.md")


@pytest.fixture(scope="module")
def configs() -> dict[str, Any]:
    emoji = pytest.importorskip("material.extensions.emoji")
    icons = {"emoji_index": emoji.twemoji, "emoji_generator": emoji.to_svg}
    return {**CONFIGS, "pymdownx.emoji": icons}


def convert(text: str, configs: dict[str, Any], *extensions: KnapperExtension) -> str:
    names: list[str | Extension] = [*MATERIAL, "pymdownx.emoji", *extensions]
    return Markdown(extensions=names, extension_configs=configs).convert(text)


@pytest.mark.parametrize("case", CASES)
def test_as_in_python_markdown(case: Case, configs: dict[str, Any]) -> None:
    stock = convert(case.input, configs)
    assert outline(convert(case.input, configs, KnapperExtension())) == outline(stock)


@pytest.mark.parametrize("text", ["* a\n    * b\n\n==c== [[d]]\n", "!!! note\n    a\n\n$x$\n", "a\nb\n"])
def test_a_note_may_ask_for_python_markdown(text: str, configs: dict[str, Any]) -> None:
    note = f"---\nparser: python-markdown\n---\n\n{text}"
    assert convert(note, configs, KnapperExtension()) == convert(text, configs)
