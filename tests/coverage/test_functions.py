"""Which functions there are, and which of them mutmut leaves out without a word."""

import pytest

from knapper.coverage.functions import NOTHING, UNSUPPORTED, functions, mutate, of_symbol, qualified_name, why_unmutated

MODULE = '''\
import functools
RATE = 0.1

class Base:
    def init(self): ...

    def nothing(self):
        """It does nothing."""

class Adam(Base):
    """It adapts."""

    rate: float = RATE

    def __new__(cls):
        return 1 + 2

    @property
    def doubled(self):
        return 2 * self.rate

    @staticmethod
    def fixed(x=3):
        return x + 1

    @classmethod
    def made(cls):
        return cls(1)

    def steps(self):
        yield 1

    def outer(self):
        def inner():
            return 1 + 2
        return inner

    def same(self):
        return self

    class State:
        def update(self):
            return 1 + 2

@functools.cache
def cached():
    return 1 + 2

if RATE:
    def conditional():
        return 1 + 2

def left_out():
    return 1 + 2  # pragma: no mutate

def same(x):
    return x
'''


def names(symbol: str) -> list[str]:
    return [function.name for function in of_symbol(MODULE, symbol)]


@pytest.mark.parametrize(
    ("symbol", "expected"),
    [
        ("same", ["same"]),
        ("Adam.outer", ["Adam.outer"]),
        ("Adam.outer.inner", ["Adam.outer"]),
        ("Adam.State", ["Adam.State.update"]),
        ("Base", []),
        ("RATE", []),
        ("Adam.rate", []),
        ("Missing", []),
    ],
)
def test_functions_of_a_symbol(symbol: str, expected: list[str]) -> None:
    assert names(symbol) == expected


def test_of_a_class_all_methods_and_of_a_file_all_functions() -> None:
    methods = "__new__ doubled fixed made steps outer same State.update".split()
    assert names("Adam") == [f"Adam.{name}" for name in methods]
    assert names("") == [*names("Adam"), "cached", "conditional", "left_out", "same"]


def test_only_what_is_shown_is_mutated() -> None:
    assert list(mutate(MODULE, of_symbol(MODULE, "Adam.fixed")).ids) == ["Adam.fixed"]
    assert "x_cached" not in mutate(MODULE, of_symbol(MODULE, "Adam")).code


def test_what_mutmut_leaves_out_is_told_from_what_has_nothing_to_mutate() -> None:
    mutants = mutate(MODULE, of_symbol(MODULE, ""))
    found = {one.name: one for one in functions(MODULE)}
    why = {name: why_unmutated(MODULE, found[name]) for name, ids in mutants.ids.items() if not ids}
    left_out = ["Adam.__new__", "Adam.doubled", "Adam.State.update", "cached", "conditional", "left_out"]
    assert why == {**dict.fromkeys(left_out, UNSUPPORTED), "Adam.same": NOTHING, "same": NOTHING}


def test_a_change_in_words() -> None:
    mutants = mutate(MODULE, of_symbol(MODULE, "Adam.steps"))
    assert "- yield 1\n+ yield 2" in map(mutants.change, mutants.ids["Adam.steps"])


@pytest.mark.parametrize(
    ("name", "function"),
    [
        ("x_same__mutmut_12", "same"),
        ("x__private__mutmut_orig", "_private"),
        ("xǁAdamǁ__init____mutmut_1", "Adam.__init__"),
        ("same", "same"),
    ],
)
def test_names_of_mutmut(name: str, function: str) -> None:
    assert qualified_name(name) == function
