"""The IPython shell in which cells run: what they display as standard MIME bundles, the same every time."""

from __future__ import annotations

import base64
import io
import re
import sys
import tempfile
from collections.abc import Callable
from typing import Any

from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

MAX_ROWS = 200
"""Rows of a table that are shown; all of them are in the file of its numbers."""

_ADDRESS = re.compile(r"(?<=\bat )0x[0-9a-f]+\b", re.IGNORECASE)
_NUMBERS = (
    "bool bool_ float16 float32 float64 longdouble complex64 complex128 clongdouble "
    "int8 int16 int32 int64 longlong uint8 uint16 uint32 uint64 ulonglong"
).split()
"""Scalars of NumPy; a printer of their base class is not asked, for each has a `__repr__` of its own."""
_UUID = re.compile(r"\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b", re.IGNORECASE)

Bundle = dict[str, Any]


class Publisher(DisplayPublisher):
    """Hands what is displayed to a function."""

    show: Callable[[Bundle], None]

    def publish(self, data: Bundle, *args: Any, **kwargs: Any) -> None:
        """Called by `display` and by matplotlib's inline backend."""
        type(self).show(data)

    def clear_output(self, wait: bool = False) -> None:
        """There is no screen to clear."""


class _Shell(InteractiveShell):
    """A shell in which what cannot be displayed is an error."""

    def showtraceback(self, exc_tuple: Any = None, *args: Any, **kwargs: Any) -> None:
        """Called where a representation fails, which would otherwise only print the error."""
        error = (exc_tuple or sys.exc_info())[1]
        assert error is not None
        raise error


def make_shell() -> InteractiveShell:
    """The shell of this process, made at the first call; it writes no history, and no profile that stays."""
    if InteractiveShell.initialized():
        return InteractiveShell.instance()
    config = Config()
    config.HistoryManager.enabled = False
    config.InlineBackend.figure_formats = {"svg"}
    config.InlineBackend.print_figure_kwargs = {
        "bbox_inches": "tight",
        "metadata": {"Creator": None, "Date": None, "Format": None, "Type": None},
    }
    InteractiveShell.display_pub_class = Publisher  # type: ignore[assignment]
    with tempfile.TemporaryDirectory() as profile:
        shell = _Shell.instance(config=config, colors="NoColor", ipython_dir=profile)
    formatter: Any = shell.display_formatter
    bundles = formatter.mimebundle_formatter
    for module in ("pandas", "pandas.core.frame"):
        bundles.for_type_by_name(module, "DataFrame", _table)
    for module in ("pandas", "pandas.core.series"):
        bundles.for_type_by_name(module, "Series", _series)
    bundles.for_type_by_name("pandas.io.formats.style", "Styler", _styled)
    bundles.for_type_by_name("matplotlib.animation", "Animation", _animation)
    for name in _NUMBERS:
        formatter.formatters["text/plain"].for_type_by_name("numpy", name, _number)
    return shell


# Tables ---------------------------------------------------------------------------------------------------------------


def _table(frame: Any, include: Any = None, exclude: Any = None) -> Bundle:
    """A DataFrame, rounded as it is or as `pd.options.display` says; its numbers in full beside it."""
    has_labels, is_long = _has_labels(frame), len(frame) > MAX_ROWS
    shown = {"max_rows": MAX_ROWS, "show_dimensions": is_long, "index": has_labels}
    html = frame.to_html(border=0, classes="dataframe", **shown)
    return {"text/html": html, "text/csv": frame.to_csv(index=has_labels), "text/plain": repr(frame)}


def _series(series: Any, include: Any = None, exclude: Any = None) -> Bundle:
    return _table(series.to_frame())


def _styled(styler: Any, include: Any = None, exclude: Any = None) -> Bundle:
    """A Styler with a fixed id in place of a random one, and without its inline style sheet's."""
    has_labels = _has_labels(styler.data)
    shown = styler if has_labels else styler.hide(axis="index")
    html = shown.set_uuid("styled").to_html(table_attributes='class="dataframe"', max_rows=MAX_ROWS)
    return {"text/html": html, "text/csv": styler.data.to_csv(index=has_labels), "text/plain": "Styler"}


def _has_labels(frame: Any) -> bool:
    """Whether the index says more than the number of the row; one that does not is left out."""
    return frame.index.name is not None or not frame.index.equals(type(frame)(index=range(len(frame))).index)


# Numbers and animations -----------------------------------------------------------------------------------------------


def _number(value: Any, printer: Any, cycle: bool) -> None:
    """A number of NumPy's as Python would write it, `0.55` in place of `np.float64(0.55)`."""
    printer.text(str(value))


def _animation(animation: Any, include: Any = None, exclude: Any = None) -> Bundle:
    """An animation as WebP, which repeats for ever, and its last frame for readers who want no motion."""
    from matplotlib import pyplot
    from PIL import Image

    figure = animation._fig
    frames: list[Image.Image] = []
    animation._init_draw()  # as `Animation.save` does
    for data in animation.new_frame_seq():
        animation._draw_next_frame(data, blit=False)
        buffer = io.BytesIO()
        figure.savefig(buffer, format="png", facecolor="white", dpi=figure.dpi, metadata={"Software": None})
        frames.append(Image.open(buffer).convert("RGB"))
    moving, still = io.BytesIO(), io.BytesIO()
    pause = round(animation._interval)
    frames[0].save(moving, "WEBP", save_all=True, append_images=frames[1:], duration=pause, loop=0, quality=80)
    frames[-1].save(still, "PNG")
    pyplot.close(figure)  # or it would be shown once more, as a figure
    return {
        "image/webp": base64.b64encode(moving.getvalue()).decode(),
        "image/png": base64.b64encode(still.getvalue()).decode(),
        "text/plain": "Animation",
    }


# Scrubbing ------------------------------------------------------------------------------------------------------------


class Scrubber:
    """Takes out of texts what is of one machine or one run: addresses, folders, random ids.

    Args:
        folders: folder to what is shown for it, the most specific first.
    """

    def __init__(self, folders: list[tuple[str, str]]) -> None:
        # `/home/ann` is neither in `/home/anna` nor in `/mnt/home/ann`.
        self._folders = [
            (folder, re.compile(rf"(?<![\w.-]){re.escape(folder)}(?:(?<=/)|(?![\w-]))"), shown)
            for folder, shown in folders
        ]

    def text(self, text: str) -> str:
        """A text without them."""
        for folder, pattern, shown in self._folders:
            if folder in text:
                text = pattern.sub(shown.replace("\\", "\\\\"), text)
        if " 0x" in text:
            text = _ADDRESS.sub("0x…", text)
        return _UUID.sub("00000000-0000-0000-0000-000000000000", text) if text.count("-") >= 4 else text

    def bundle(self, data: Bundle) -> Bundle:
        """A MIME bundle whose texts are without them; pictures and JSON stay."""
        return {
            mime: self.text(value) if isinstance(value, str) and mime.startswith("text/") else value
            for mime, value in data.items()
        }
