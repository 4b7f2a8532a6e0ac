"""Pictures and videos of a message in words, and their data, for those who show them."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

NOUNS = {"image_url": "picture", "video_url": "video"}
"""What a part is called, by its type."""
_DATA = re.compile(r"data:[\w.+-]{1,40}/(?:x-)?(?P<form>[\w.+-]{1,40})[^,]{0,80},", re.IGNORECASE)
_LONGEST_ADDRESS = 200
_KILO = 1024


def media_words(part: Mapping[str, Any]) -> str:
    """Say in words what a part of type ``image_url`` or ``video_url`` holds: kind, format, size, or the address."""
    noun = NOUNS[part["type"]]
    url, inner = address_in(part), part.get(part["type"])
    if found := _DATA.match(url):
        data = len(url) - found.end()
        words = f"{noun}, {found['form'].upper()}, {size_words(data * 3 // 4 - url[-2:].count('='))}"
    elif url[:5].lower() == "data:":
        words = noun
    else:
        words = f"{noun} {url if len(url) <= _LONGEST_ADDRESS else f'{url[:_LONGEST_ADDRESS]}…'}".rstrip()
    frames = inner.get("fps") if isinstance(inner, Mapping) else None
    return words if frames is None else f"{words}, {frames} frames a second"


def size_words(size: int) -> str:
    """Write a number of bytes: "69 bytes", "12 KB", "3.1 MB"; in powers of two, as the service's limits are."""
    if size < _KILO:
        return f"{size} bytes"
    kilobytes = size / _KILO
    return f"{kilobytes:.0f} KB" if kilobytes < _KILO else f"{kilobytes / _KILO:.1f} MB".replace(".0 ", " ")


def pictures_in(content: Any) -> tuple[str, ...]:
    """The pictures of a content that came whole, as ``data:`` URLs; those elsewhere are an address, and not fetched."""
    parts = [part for part in content if isinstance(part, Mapping)] if isinstance(content, list) else []
    urls = [address_in(part) for part in parts if part.get("type") == "image_url"]
    return tuple(url for url in urls if url[:11].lower() == "data:image/")


def without_media(content: Any) -> tuple[Any, tuple[str, ...]]:
    """A content without its pictures and videos, and these in words."""
    if not isinstance(content, list):
        return content, ()
    media = [part for part in content if isinstance(part, Mapping) and part.get("type") in tuple(NOUNS)]
    rest = [part for part in content if not any(part is medium for medium in media)]
    return rest, tuple(map(media_words, media))


def address_in(part: Mapping[str, Any]) -> str:
    """The address of a picture or video, which may be a ``data:`` URL; "" where there is none."""
    inner = part.get(str(part.get("type")))
    url = inner.get("url") if isinstance(inner, Mapping) else inner
    return url if isinstance(url, str) else ""
