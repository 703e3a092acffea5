import os
from pathlib import Path

import hypothesis
import pytest

# Time depends on the machine's load; CI draws the same examples on every run.
hypothesis.settings.register_profile("local", deadline=None)
hypothesis.settings.register_profile("ci", deadline=None, derandomize=True)
hypothesis.settings.load_profile("ci" if os.environ.get("CI") else "local")


def pytest_addoption(parser: pytest.Parser) -> None:
    group = parser.getgroup("knapper")
    group.addoption("--regen", action="store_true", help="rewrite the golden folders, then read what changed")
    group.addoption("--site", type=Path, help="built site for the browser tests (default: build one)")


@pytest.fixture(scope="session")
def regen(pytestconfig: pytest.Config) -> bool:
    return bool(pytestconfig.getoption("regen"))
