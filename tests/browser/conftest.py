import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import cast

import pytest
from playwright.sync_api import Browser, sync_playwright

from tests.browser.harness import SCHEMES, VIEWPORTS, Scheme, Visit, launch, serve, visit
from tools.npm import ROOT


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Marks the tests of this folder."""
    here = Path(__file__).parent
    for item in items:
        if here in item.path.parents:
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright, launch(playwright) as browser:
        yield browser


@pytest.fixture(scope="session")
def site(pytestconfig: pytest.Config, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The built site: the folder that `--site` names, else built here from mkdocs.yml."""
    built = cast("Path | None", pytestconfig.getoption("site"))
    if built is not None:
        return built
    target = tmp_path_factory.mktemp("site")
    command = [sys.executable, "-m", "mkdocs", "build", "--quiet", "--site-dir", str(target)]
    subprocess.run(command, cwd=ROOT, check=True)
    return target


@pytest.fixture(scope="session")
def base(site: Path) -> Iterator[str]:
    """Address at which the site is served."""
    with serve(site) as address:
        yield address


@pytest.fixture(params=VIEWPORTS)
def viewport(request: pytest.FixtureRequest) -> str:
    return cast(str, request.param)


@pytest.fixture(params=SCHEMES)
def scheme(request: pytest.FixtureRequest) -> Scheme:
    return cast(Scheme, request.param)


@pytest.fixture
def visitor(browser: Browser, base: str, viewport: str, scheme: Scheme) -> Iterator[Visit]:
    """The site, seen once for each viewport and colour scheme."""
    with visit(browser, base, VIEWPORTS[viewport], scheme) as visitor:
        yield visitor


@pytest.fixture
def desktop(browser: Browser, base: str) -> Iterator[Visit]:
    """The site on a desktop, in light colours."""
    with visit(browser, base, VIEWPORTS["desktop"], "light") as visitor:
        yield visitor


@pytest.fixture
def phone(browser: Browser, base: str) -> Iterator[Visit]:
    """The site on a phone, in light colours."""
    with visit(browser, base, VIEWPORTS["phone"], "light") as visitor:
        yield visitor
