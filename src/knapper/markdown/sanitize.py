"""Takes active content out of a page, for vaults whose authors are not trusted."""

from __future__ import annotations

from markdown import Markdown
from markdown.postprocessors import Postprocessor

_FRAMES = ("https://www.youtube-nocookie.com/embed/",)
_ATTRIBUTES = {"class", "id", "style", "title", "lang", "dir", "role", "hidden"}
_TAGS = set(
    "abbr article audio button details figcaption figure g iframe input kbd label mark path picture section source"
    " summary svg track video".split()
)
_OWN = {
    "a": {"href", "download"},
    "audio": {"src", "controls", "preload"},
    "video": {"src", "controls", "preload", "width", "height", "poster"},
    "source": {"src", "srcset", "media", "type"},
    "track": {"src", "kind", "srclang", "label", "default"},
    "iframe": {"src", "height", "width", "loading", "allowfullscreen"},
    "img": {"src", "alt", "width", "height", "loading", "decoding"},
    "input": {"type", "disabled", "checked", "name"},
    "label": {"for"},
    "details": {"open"},
    "ol": {"start"},
    "svg": {"viewbox", "xmlns", "width", "height"},
    "path": {"d", "fill"},
    "td": {"colspan", "rowspan"},
    "th": {"colspan", "rowspan", "scope"},
}


class SanitizePostprocessor(Postprocessor):
    """Cleans the finished HTML with `nh3` (the Rust library ammonia)."""

    def __init__(self, md: Markdown) -> None:
        super().__init__(md)
        try:
            import nh3
        except ImportError as error:
            message = "sanitize_html needs the package nh3: pip install 'knapper[sanitize]'"
            raise RuntimeError(message) from error
        attributes = {
            tag: {*_OWN.get(tag, ()), *nh3.ALLOWED_ATTRIBUTES.get(tag, ())} for tag in {*_OWN, *nh3.ALLOWED_TAGS}
        }
        self._cleaner = nh3.Cleaner(
            tags=nh3.ALLOWED_TAGS | _TAGS,
            attributes={"*": _ATTRIBUTES, **attributes},
            attribute_filter=_filter,
            generic_attribute_prefixes={"data-", "aria-"},
            link_rel=None,
        )

    def run(self, text: str) -> str:
        """The page without scripts, event handlers, foreign frames and addresses that run code."""
        return self._cleaner.clean(text)


def _filter(tag: str, attribute: str, value: str) -> str | None:
    """Frames may show YouTube's player and files of the site."""
    if tag == "iframe" and attribute == "src" and ":" in value.partition("/")[0] and not value.startswith(_FRAMES):
        return None
    return value
