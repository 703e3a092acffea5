"""A snippet to take along: the script, the executed notebook, and the notebook on Google Colab.

Colab opens notebooks of GitHub repositories only, and executed notebooks are not committed. But they are part of the
site, and a site that `mkdocs gh-deploy` publishes is a branch of the repository: Colab opens them from there. A site
that is published otherwise names another place in the option `snippets: colab`, or none.
"""

from __future__ import annotations

import json
import re
import tomllib
from collections.abc import Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from mkdocs.config.defaults import MkDocsConfig
from packaging.requirements import InvalidRequirement, Requirement
from packaging.utils import canonicalize_name

from knapper.snippets.result import Result, dumps, notebook

_GITHUB = re.compile(r"https://(?:www\.)?github\.com/(?P<repository>[^/\s]+/[^/\s]+?)(?:\.git)?/?")
_COLAB = "https://colab.research.google.com/github/{repository}/blob/{branch}/{path}"
_PREPARE = """\
# Google Colab has neither this project's modules and files nor all packages.
import sys

if "google.colab" in sys.modules:
    !git clone --quiet --depth 1 https://github.com/{repository} /content/project
    %cd -q /content/project
    sys.path[:0] = {modules}
"""


def repository(config: MkDocsConfig) -> str:
    """`owner/name` on GitHub, or an empty string for a site whose `repo_url` is elsewhere."""
    match = _GITHUB.fullmatch(config.repo_url or "")
    return match["repository"] if match else ""


def colab_url(config: MkDocsConfig, template: str, path: str) -> str:
    """The address at which Colab opens a notebook; empty if there is none.

    Args:
        config: the site's.
        template: the option; `auto` for the branch of `mkdocs gh-deploy`, `none`, or an address with `{path}`.
        path: of the notebook in the site.
    """
    name = repository(config)
    if template == "none" or (template == "auto" and not name):
        return ""
    pattern = _COLAB if template == "auto" else template
    parts = {"{repository}": name, "{branch}": config.remote_branch, "{path}": quote(path)}
    return re.sub("|".join(map(re.escape, parts)), lambda match: parts[match[0]], pattern)


def notebook_file(result: Result, name: str, modules: Sequence[str], own: str) -> bytes:
    """The executed notebook as a file, with a cell that prepares Colab where the project is on GitHub.

    Args:
        result: of a snippet.
        name: the repository, `owner/name`, or an empty string.
        modules: folders of the project's modules.
        own: name of the project's own distribution, which is not to be installed.
    """
    made = notebook(result.snippet, result.displayed)
    if name:
        source = _PREPARE.format(repository=name, modules=json.dumps(list(modules)))
        if packages := _packages(result.snippet.settings.dependencies, own):
            source += f"    %pip install -q {' '.join(map(json.dumps, packages))}\n"
        made["cells"].insert(0, _cell(source.rstrip()))
    return dumps(made)


def _cell(source: str) -> dict[str, Any]:
    empty: dict[str, Any] = {"execution_count": None, "metadata": {}, "outputs": []}
    return {"cell_type": "code", "id": "colab", "source": source, **empty}


def _packages(dependencies: Sequence[str], own: str) -> list[str]:
    return [text for text in dependencies if _distribution(text) != canonicalize_name(own)]


def _distribution(requirement: str) -> str:
    try:
        return canonicalize_name(Requirement(requirement).name)
    except InvalidRequirement:
        return ""


def own_distribution(root: Path) -> str:
    """The name in the project's `pyproject.toml`, or an empty string."""
    try:
        project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8")).get("project")
    except (OSError, ValueError):
        return ""
    return str(project.get("name", "")) if isinstance(project, dict) else ""
