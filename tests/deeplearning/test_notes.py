"""The map of the notes keeps its word: the order of reading and the graph follow the prerequisites."""

import re
from graphlib import TopologicalSorter
from pathlib import Path

import yaml

NOTES = Path(__file__).parents[2] / "notes"
LINK = re.compile(r"\[\[([^\]|#]+)\]\]")


def prerequisites() -> dict[str, set[str]]:
    found = {}
    for path in NOTES.rglob("*.md"):
        properties = yaml.safe_load(path.read_text(encoding="utf-8").split("---\n")[1])
        if properties["kind"] == "concept":
            found[path.stem] = {LINK.fullmatch(link)[1] for link in properties["prerequisites"]}  # type: ignore[index]
    return found


def section(heading: str) -> str:
    text = (NOTES / "Deep Learning.md").read_text(encoding="utf-8")
    return text.split(f"## {heading}\n")[1].split("\n## ")[0]


def test_prerequisites_exist_and_never_lead_back() -> None:
    needed = prerequisites()
    assert set().union(*needed.values()) <= needed.keys()
    assert set(TopologicalSorter(needed).static_order()) == needed.keys()


def test_each_concept_comes_once_and_after_what_it_builds_on() -> None:
    needed = prerequisites()
    order = LINK.findall(section("Start here").split("> [!tip]")[0])
    assert sorted(order) == sorted(needed)
    for place, title in enumerate(order):
        assert needed[title] <= set(order[:place]), title


def test_the_list_names_each_concept_once() -> None:
    assert sorted(re.findall(r"^- \[\[(.+?)\]\]:", section("Map"), re.MULTILINE)) == sorted(prerequisites())


def test_the_graph_draws_the_prerequisites() -> None:
    drawing = section("How the notes build on each other")
    titles = dict(re.findall(r'(\w+)\["(.+?)"\]', drawing))
    arrows = {(titles[a], titles[b]) for a, b in re.findall(r"(\w+)(?:\[.+?\])? --> (\w+)", drawing)}
    assert arrows == {(before, title) for title, all_before in prerequisites().items() for before in all_before}
    linked = re.findall(r"class ([\w,]+) internal-link", drawing)[0].split(",")
    assert sorted(titles[name] for name in linked) == sorted(prerequisites())
