"""Which files MkDocs builds and copies, and at which addresses."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files, InclusionLevel

from knapper.vault import Index


def selected(files: Files, config: MkDocsConfig, serving: bool) -> set[str]:
    """Paths of the vault that MkDocs's own `exclude_docs` and `draft_docs` let through."""
    lets_through: Callable[[InclusionLevel], bool] = (
        InclusionLevel.is_in_serve if serving else InclusionLevel.is_included
    )
    return {file.src_uri for file in files if file.src_dir == config.docs_dir and lets_through(file.inclusion)}


def speed_up(files: Files) -> None:
    """Spares the normalisation of paths, which takes longer than looking them up: nearly all are normal."""
    known, stock = files.src_uris, files.get_file_from_path
    files.get_file_from_path = lambda path: known.get(path) or stock(path)  # type: ignore[method-assign]


def leave_out(files: Files, paths: Iterable[str]) -> None:
    """Takes files of the theme out of a site that does not use them."""
    for path in paths:
        if file := files.get_file_from_path(path):
            files.remove(file)


def own_pages(index: Index) -> dict[str, str]:
    """Path of a note, or of a page that is made for want of one, to the folder whose own page it is."""
    return {folder.note or f"{folder.path}/index.md".lstrip("/"): folder.path for folder in index.folders.walk()}


def arrange(files: Files, index: Index, config: MkDocsConfig) -> None:
    """Takes out what is not published, and gives every note the address that the index chose."""
    own = own_pages(index)
    for file in list(files):
        if file.src_dir != config.docs_dir:
            continue
        if file.src_uri in index.addresses:
            place(file, index.addresses[file.src_uri], file.src_uri in own)
        elif file.src_uri not in index.vault.attachments and not _is_dotted(file.src_uri):
            files.remove(file)


def place(file: File, address: str, is_index: bool) -> None:
    """Gives a page its address, relative to the site, with a slash at its end; `is_index` for a folder's own page."""
    named = is_index or file.use_directory_urls
    file.dest_uri = f"{address}index.html" if named else f"{address.rstrip('/')}.html"
    file.name = "index" if is_index else file.src_uri.rpartition("/")[2].rpartition(".")[0]
    # MkDocs knows `.md` in lower case only.
    file.is_documentation_page = lambda: True  # type: ignore[method-assign]
    for derived in ("url", "abs_dest_path"):
        file.__dict__.pop(derived, None)


def _is_dotted(path: str) -> bool:
    """Whether a path is none of the vault's, such as `.nojekyll`, but of a site that lets it through explicitly."""
    return any(part.startswith(".") for part in path.split("/"))
