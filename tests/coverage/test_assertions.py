"""Which tests count as asserting."""

from knapper.coverage.assertions import read_tests

TESTS = """\
import numpy as np
import pytest

def helper(x):
    np.testing.assert_allclose(x, 1)

@pytest.fixture
def checked():
    assert True

def through(x):
    helper(x)

def test_statement():
    assert add(1, 2) == 3

def test_numpy():
    np.testing.assert_array_equal(add(1, 2), 3)

def test_error():
    with pytest.raises(ValueError):
        add(None)

@given(numbers)
def test_drawn(x):
    through(x)

def test_fixture(checked):
    add(1, 2)

def test_silent():
    add(1, 2)

def test_passes_a_helper_on():
    run(helper)

class TestAdd:
    def test_inside(self):
        assert add

    def test_silent(self):
        self.add(1)
"""


def test_own_assertions_and_those_of_helpers_and_fixtures_count() -> None:
    silent = {"test_silent", "TestAdd::test_silent"}
    read = read_tests(TESTS)
    assert {name for name in read.names if "test_" in name} - read.asserting == silent
    assert "add" in read.names["test_statement"]
    assert "testing" in read.names["test_drawn"]


def test_what_is_no_python_has_no_tests() -> None:
    assert not read_tests("def test_(").asserting
