"""Small pictures of those in a question, for a page and a saved notebook."""

from __future__ import annotations

import base64
import binascii
import io
import re
import warnings
from importlib.util import find_spec
from typing import TYPE_CHECKING, NamedTuple

from .text.escape import escape, escape_prose
from .text.markup import EMPTY, Html, join_html

if TYPE_CHECKING:
    from collections.abc import Sequence

_WIDTH, _HEIGHT = 320, 180
"""Pixels of the page that a small picture takes at most; its file has twice as many, for screens that show them."""
_AS_IT_IS = 48_000
"""Bytes up to which a picture goes into the page as it is."""
_MOST = 20
_DATA = re.compile(r"data:image/(?P<form>png|jpeg|jpg|gif|webp)(?:;[^,;]{0,80})*;base64,", re.IGNORECASE)
_STYLE = Html("max-width:100%;height:auto;border-radius:6px;display:block")
_UNKNOWN_SIZE = Html("max-width:100%;max-height:180px;border-radius:6px;display:block")
_BESIDE = Html("display:inline-block;vertical-align:top;margin:0 .8em .5em 0;max-width:100%")
_SMALL = Html("font-size:.85em;opacity:.7")


class _Small(NamedTuple):
    """A picture to be shown: its file, as it is laid out, and the size of the whole, where it is known."""

    form: str
    data: bytes
    size: tuple[int, int] | None


def thumbnails(pictures: Sequence[str]) -> Html:
    """Write pictures side by side, each with its size in pixels.

    Args:
        pictures: ``data:`` URLs; nothing in them is trusted. What is no picture is left out: its words stand elsewhere.

    Returns:
        One ``<div>``; nothing where there is nothing to show.
    """
    shown = [_figure(small) for url in pictures[:_MOST] if (small := _small(url)) is not None]
    if not shown:
        return EMPTY
    more = len(pictures) - _MOST
    note = Html(f'<span style="{_SMALL}">and {more} more</span>') if more > 0 else EMPTY
    return Html(f"<div>{join_html(shown)}{note}</div>")


def media_html(words: Sequence[str], pictures: Sequence[str]) -> Html:
    """Write the pictures and videos of a question: what can be shown of them small, and all of them in words.

    Args:
        words: one for each; nothing in them is trusted.
        pictures: the pictures among them that came whole, as ``data:`` URLs.

    Returns:
        Nothing where there is none.
    """
    if not words:
        return EMPTY
    line = Html(f'<div style="{_SMALL}">{escape_prose(" · ".join(words))}</div>')
    return Html(f"<div>{thumbnails(pictures)}{line}</div>")


def _figure(small: _Small) -> Html:
    source = escape(f"data:image/{small.form};base64,{base64.b64encode(small.data).decode('ascii')}")
    if small.size is None:
        return Html(f'<div style="{_BESIDE}"><img src="{source}" alt="picture" style="{_UNKNOWN_SIZE}"></div>')
    width, height = small.size
    scale = min(1.0, _WIDTH / width, _HEIGHT / height)
    box = Html(f'width="{max(1, round(width * scale))}" height="{max(1, round(height * scale))}"')
    words = escape(f"{width:,} × {height:,} pixels")
    return Html(
        f'<div style="{_BESIDE}"><img src="{source}" alt="picture" {box} style="{_STYLE}">'
        f'<span style="{_SMALL}">{words}</span></div>'
    )


def _small(url: str) -> _Small | None:
    found = _DATA.match(url)
    if found is None:
        return None
    try:
        raw = base64.b64decode(url[found.end() :], validate=True)
    except (binascii.Error, ValueError):
        return None
    form = "jpeg" if found["form"].lower() == "jpg" else found["form"].lower()
    if find_spec("PIL") is None:
        return _Small(form, raw, None) if 0 < len(raw) <= 2 * _AS_IT_IS else None
    return _drawn_small(raw, form)


def _drawn_small(raw: bytes, form: str) -> _Small | None:
    from PIL import Image

    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # of large ones
            image = Image.open(io.BytesIO(raw), formats=("PNG", "JPEG", "GIF", "WEBP"))
            size = image.size
            if len(raw) <= _AS_IT_IS:
                return _Small(str(image.format or form).lower(), raw, size)
            image.draft("RGB", (2 * _WIDTH, 2 * _HEIGHT))
            image.thumbnail((2 * _WIDTH, 2 * _HEIGHT))
            return _Small(*_file(image), size)
    except (OSError, SyntaxError, ValueError, EOFError, IndexError, Image.DecompressionBombError):
        return None


def _file(image: object) -> tuple[str, bytes]:
    """The smaller of a PNG and a JPEG, which knows no transparency."""
    from PIL import Image

    assert isinstance(image, Image.Image)  # noqa: S101 - for the type checker
    clear = image.has_transparency_data
    files = []
    for form in ("png",) if clear else ("png", "jpeg"):
        file = io.BytesIO()
        drawn = image.convert("RGBA" if clear else "RGB")
        drawn.save(file, format=form.upper(), **({"quality": 82} if form == "jpeg" else {}))
        files.append((form, file.getvalue()))
    return min(files, key=lambda pair: len(pair[1]))
