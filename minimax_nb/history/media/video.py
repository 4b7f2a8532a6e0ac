"""``video``: a part of a question, made of a file, bytes, or an address."""

from __future__ import annotations

import base64
import os
from pathlib import Path
from typing import Any

from minimax_nb.errors import short
from minimax_nb.message.media_words import size_words

from .part import MediaPart
from .picture import read_file
from .rules import MEDIA, medium_fault

SUFFIXES = (".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpeg", ".mpg")
"""Endings of files that hold a video."""
_MOST = MEDIA["video_url"].megabytes * 2**20


def video(source: Any, *, fps: float | None = None) -> MediaPart:
    """Make a video for a question: ``chat(["What happens?", mm.video("clip.mp4", fps=1)])``.

    Args:
        source: a path, bytes, or an ``http(s)`` address, which the service fetches.
        fps: frames a second that the model is to see, 0.2 to 5.

    Returns:
        The part: a dict, to be used in a request of one's own as well.

    Raises:
        TypeError: it is none of these.
        ValueError: it is no video, above 50 MB, or ``fps`` is out of range.
        OSError: the file cannot be read.
    """
    inner: dict[str, Any] = {"url": _url_of(source)}
    part = MediaPart(type="video_url", video_url=inner if fps is None else {**inner, "fps": fps})
    if fault := medium_fault(part):
        raise ValueError(f"expected a video that the service takes, got {fault}")
    return part


def _url_of(source: Any) -> str:
    if isinstance(source, str) and ("://" in source[:12] or source[:5].lower() == "data:"):
        return source
    if isinstance(source, str | os.PathLike):
        raw, name = read_file(Path(source).expanduser(), "video"), str(source)
    elif isinstance(source, bytes | bytearray | memoryview):
        raw, name = bytes(source), f"the {len(source):,} bytes"
    else:
        raise TypeError(f"expected a video: a path, bytes or an address, got {type(source).__name__} {short(source)}")
    form = format_of(raw)
    if form is None:
        raise ValueError(f"expected a video ({', '.join(SUFFIXES)}), got {name}, which is none")
    if len(raw) > _MOST:
        raise ValueError(
            f"expected a video of at most {size_words(_MOST)}, got {name} with {size_words(len(raw))}: cut it, or "
            "give the address of one that the service can fetch"
        )
    return f"data:video/{form};base64,{base64.b64encode(raw).decode('ascii')}"


def format_of(raw: bytes) -> str | None:
    """Which kind of video a file is, by its first bytes; None for what is none."""
    if raw[4:8] in (b"ftyp", b"moov", b"mdat", b"wide", b"free", b"skip"):
        return "quicktime" if raw[8:12] == b"qt  " or raw[4:8] != b"ftyp" else "mp4"
    if raw[:4] == b"\x1aE\xdf\xa3":
        return "webm" if b"webm" in raw[:64] else "mkv"
    if raw[:4] == b"RIFF" and raw[8:12] == b"AVI ":
        return "avi"
    return "mpeg" if raw[:4] in (b"\x00\x00\x01\xba", b"\x00\x00\x01\xb3") else None
