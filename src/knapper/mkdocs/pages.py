"""Pages that no note holds: of folders, and at addresses that notes have left."""

from __future__ import annotations

import html
import json
from urllib.parse import urljoin

from mkdocs.config.defaults import MkDocsConfig
from mkdocs.structure.files import File, Files
from mkdocs.structure.pages import Page
from mkdocs.utils import get_relative_url

from knapper.mkdocs.files import place
from knapper.vault import Folder, Index
from knapper.vault.names import base_name

_REDIRECT = """<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>{title}</title>
<link rel="canonical" href="{canonical}">
<meta name="robots" content="noindex">
<script>location.replace({script} + location.hash)</script>
<meta http-equiv="refresh" content="0; url={url}">
</head>
<body><p>This page has moved: <a href="{url}">{title}</a></p></body>
</html>
"""


def add_folders(files: Files, index: Index, config: MkDocsConfig) -> dict[str, Folder]:
    """Adds a page for each folder without a note of its own; returns them by the path of their imaginary source."""
    folders = {f"{folder.path}/index.md".lstrip("/"): folder for folder in index.folders.walk() if folder.note is None}
    for path, folder in folders.items():
        add_page(files, config, path, folder.address, is_index=True)
    return folders


def add_page(files: Files, config: MkDocsConfig, path: str, address: str, is_index: bool) -> None:
    """Adds an empty page, as if there were a file of this path in the vault; one that is there is not published."""
    file = File.generated(config, path, content="")
    place(file, address, is_index)
    if files.get_file_from_path(path):
        files.remove(file)
    files.append(file)


def free_address(address: str, index: Index) -> str:
    """An address that the vault leaves free: the wanted one, or one with a number."""
    folders = (folder.address for folder in index.folders.walk())
    taken = {*index.addresses.values(), *index.redirects, *folders}
    number, candidate = 1, address
    while candidate in taken:
        number += 1
        candidate = f"{address.rstrip('/')}-{number}/"
    return candidate


def add_redirects(files: Files, index: Index, config: MkDocsConfig) -> None:
    """Adds a small page at each old address of a note, which leads to the note."""
    for address, path in index.redirects.items():
        target = files.get_file_from_path(path)
        place = f"{address}index.html" if config.use_directory_urls else f"{address.rstrip('/')}.html"
        if target and not files.get_file_from_path(place):
            file = File.generated(config, place, content="")
            file.content_string = _redirect(file, target, path, config.site_url)
            files.append(file)


def _redirect(file: File, target: File, path: str, site_url: str | None) -> str:
    url = get_relative_url(target.url, file.url)
    return _REDIRECT.format(
        title=html.escape(base_name(path).removesuffix(".md")),
        canonical=html.escape(urljoin(site_url, target.url) if site_url else url),
        script=json.dumps(url).replace("<", "\\u003c"),
        url=html.escape(url),
    )


def folder_content(folder: Folder, page: Page, index: Index, files: Files) -> str:
    """What a folder's page shows: its folders and notes."""
    below = [
        (child.note or f"{child.path}/index.md", child.name, "folder-item folder-item--folder")
        for child in folder.folders
    ]
    notes = [(path, index.vault.notes[path].title, "folder-item") for path in folder.notes]
    items = (list_item(path, title, name, page, files) for path, title, name in (*below, *notes))
    return f'<ul class="folder-list">\n{"".join(items)}</ul>\n'


def list_item(path: str, title: str, name: str, page: Page, files: Files, summary: str = "") -> str:
    """A link to a page as an item of a list with a class name, and what the page is about."""
    file = files.get_file_from_path(path)
    if file is None:
        return ""
    url = html.escape(file.url_relative_to(page.file))
    link = f'<a class="internal-link" href="{url}">{html.escape(title)}</a>'
    about = f'<p class="folder-summary">{html.escape(summary)}</p>' if summary else ""
    return f'<li class="{name}">{link}{about}</li>\n'
