"""What is mounted into a vault: how links find it, and what is said where they do not."""

from dataclasses import replace
from pathlib import Path

import pytest

from knapper.diagnostics import Code
from knapper.syntax.targets import wiki_target
from knapper.vault import Absent, Index, Mounts, Settings, check
from tests.vault.making import index_of

FAILED = "cell `surface` of snippets/adam.py failed: ValueError: no (line 40)"
MOUNTS = Mounts(
    files=frozenset(
        {
            "adam/trajectory.svg",
            "adam/losses.md",
            "adam/losses.csv",
            "adam/final-loss.md",
            "adam/descent.webp",
            "adam/descent.png",
            "adam/loss.v1.md",
            "optim/sgd/losses.md",
            "optim/sgd/exam.json",
            "optim/sgd/Größe.svg",
            "deeplearning/optimizers.py",
            "deeplearning/empty.py",
            "snippets/adam.py",
        }
    ),
    absent={"adam/later": None, "adam/surface": Absent(FAILED, "run `knapper run adam`")},
    parts={
        "deeplearning/optimizers.py": frozenset({"RATE", "Adam", "Adam.update", "Adam.__init__", "SGD"}),
        "snippets/adam.py": frozenset({"trajectory", "losses"}),
    },
    snippets=frozenset({"adam", "optim/sgd", "bare"}),
)
NOTES = {
    "Adam.md": "# Update\n",
    "Losses of all.md": "",
    "own/final-loss.md": "",
    "Secret.md": "---\npublish: false\n---\n",
    "exact/descent.md": "",
    "notes/deep/x.md": "",
}


@pytest.fixture(scope="module")
def index(tmp_path_factory: pytest.TempPathFactory) -> Index:
    return index_of(tmp_path_factory.mktemp("vault"), NOTES, mounts=MOUNTS)


@pytest.mark.parametrize(
    ("link", "path", "anchor", "problem"),
    [
        ("adam/trajectory.svg", "adam/trajectory.svg", "", None),
        ("adam/trajectory", "adam/trajectory.svg", "", None),
        ("ADAM/Trajectory.SVG", "adam/trajectory.svg", "", None),
        ("/adam/trajectory.svg", "adam/trajectory.svg", "", None),
        ("../../adam/trajectory.svg", "adam/trajectory.svg", "", None),
        ("./adam/trajectory.svg", None, "", Code.MISSING_OUTPUT),
        ("trajectory.svg", "adam/trajectory.svg", "", None),
        ("trajectory", "adam/trajectory.svg", "", None),
        ("adam/losses", "adam/losses.md", "", None),
        ("adam/losses.md", "adam/losses.md", "", None),
        ("adam/losses.csv", "adam/losses.csv", "", None),
        ("sgd/losses", "optim/sgd/losses.md", "", None),
        ("optim/sgd/exam", "optim/sgd/exam.json", "", None),
        ("losses", "adam/losses.md", "", None),  # the shortest path
        ("adam/descent", "adam/descent.webp", "", None),
        ("adam/descent.png", "adam/descent.png", "", None),
        ("adam/loss.v1", "adam/loss.v1.md", "", None),
        ("optim/sgd/gro\u0308\u00dfe", "optim/sgd/Größe.svg", "", None),
        ("final-loss", "own/final-loss.md", "", None),  # the vault's own files come first
        ("descent", "exact/descent.md", "", None),
        ("Adam", "Adam.md", "", None),
        ("adam", "Adam.md", "", None),
        ("Secret", None, "", Code.UNPUBLISHED_TARGET),
        ("adam/trajectory.svg#outline", "adam/trajectory.svg", "outline", None),
        ("deeplearning/optimizers.py", "deeplearning/optimizers.py", "", None),
        ("optimizers.py", "deeplearning/optimizers.py", "", None),
        ("optimizers.py#Adam.update", "deeplearning/optimizers.py", "Adam.update", None),
        ("optimizers.py#Adam.updat", "deeplearning/optimizers.py", "", Code.MISSING_SYMBOL),
        ("deeplearning/empty.py#x", "deeplearning/empty.py", "", Code.MISSING_SYMBOL),
        ("deeplearning/optimizers", None, "", Code.MISSING_TARGET),
        ("snippets/adam.py#losses", "snippets/adam.py", "losses", None),
        ("adam/later", "adam/later", "", None),
        ("adam/later.svg", "adam/later", "", None),
        ("adam/later.md", "adam/later", "", None),
        ("later.webp", "adam/later", "", None),
        ("adam/surface.svg", "adam/surface", "", Code.MISSING_OUTPUT),
        ("adam/surface", "adam/surface", "", Code.MISSING_OUTPUT),
        ("adam/trajectory.png", None, "", Code.MISSING_OUTPUT),
        ("adam/trajectroy", None, "", Code.MISSING_OUTPUT),
        ("bare/anything", None, "", Code.MISSING_OUTPUT),
        ("Nothing", None, "", Code.MISSING_TARGET),
        ("elsewhere/losses", None, "", Code.MISSING_TARGET),
        ("../../../adam/losses", None, "", Code.OUTSIDE_VAULT),
    ],
)
def test_destination(index: Index, link: str, path: str | None, anchor: str, problem: Code | None) -> None:
    destination = index.destination(wiki_target(link), "notes/deep/x.md")
    assert (destination.path, destination.anchor, destination.problem) == (path, anchor, problem)
    assert bool(destination.message) is (problem is not None)


