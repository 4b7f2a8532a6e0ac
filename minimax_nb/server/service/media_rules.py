"""Media rules of the service: where a picture or film comes from, how large it is, how many frames a second.

Limits are those of the page on MiniMax-M3. The texts are ours.
"""

from __future__ import annotations

import binascii
import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote_to_bytes

from minimax_nb.server.api_error import invalid

if TYPE_CHECKING:
    from minimax_nb.server.api_error import ApiError

_MEGABYTE = 2**20
_FEWEST_FRAMES, _MOST_FRAMES = 0.2, 5.0
_ELSEWHERE = ("http://", "https://", "mm_file://")
_DATA = re.compile(r"data:(?P<type>[^;,]{0,80})(?P<parameters>(?:;[^;,]{0,80}){0,8}),", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class _Medium:
    """Rules for pictures, or for films."""

    name: str
    formats: frozenset[str]
    most_bytes: int


_MEDIA = {
    "image_url": _Medium(
        "image", frozenset({"image/jpeg", "image/jpg", "image/png", "image/gif", "image/webp"}), 10 * _MEGABYTE
    ),
    "video_url": _Medium(
        "video",
        frozenset(
            {"video/mp4", "video/mov", "video/quicktime", "video/avi", "video/x-msvideo", "video/mkv"}
            | {"video/x-matroska", "video/webm", "video/mpeg"}
        ),
        50 * _MEGABYTE,
    ),
}


def check_medium(part: dict[str, Any]) -> None:
    """Check a part of type ``image_url`` or ``video_url`` against the service's rules.

    Args:
        part: the part of a message's content.

    Raises:
        ApiError: 400 / 2013.
    """
    kind = part["type"]
    medium = _MEDIA[kind]
    inner = part.get(kind)
    if not isinstance(inner, dict):
        raise invalid(f"Mismatch type object with value {type(inner).__name__}: {kind}")
    _check_url(inner.get("url"), medium)
    frames = inner.get("fps")
    if kind == "video_url" and frames is not None:
        if isinstance(frames, bool) or not isinstance(frames, int | float):
            raise invalid(f"Mismatch type float with value {type(frames).__name__}: fps")
        if not _FEWEST_FRAMES <= frames <= _MOST_FRAMES:
            raise invalid(f"fps {frames} is out of range [{_FEWEST_FRAMES}, {_MOST_FRAMES}]")


def _check_url(url: Any, medium: _Medium) -> None:
    if not isinstance(url, str) or not url:
        raise invalid(f"{medium.name} url is empty")
    if url[:20].lower().startswith(_ELSEWHERE):
        return
    found = _DATA.match(url)
    if found is None:
        raise _bad_url(url, medium)
    format_ = found["type"].strip().lower()
    if format_ not in medium.formats:
        raise invalid(f"unsupported {medium.name} format: {format_ or 'none given'}")
    size = len(_bytes_of(url[found.end() :], medium, is_base64=found["parameters"].lower().endswith(";base64")))
    if not size:
        raise invalid(f"{medium.name} data is empty")
    if size > medium.most_bytes:
        raise invalid(f"{medium.name} size {size} exceeds limit {medium.most_bytes}")


def _bytes_of(data: str, medium: _Medium, *, is_base64: bool) -> bytes:
    decoded = unquote_to_bytes(data) if "%" in data else data.encode("utf-8", "replace")
    if not is_base64:
        return decoded
    decoded = decoded.translate(None, b"\r\n")
    bad = invalid(f"invalid base64 {medium.name} data")
    if len(decoded) % 4 or decoded.endswith(b"==="):  # the decoder passes over padding that pads nothing
        raise bad
    try:
        return binascii.a2b_base64(decoded, strict_mode=True)
    except binascii.Error as error:
        raise bad from error


def _bad_url(url: str, medium: _Medium) -> ApiError:
    return invalid(f"invalid {medium.name} url: {url[:40]}")
