"""A project with two functions: one is tested well, the other badly."""

from pathlib import Path

from knapper.snippets.layout import Layout
from tests.vault.making import write

MODULE = '''\
from maths.constants import ONE

LIMIT = 3


def add(a, b):
    return a + b


def scale(a):
    """Not far from `a`."""
    return a * ONE * 2


def slow(n):
    while n > 0:
        n -= 1
    return n


def same(a):
    return a
'''
TESTS = """\
import pytest
from maths.basic import LIMIT, add, same, scale, slow


@pytest.mark.parametrize("a", [2, 3])
def test_add(a):
    assert add(a, 1) == a + 1


def test_scale():
    scale(3)


def test_slow():
    assert slow(3) == 0


def test_same():
    assert same(LIMIT) == 3
"""
FILES = {
    "src/maths/__init__.py": "",
    "src/maths/constants.py": "ONE = 1\n",
    "src/maths/basic.py": MODULE,
    "src/maths/other.py": "def twice(a):\n    return 2 * a\n",
    "tests/test_basic.py": TESTS,
    "tests/test_other.py": "from maths.other import twice\ndef test_twice():\n    assert twice(3) == 6\n",
    "tests/test_unrelated.py": "def test_fails():\n    assert False\n",
}


def make_project(root: Path) -> Layout:
    return Layout(write(root, FILES))
