"""The core works in plain Python-Markdown: nothing in it may need MkDocs."""

import subprocess
import sys

import pytest

WITHOUT_MKDOCS = """
import importlib, pkgutil, sys

class Absent:
    def find_spec(self, name, path=None, target=None):
        if name.partition(".")[0] in {"mkdocs", "material", "click"}:
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)

sys.meta_path.insert(0, Absent())
package = importlib.import_module(sys.argv[1])
for module in pkgutil.walk_packages(getattr(package, "__path__", ()), package.__name__ + "."):
    importlib.import_module(module.name)
"""


def _import_without_mkdocs(package: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-c", WITHOUT_MKDOCS, package], capture_output=True, text=True, check=False)


@pytest.mark.parametrize("package", ["diagnostics", "syntax", "vault", "markdown"])
def test_the_core_imports_where_mkdocs_is_absent(package: str) -> None:
    done = _import_without_mkdocs(f"knapper.{package}")
    assert done.returncode == 0, done.stderr


def test_the_adapter_does_need_mkdocs() -> None:
    done = _import_without_mkdocs("knapper.mkdocs")
    assert done.returncode == 1
    assert "No module named 'mkdocs" in done.stderr