def test_outputs_of_one_name_are_ambiguous_where_their_paths_are_equally_long(tmp_path: Path) -> None:
    mounts = Mounts(frozenset({"b/x.md", "a/x.md", "a/y.svg", "b/y.svg"}), snippets=frozenset("ab"))
    index = index_of(tmp_path, {"n.md": ""}, mounts=mounts)
    for link, path in (("x", "a/x.md"), ("y", "a/y.svg")):
        destination = index.destination(wiki_target(link), "n.md")
        assert (destination.path, destination.problem) == (path, Code.AMBIGUOUS_TARGET)


def test_a_vault_means_the_same_with_mounts_and_without(tmp_path: Path) -> None:
    files = {"a/losses.md": "", "losses.v1.md": "", "Trajectory.md": "", "b/trajectory.svg": "", "n.md": ""}
    alone, mounted = index_of(tmp_path, files), index_of(tmp_path, files, mounts=MOUNTS)
    for link in ("losses", "losses.md", "trajectory", "Trajectory.svg", "losses.v1", "a/losses", "b/trajectory.svg"):
        target = wiki_target(link)
        assert mounted.destination(target, "n.md") == alone.destination(target, "n.md")
        assert alone.destination(target, "n.md").path


def problems(root: Path, text: str, files: dict[str, str | bytes] | None = None) -> list[str]:
    return [str(d) for d in check(index_of(root, {"n.md": text, **(files or {})}, mounts=MOUNTS))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("![[adam/trajectory.svg|Adam crosses|400]] ![[adam/losses]] ends at ![[adam/final-loss]] ![[adam/later]]", ""),
        ("[[adam/trajectory.svg]] [[snippets/adam.py]] %%![[adam/none]]%%", ""),
        (
            "x ![[adam/trajectory.svg|400]]",
            "n.md:1:3: [figure-text] `![[adam/trajectory.svg]]` has no caption"
            " (write ![[adam/trajectory.svg|what it shows]])",
        ),
        (
            "![](adam/descent.webp)",
            "n.md:1:1: [figure-text] `![[adam/descent.webp]]` has no caption"
            " (write ![[adam/descent.webp|what it shows]])",
        ),
        (
            "![[adam/trajectroy|x]]",
            "n.md:1:1: [missing-output] snippet `adam` has no cell named `trajectroy`"
            " (did you mean ![[adam/trajectory.svg]]?)",
        ),
        (
            "[[Adam/trajectroy.svg]]",
            "n.md:1:1: [missing-output] snippet `adam` has no cell named `trajectroy`"
            " (did you mean [[adam/trajectory.svg]]?)",
        ),
        (
            "![[adam/trajectory.png|x]]",
            "n.md:1:1: [missing-output] cell `trajectory` of snippet `adam` makes no `trajectory.png`"
            " (did you mean ![[adam/trajectory.svg]]?)",
        ),
        (
            "![[bare/x]]",
            "n.md:1:1: [missing-output] snippet `bare` has no cell named `x`"
            ' (name the cell that displays it: # %% name="x")',
        ),
        ("![[adam/surface.svg|x]]", f"n.md:1:1: [missing-output] {FAILED} (run `knapper run adam`)"),
        (
            "![[deeplearning/optimizers.py#Adam.updat]]",
            "n.md:1:1: [missing-symbol] `deeplearning/optimizers.py` has no `Adam.updat`"
            " (did you mean ![[deeplearning/optimizers.py#Adam.update]]?)",
        ),
        (
            "![[optimizers.py#update]]",
            "n.md:1:1: [missing-symbol] `deeplearning/optimizers.py` has no `update`"
            " (did you mean ![[optimizers.py#Adam.update]]?)",
        ),
        (
            "![[deeplearning/empty.py#x]]",
            "n.md:1:1: [missing-symbol] `deeplearning/empty.py` has no `x`"
            " (name a function, a class, a method as `Class.method`, or a variable of the module)",
        ),
        (
            "![[deeplearning/optimisers.py]]",
            "n.md:1:1: [missing-target] the vault has no file `deeplearning/optimisers.py`"
            " (did you mean ![[deeplearning/optimizers.py]]?)",
        ),
        (
            "![[adm/trajectory.svg|x]]",
            "n.md:1:1: [missing-target] the vault has no file `adm/trajectory.svg`"
            " (did you mean ![[adam/trajectory.svg]]?)",
        ),
    ],
)
def test_check(tmp_path: Path, text: str, expected: str) -> None:
    assert problems(tmp_path, text) == ([expected] if expected else [])


