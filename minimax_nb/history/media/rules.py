"""Media rules of a history, as MiniMax-M3 has them: the address, format and size of pictures and films, and frames.

The embedded server has the same rules on its side of the wall; a property over generated parts holds them together.
"""

from __future__ import annotations

import binascii
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote_to_bytes

from minimax_nb.errors import short
from minimax_nb.message.media_words import address_in, size_words

_MEGABYTE = 2**20
_ADDRESSES = ("http://", "https://", "mm_file://")
_INLINE = re.compile(r"data:([^;,]{0,80})((?:;[^;,]{0,80}){0,8}),", re.IGNORECASE)
_FRAMES = (0.2, 5.0)
BODY_MEGABYTES = 64
"""What a request may hold (OpenAI SDK page, M3 version)."""


@dataclass(frozen=True, slots=True)
class Medium:
    """Kind of medium.

    Attributes:
        noun: what it is called in a sentence.
        formats: the MIME types that are taken.
        megabytes: the most of them in one.
    """

    noun: str
    formats: tuple[str, ...]
    megabytes: int

    @property
    def expected(self) -> str:
        """What an address may look like."""
        return f"expected https://…, mm_file://… or data:{self.formats[0]};base64,…"


MEDIA = {
    "image_url": Medium("a picture", ("image/jpeg", "image/jpg", "image/png", "image/gif", "image/webp"), 10),
    "video_url": Medium(
        "a video",
        (
            *("video/mp4", "video/mov", "video/quicktime", "video/avi", "video/x-msvideo", "video/mkv"),
            *("video/x-matroska", "video/webm", "video/mpeg"),
        ),
        50,
    ),
}
"""Media by the type of their part."""


def medium_of(part: Any) -> Medium | None:
    """Return the kind of medium that a part holds by its type, None for a part of another type."""
    kind = part.get("type") if isinstance(part, Mapping) else None
    return MEDIA.get(kind) if isinstance(kind, str) else None


def with_url_object(part: Any) -> Any:
    """Return a part whose address stands as a bare text, ``{"image_url": "https://…"}``, with it as an object."""
    if medium_of(part) is None or not isinstance(part.get(part["type"]), str):
        return part
    return {**part, part["type"]: {"url": part[part["type"]]}}


def medium_fault(part: Any) -> str | None:
    """Say why MiniMax-M3 does not take a picture or film, or None; of other parts nothing is said."""
    medium = medium_of(part)
    if medium is None:
        return None
    kind = part["type"]
    inner = part.get(kind)
    if not isinstance(inner, Mapping):
        came = "is missing" if inner is None else f"is of type {type(inner).__name__}"
        return f'{medium.noun} whose {kind} {came}, expected {{"url": "https://…"}}'
    fault = _url_fault(inner.get("url"), medium)
    if fault is None and kind == "video_url":
        fault = _frames_fault(inner.get("fps"))
    return fault and f"{medium.noun} {fault}"


def body_fault(parts: Iterable[Any]) -> str | None:
    """Say why pictures and films together are too much for one request, or None.

    Args:
        parts: of all messages; those that hold neither are passed over.
    """
    size = sum(len(address_in(part)) for part in parts if medium_of(part) is not None)
    if size <= BODY_MEGABYTES * _MEGABYTE:
        return None
    return (
        f"its pictures and videos are {size_words(size)} in base64, expected at most {BODY_MEGABYTES} MB in one request"
    )


def _url_fault(url: Any, medium: Medium) -> str | None:
    if not isinstance(url, str) or not url:
        return f"{'without url' if url in (None, '') else f'whose url is {short(url)}'}, {medium.expected}"
    if url[:20].lower().startswith(_ADDRESSES):
        return None
    found = _INLINE.match(url)
    if found is None:
        return f"whose url is {short(url)}, {medium.expected}"
    format_ = found[1].strip().lower()
    if format_ not in medium.formats:
        return f"of the format {short(format_)}, expected {', '.join(medium.formats)}"
    data = _decoded(url[found.end() :], is_base64=found[2].lower().endswith(";base64"))
    if data is None:
        return "whose base64 is broken, expected the whole of it: base64.b64encode(data).decode()"
    if not data:
        return "whose data: URL holds no bytes, expected the file's"
    if len(data) > medium.megabytes * _MEGABYTE:
        return f"of {len(data):,} bytes, expected at most {medium.megabytes} MB"
    return None


def _decoded(data: str, *, is_base64: bool) -> bytes | None:
    """Return the bytes of a ``data:`` URL, None where its base64 is broken."""
    raw = data.encode("utf-8", "replace")
    raw = unquote_to_bytes(raw) if b"%" in raw else raw
    if not is_base64:
        return raw
    raw = raw.translate(None, b"\r\n")
    if len(raw) % 4 or raw.endswith(b"==="):  # the decoder takes padding that pads nothing
        return None
    try:
        return binascii.a2b_base64(raw, strict_mode=True)
    except binascii.Error:
        return None


def _frames_fault(frames: Any) -> str | None:
    if frames is None:
        return None
    fewest, most = _FRAMES
    is_number = isinstance(frames, int | float) and not isinstance(frames, bool)
    if is_number and fewest <= frames <= most:
        return None
    return f"whose fps is {short(frames)}, expected a number from {fewest} to {most}"
