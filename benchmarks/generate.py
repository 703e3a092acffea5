"""Generate a vault: the same seed, the same bytes.

    python benchmarks/generate.py DEST --notes 1000 --style wikilink --layout folders

Each note has about 8 KB and 36 links: properties, six sections with paragraphs, and in each section one of
a nested list, tasks, a table, fenced code, display math and a callout. `style` decides only how a link is
written, so that plain MkDocs reads the same notes: `[[Name#Heading|text]]`, or `[text](../Name.md#heading)`.
"""

from __future__ import annotations

import argparse
import posixpath
import random
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, get_args
from urllib.parse import quote

from prose import ASCII_WORDS, TAGS, Writer

Style = Literal["wikilink", "markdown"]
Layout = Literal["folders", "hub"]

SECTIONS = 6
LINKS_PER_SECTION = 6
FOLDER_SIZE = 50
DEEPEST = 12
OVERVIEW = "Overview"


@dataclass(frozen=True)
class Spec:
    """What to generate."""

    notes: int
    style: Style = "wikilink"
    layout: Layout = "folders"
    seed: int = 1


@dataclass(frozen=True)
class Plan:
    """What other notes need to know of a note in order to link to it."""

    folder: str
    name: str
    headings: tuple[str, ...]

    @property
    def path(self) -> str:
        """The note's path in the vault."""
        return f"{self.folder}/{self.name}.md"


@dataclass(frozen=True)
class Summary:
    """What was written: number of notes with the home note, their bytes, and the links in them."""

    notes: int
    bytes: int
    links: int


def generate(root: Path, spec: Spec) -> Summary:
    """Write the vault into `root`, which is created; only one note's text is held in memory at a time."""
    plans = [plan_note(index, spec) for index in range(spec.notes)]
    overviews = [index for index, plan in enumerate(plans) if plan.name == OVERVIEW]
    written = write(root / "index.md", home([plans[index] for index in overviews], spec.style))
    for index, plan in enumerate(plans):
        written += write(root / plan.path, note_text(index, plans, overviews, spec))
    links = spec.notes * SECTIONS * LINKS_PER_SECTION + len(overviews)
    return Summary(spec.notes + 1, written, links)


def write(path: Path, text: str) -> int:
    """Write UTF-8 text and return the number of bytes."""
    path.parent.mkdir(parents=True, exist_ok=True)
    return path.write_bytes(text.encode())


def plan_note(index: int, spec: Spec) -> Plan:
    """Choose folder, name and headings. The first note of each folder has the same name in all of them."""
    rng = random.Random(f"{spec.seed}/plan/{index}")
    folder = folder_of(index, spec)
    first, second = (word.capitalize() for word in rng.sample(ASCII_WORDS, 2))
    is_first = index == 0 or folder_of(index - 1, spec) != folder
    name = OVERVIEW if is_first else f"{first} {second} {index}"
    openings = rng.sample(ASCII_WORDS, SECTIONS)
    headings = tuple(f"{word.capitalize()} and {rng.choice(ASCII_WORDS)}" for word in openings)
    return Plan(folder, name, headings)


def folder_of(index: int, spec: Spec) -> str:
    """Return the note's folder.

    `folders` has folders of 50 notes. `hub` puts one third of the notes into a single folder, one third along
    a chain of nested folders, and the rest into folders of 50.
    """
    third = spec.notes // 3
    if spec.layout == "hub" and index < third:
        return "Hub/All entries"
    if spec.layout == "hub" and index < 2 * third:
        depth = 1 + (index - third) * DEEPEST // third
        return "Hub/" + "/".join(f"Level {level}" for level in range(1, depth + 1))
    number = index // FOLDER_SIZE
    return f"Part {number // 20 + 1}/{number:03d} {ASCII_WORDS[number % len(ASCII_WORDS)].capitalize()}"


