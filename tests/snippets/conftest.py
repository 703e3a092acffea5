from collections.abc import Iterator

import pytest

from knapper.snippets.server import close_servers
from tests.snippets.projects import Lab


@pytest.fixture(scope="module")
def shared(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    lab = Lab(tmp_path_factory.mktemp("lab"))
    for folder in ("snippets", "src", "data"):
        (lab.root / folder).mkdir()
    lab.warm_up()
    yield lab
    close_servers()


@pytest.fixture
def lab(shared: Lab) -> Lab:
    shared.wipe()
    return shared
