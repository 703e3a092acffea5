"""Fetches the libraries that sites serve to browsers, `python -m tools.libraries`: KaTeX and Mermaid.

They are no part of the repository, but of the package that is built here. Without them sites name a CDN.
"""

import sys

from knapper.mkdocs.libraries import LIBRARIES, Library
from tools.npm import fetch

FILES = {
    "katex": ("LICENSE", "dist/katex.min.css", "dist/katex.min.js", "dist/fonts/*.woff2"),
    "mermaid": ("LICENSE", "dist/mermaid.min.js"),
}


def ensure_libraries() -> list[str]:
    """Fetches what is missing or of another version; returns what is wrong."""
    return [problem for library in LIBRARIES if (problem := _ensure(library))]


def _ensure(library: Library) -> str | None:
    if library.is_present:
        return None
    problem = fetch(f"{library.name}@{library.version}", FILES[library.name], library.folder)
    if not problem:
        library.stamp.write_text(library.version, encoding="utf-8")
    return problem


def main() -> int:
    """Fetches what is missing; returns 1 where something stays missing."""
    problems = ensure_libraries()
    for problem in problems:
        print(f"setup: {problem} Until `make testbed` succeeds, sites load it from a CDN.", file=sys.stderr)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
