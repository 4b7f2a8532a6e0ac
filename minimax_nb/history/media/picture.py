"""``picture``: a part of a question, made of a file, bytes, a figure, an image of a library, or an address."""

from __future__ import annotations

import base64
import io
import os
import re
from contextlib import suppress
from pathlib import Path
from typing import Any

from minimax_nb.errors import short
from minimax_nb.message.media_words import address_in, size_words
from minimax_nb.tools.displayable import can, figure_of, module

from .image_file import data_url, image_of_array, saved
from .part import MediaPart
from .rules import medium_fault

DETAILS = ("low", "default", "high")
"""How closely the model looks (OpenAI SDK page, M3 version)."""
SUFFIXES = (".jpg", ".jpeg", ".png", ".gif", ".webp", ".bmp", ".tif", ".tiff", ".avif", ".ico", ".ppm")
"""Endings of files that hold a picture."""
_MOST_READ = 500 * 2**20
_ADDRESS = re.compile(r"(?i)(?:https?|mm_file)://")
_PAGES = (".html", ".htm", ".php", ".asp", ".aspx", ".jsp", ".md", ".txt", ".pdf", ".json", ".xml", ".csv", ".zip")
_EXPECTED = (
    "expected a picture: a path, bytes, a PIL image, a matplotlib figure, an array, IPython's Image, or an address "
    "(https://…)"
)


def picture(source: Any, *, detail: str | None = None, max_side: int | None = None) -> MediaPart:
    """Make a picture for a question: ``chat(["What is in it?", mm.picture("photo.jpg", max_side=1500)])``.

    Args:
        source: a path, bytes, a PIL image, a matplotlib figure or what is part of one, an array, IPython's Image or
            whatever else draws itself as PNG or JPEG; an ``http(s)`` address, which the service fetches.
        detail: how closely the model looks: "low", "default" or "high".
        max_side: pixels that the longer side may have; a larger picture is scaled down. Without it nothing is.

    Returns:
        The part: a dict, to be used in a request of one's own as well.

    Raises:
        TypeError: it is no picture.
        ValueError: it is broken, of a format that cannot be read, above 10 MB, or the address of a page.
        OSError: the file cannot be read.
        ConfigurationError: it takes Pillow, which is not installed.
    """
    if detail is not None and detail not in DETAILS:
        raise ValueError(f"expected detail to be one of {', '.join(DETAILS)}, got {short(detail)}")
    if max_side is not None and (isinstance(max_side, bool) or not isinstance(max_side, int) or max_side < 1):
        raise ValueError(f"expected max_side in pixels, a whole number from 1, got {short(max_side)}")
    inner = {"url": _url_of(source, max_side)}
    part = MediaPart(type="image_url", image_url=inner if detail is None else {**inner, "detail": detail})
    if fault := medium_fault(part):
        raise ValueError(f"expected a picture that the service takes, got {fault}")
    return part


def _url_of(source: Any, max_side: int | None) -> str:
    if isinstance(source, dict) and source.get("type") == "image_url":
        source = address_in(source)
    if can(source, "_repr_png_") and isinstance(getattr(source, "url", None), str) and _data_of(source) is None:
        source = source.url  # IPython's Image(url=…)
    if isinstance(source, str) and source[:5].lower() == "data:":
        return source if max_side is None else data_url(_of_data_url(source), "the picture", max_side)
    if isinstance(source, str) and _ADDRESS.match(source):
        return _address(source, max_side)
    raw, name = _bytes_of(source)
    return data_url(raw, name, max_side)


def _address(url: str, max_side: int | None) -> str:
    if max_side is not None:
        raise ValueError(
            f"expected a picture at hand to scale down, got the address {short(url)}, which the service fetches by "
            "itself: load it first, or leave max_side out"
        )
    if url.partition("?")[0].partition("#")[0].lower().endswith(_PAGES):
        raise ValueError(f"expected the address of a picture, got that of a page or document: {short(url, 100)}")
    return url


def _of_data_url(url: str) -> bytes:
    if fault := medium_fault({"type": "image_url", "image_url": {"url": url}}):
        if "expected at most" in fault and len(url) < _MOST_READ:
            return base64.b64decode(url.partition(",")[2])
        raise ValueError(f"expected a picture that the service takes, got {fault}")
    return base64.b64decode(url.partition(",")[2])


def _bytes_of(source: Any) -> tuple[bytes, str]:
    """The file that a picture is, and what to call it."""
    if isinstance(source, str | os.PathLike):
        return read_file(Path(source).expanduser(), "picture"), str(source)
    if isinstance(source, bytes | bytearray | memoryview):
        return bytes(source), f"the {len(source):,} bytes"
    if can(source, "getvalue") or (can(source, "read") and can(source, "seek")):
        source.seek(0)
        return source.read(), "the file"
    if module(source) == "PIL" and can(source, "save"):
        return saved(source), "the image"
    if (figure := figure_of(source)) is not None:
        file = io.BytesIO()
        figure.savefig(file, format="png", bbox_inches="tight")
        return file.getvalue(), "the figure"
    if module(source) == "numpy" and can(source, "tobytes"):
        return saved(image_of_array(source)), "the array"
    if (drawn := _data_of(source)) is not None:
        return drawn, f"the {type(source).__name__}"
    raise TypeError(f"{_EXPECTED}; got {type(source).__name__} {short(source)}")


def read_file(path: Path, noun: str) -> bytes:
    """Read a file that is not beyond all bounds.

    Args:
        path: the file.
        noun: what it is to hold.

    Raises:
        ValueError: it is a folder, empty, or far too large.
        OSError: it cannot be read.
    """
    if path.is_dir():
        raise ValueError(f"expected the file of a {noun}, got the folder {path}")
    try:
        size = path.stat().st_size
    except FileNotFoundError:
        raise FileNotFoundError(f"expected the file of a {noun}, there is no {str(path)!r} in {Path.cwd()}") from None
    if not size or size > _MOST_READ:
        raise ValueError(f"expected the file of a {noun}, got {path} with {size_words(size)}")
    return path.read_bytes()


def _data_of(source: Any) -> bytes | None:
    """What a value draws itself as, in a notebook: PNG or JPEG; IPython's own Image holds the file as it is."""
    held = getattr(source, "data", None)
    if module(source) == "IPython" and isinstance(held, bytes):
        return held
    for form in ("png", "jpeg"):
        if can(source, f"_repr_{form}_"):
            with suppress(Exception):  # a value's own method may raise anything; then it is no picture
                if (drawn := _decoded(getattr(source, f"_repr_{form}_")())) is not None:
                    return drawn
    if can(source, "_repr_mimebundle_"):
        with suppress(Exception):
            bundle = source._repr_mimebundle_(include=["image/png", "image/jpeg"], exclude=None)
            bundle = bundle[0] if isinstance(bundle, tuple) else bundle
            return _decoded(bundle.get("image/png") or bundle.get("image/jpeg"))
    return None


def _decoded(drawn: Any) -> bytes | None:
    drawn = drawn[0] if isinstance(drawn, tuple) else drawn  # with metadata
    return base64.b64decode(drawn) if isinstance(drawn, str) else drawn if isinstance(drawn, bytes) else None