def note_text(index: int, plans: Sequence[Plan], overviews: Sequence[int], spec: Spec) -> str:
    """Return the note's text; its random choices do not depend on the style."""
    rng = random.Random(f"{spec.seed}/text/{index}")
    plan = plans[index]
    writer = Writer(rng, link_supply(index, plans, overviews, spec))
    parts = [properties(index, rng), f"# {plan.name}", writer.paragraph(3, 0) + "[^1]"]
    for heading, (block, taken) in zip(plan.headings, writer.blocks(), strict=True):
        parts += [f"## {heading}", writer.paragraph(4, LINKS_PER_SECTION - taken - 2), block()]
        parts += [f"### {heading} in detail", writer.paragraph(4, 2)]
    parts.append(f"[^1]: {writer.sentence()}")
    return "\n\n".join(parts) + "\n"


def properties(index: int, rng: random.Random) -> str:
    """Return YAML front matter with aliases, tags, a date and a number."""
    tags = ", ".join(rng.sample(TAGS, 2))
    day = f"2024-{1 + index % 12:02d}-{1 + index % 28:02d}"
    alias = f"{rng.choice(ASCII_WORDS)} {rng.choice(ASCII_WORDS)} alias {index}"
    return f"---\naliases: [{alias}]\ntags: [{tags}]\ncreated: {day}\nrating: {rng.randint(1, 5)}\n---"


def link_supply(index: int, plans: Sequence[Plan], overviews: Sequence[int], spec: Spec) -> Iterator[str]:
    """Yield links: half to notes nearby, a twentieth to overviews, the rest anywhere."""
    rng = random.Random(f"{spec.seed}/links/{index}")
    source = plans[index]
    while True:
        place = rng.random()
        if place < 0.05:
            target = plans[rng.choice(overviews)]
        elif place < 0.5:
            target = plans[(index + rng.randint(1, FOLDER_SIZE)) % len(plans)]
        else:
            target = rng.choice(plans)
        heading = rng.choice(target.headings) if rng.random() < 0.2 else ""
        alias = f"{rng.choice(ASCII_WORDS)} {rng.choice(ASCII_WORDS)}" if rng.random() < 0.4 else ""
        yield link(source.folder, target, heading, alias, spec.style)


def link(folder: str, target: Plan, heading: str, alias: str, style: Style) -> str:
    """Write a link from a note in `folder`, in Obsidian's or in Markdown's own way."""
    if style == "markdown":
        anchor = f"#{slug(heading)}" if heading else ""
        shown = alias or (f"{target.name} > {heading}" if heading else target.name)
        return f"[{shown}]({quote(posixpath.relpath(target.path, folder or '.'))}{anchor})"
    # An overview's name is not unique, so that its folder has to be named; the whole path always is.
    name = target.path.removesuffix(".md") if target.name == OVERVIEW else target.name
    return f"[[{name}{'#' if heading else ''}{heading}{'|' if alias else ''}{alias}]]"


def slug(heading: str) -> str:
    """Return the id that Python-Markdown's `toc` gives an ASCII heading."""
    return re.sub(r"[\s-]+", "-", heading.lower())


def home(overviews: Sequence[Plan], style: Style) -> str:
    """Return the home note, which links to the first note of every folder."""
    lines = [f"- {link('', plan, '', plan.folder.rpartition('/')[2], style)}" for plan in overviews]
    return "\n".join(["# Home", "", *lines, ""])


def main() -> None:
    """Command line."""
    formatter = argparse.RawDescriptionHelpFormatter
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=formatter)
    parser.add_argument("dest", type=Path, help="folder to write to")
    parser.add_argument("--notes", type=int, default=1000)
    parser.add_argument("--style", choices=get_args(Style), default="wikilink")
    parser.add_argument("--layout", choices=get_args(Layout), default="folders")
    parser.add_argument("--seed", type=int, default=1)
    args = parser.parse_args()
    done = generate(args.dest, Spec(args.notes, args.style, args.layout, args.seed))
    print(f"{done.notes} notes, {done.bytes / done.notes / 1e3:.2f} KB each, {done.links} links")


if __name__ == "__main__":
    main()