def test_a_file_at_a_mounted_path_is_shown_and_reported(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"Adam/losses.md": "", "adam/trajectory.svg": "", "adam/other.svg": ""}
    rest = "which code makes, is at this path too; links and embeds show this file (rename one of them)"
    assert problems(tmp_path, "![[adam/losses]] ![[adam/trajectory.svg]]", files) == [
        f"Adam/losses.md: [ambiguous-target] `adam/losses.md`, {rest}",
        f"adam/trajectory.svg: [ambiguous-target] `adam/trajectory.svg`, {rest}",
    ]
    index = index_of(tmp_path, {"n.md": ""}, mounts=MOUNTS)
    assert index.destination(wiki_target("adam/losses"), "n.md").path == "Adam/losses.md"
    assert not index.is_mounted("adam/trajectory.svg")
    assert index.is_mounted("adam/descent.webp")


def test_what_is_mounted_is_no_note(tmp_path: Path) -> None:
    index = index_of(tmp_path, {"n.md": "![[adam/losses]] [[adam/final-loss]] #tag", "m.md": "[[n]]"}, mounts=MOUNTS)
    assert index.note("adam/losses.md") is None
    assert list(index.addresses) == ["m.md", "n.md"]
    assert [note for folder in index.folders.walk() for note in folder.notes] == ["m.md", "n.md"]
    assert list(index.tags.notes) == ["tag"]
    assert index.outgoing("n.md") == ()
    assert index.prerequisites("n.md") == ()


def test_embedders(tmp_path: Path) -> None:
    files = {
        "b.md": "Ends at ![[adam/final-loss]]. First ![[adam/losses]], then ![[adam/later]].",
        "a.md": "See [[adam/losses.md|the table]] now.",
    }
    index = index_of(tmp_path, files, mounts=MOUNTS)
    first, second = index.embedders(["adam/losses.md", "adam/final-loss.md", "adam/later"])
    assert (first.source, first.count, first.contexts) == ("a.md", 1, (("See ", "the table", " now."),))
    assert (second.source, second.count) == ("b.md", 3)
    assert [context.text for context in second.contexts] == ["adam/final-loss", "adam/losses", "adam/later"]
    assert [backlink.source for backlink in index.backlinks("adam/losses.md")] == ["a.md", "b.md"]


def test_values_stand_in_sentences(tmp_path: Path) -> None:
    files = {
        "a.md": "From ![[adam/losses]] to ![[adam/final-loss]], see [[b]].",
        "b.md": "It ends at ![[adam/final-loss]]!",
    }
    mounts = replace(MOUNTS, texts={"adam/final-loss.md": "0.0123"})
    index = index_of(tmp_path, files, mounts=mounts)
    assert index.backlinks("b.md")[0].contexts == (("From to 0.0123, see ", "b", "."),)
    (in_a, in_b) = index.embedders(["adam/final-loss.md"])
    assert in_a.contexts == (("From to ", "0.0123", ", see b."),)
    assert in_b.contexts == (("It ends at ", "0.0123", "!"),)


def test_mounts_make_nothing_public(tmp_path: Path) -> None:
    files = {"n.md": "[[hidden]]", "hidden.md": "---\npublish: false\n---\n"}
    index = index_of(tmp_path, files, Settings(), MOUNTS)
    assert index.destination(wiki_target("hidden"), "n.md").problem is Code.UNPUBLISHED_TARGET
