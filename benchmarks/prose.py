"""Text for generated notes: sentences and blocks that Obsidian and Python-Markdown both read the same way.

Blank lines surround every block, nested lists are indented by four spaces and no line starts with a tag,
because Python-Markdown would otherwise see another block structure and do other work. Part of the text is not
ASCII, since parsers that count bytes have to translate their offsets there.
"""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from pathlib import Path

WORDS = (Path(__file__).parent / "words.txt").read_text(encoding="utf-8").split()
ASCII_WORDS = [word for word in WORDS if word.isascii()]
GLUE = ["the", "a", "of", "in", "for", "with", "by", "and", "where", "so", "that", "from", "as", "then"]
TAGS = ["theory", "practice", "theory/bounds", "exam/high", "exam/low", "layers/dense", "2024/reading"]
FORMULAS = (
    r"\hat{y} = \sigma(w^\top x + b)",
    r"\nabla_\theta L(\theta_t)",
    r"\mathbb{E}_{x \sim p}[f(x)]",
    r"\theta_{t+1} = \theta_t - \eta \, g_t",
    r"\lVert W \rVert_2 \le 1",
    r"a_i^{(l)} = \max(0, z_i^{(l)})",
)
CALLOUTS = ["note", "tip", "warning", "example", "question", "abstract"]


class Writer:
    """Writes one note's text from a random source and an endless supply of links."""

    def __init__(self, rng: random.Random, links: Iterator[str]) -> None:
        """`links` yields finished links, each counted by whoever supplies them."""
        self.rng = rng
        self.links = links

    def phrase(self, words: int) -> str:
        """Return so many words, glue words in between, and now and then one in inline markup."""
        parts = []
        for _ in range(words):
            word = self.rng.choice(GLUE if self.rng.random() < 0.4 else WORDS)
            parts.append(self.marked(word))
        return " ".join(parts)

    def marked(self, word: str) -> str:
        """Return the word, one time in 24 in emphasis, code or math."""
        kind = self.rng.randrange(96)
        if kind > 3:
            return word
        return (f"*{word}*", f"**{word}**", f"`{word}_{kind}`", f"${self.rng.choice(FORMULAS)}$")[kind]

    def sentence(self, link: bool = False) -> str:
        """Return a sentence, with a link in it if asked."""
        opening = self.rng.choice(ASCII_WORDS).capitalize()
        middle = f" {next(self.links)}" if link else ""
        before, after = (self.phrase(self.rng.randint(4, 8)) for _ in range(2))
        return f"{opening} {before}{middle} {after}."

    def paragraph(self, sentences: int, links: int) -> str:
        """Return sentences on one line, the first `links` of them with a link, and at times a tag."""
        text = " ".join(self.sentence(number < links) for number in range(sentences))
        return f"{text} #{self.rng.choice(TAGS)}" if self.rng.random() < 0.3 else text

    def bullets(self) -> str:
        """Return a nested list, two links in it."""
        return "\n".join(
            (
                f"- {self.sentence(link=True)}",
                f"    - {self.phrase(5)}",
                f"    - {self.sentence(link=True)}",
                f"- {self.phrase(7)}",
                f"- {self.phrase(4)}",
            )
        )

    def tasks(self) -> str:
        """Return a task list, two links in it."""
        return "\n".join(
            (
                f"- [x] {self.sentence(link=True)}",
                f"- [ ] {self.phrase(6)}",
                f"- [ ] {self.sentence(link=True)}",
            )
        )

    def table(self) -> str:
        """Return a table of five rows, two links in it, their bars escaped as Obsidian wants them there."""
        rows = ["| Name | Value | Remark |", "| :--- | ---: | :---: |"]
        for number in range(5):
            name = next(self.links).replace("|", r"\|") if number < 2 else self.rng.choice(ASCII_WORDS)
            remark = f"{self.rng.choice(WORDS)} {self.rng.choice(GLUE)}"
            rows.append(f"| {name} | {self.rng.random():.4f} | {remark} |")
        return "\n".join(rows)

    def code(self) -> str:
        """Return fenced Python with brackets that look like a link, which have to stay as they are."""
        name, other = self.rng.sample(ASCII_WORDS, 2)
        function = f"{name}_{other}".lower()
        return "\n".join(
            (
                "```python",
                f"def {function}(x: float, rate: float = {self.rng.random():.3f}) -> list[float]:",
                f'    """{name.capitalize()} of {other}."""',
                f"    table = [[x, {self.rng.randint(1, 99)}], [rate, {self.rng.randint(1, 99)}]]",
                "    for row in table:",
                f"        x -= rate * row[0]  # {name} before {other}",
                "    return [x, *table[0]]",
                "```",
            )
        )

    def math(self) -> str:
        """Return a display formula of three lines."""
        first, second = self.rng.sample(FORMULAS, 2)
        return f"$$\n{first}\n= {second}\n$$"

    def callout(self) -> str:
        """Return a callout, two links in it; Python-Markdown reads it as a block quote."""
        kind = self.rng.choice(CALLOUTS)
        return "\n".join(
            (
                f"> [!{kind}] {self.phrase(3).capitalize()}",
                f"> {self.sentence(link=True)}",
                ">",
                f"> {self.sentence(link=True)}",
            )
        )

    def blocks(self) -> list[tuple[Callable[[], str], int]]:
        """Return one writer of each kind of block, shuffled, with the number of links that it takes."""
        linked = [(block, 2) for block in (self.bullets, self.tasks, self.table, self.callout)]
        kinds = [*linked, (self.code, 0), (self.math, 0)]
        self.rng.shuffle(kinds)
        return kinds
