"""What a user asks, as the content of a message: text, or parts of text, pictures and videos."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from minimax_nb.errors import short
from minimax_nb.frontend import tell_reader
from minimax_nb.message.reply import Reply

from . import picture as pictures
from . import video as videos
from .part import MediaPart

_ADDRESS = re.compile(r"(?i)https?://\S+")
_LONGEST_NAME = 255
_EXPECTED = "a text, a picture (a path, bytes, a PIL image, a figure, an address), mm.video(…), or a list of these"


def content_of(question: Any, *, hint: bool = True) -> str | list[dict[str, Any]]:
    """Make the content of a message of what a user asks.

    Args:
        question: a text; a picture: a ``Path``, bytes, a PIL image, a matplotlib figure, IPython's Image; a video: a
            ``Path``, ``mm.video(…)``; a content part; or a list of these. In a list a text that is nothing but an
            address ending as pictures or videos do is one.
        hint: whether to say so where a text is the name of a picture that is there.

    Returns:
        The text, or the parts.

    Raises:
        TypeError: it is none of these.
        ValueError: it is empty, or a picture or video that cannot be sent.
        OSError: a file cannot be read.
    """
    if isinstance(question, str):
        if not question.strip():
            raise ValueError(f"expected a question, got {question!r}: the service refuses empty messages")
        if hint:
            _tell_name(question)
        return question
    if not isinstance(question, list | tuple):
        return [_part(question, hint=hint)]
    if not question:
        raise ValueError(f"expected a question, got {question!r}: the service refuses empty messages")
    return [_part(each, hint=hint) for each in question]


def _part(given: Any, *, hint: bool) -> dict[str, Any]:
    if isinstance(given, str):
        if _ADDRESS.fullmatch(given.strip()):
            return _at(given.strip())
        if hint:
            _tell_name(given)
        return {"type": "text", "text": given}
    if isinstance(given, Mapping):
        if "type" not in given:
            raise TypeError(
                f'expected a question: {_EXPECTED}; got {short(dict(given))}. A part is {{"type": "text", "text": "…"}}'
            )
        return given if isinstance(given, MediaPart) else dict(given)
    if isinstance(given, Reply) or given is None or isinstance(given, bool | int | float | set | list | tuple):
        raise TypeError(f"expected a question: {_EXPECTED}; got {type(given).__name__} {short(given)}")
    if isinstance(given, os.PathLike) and Path(given).suffix.lower() in videos.SUFFIXES:
        return videos.video(given)
    if isinstance(given, bytes | bytearray | memoryview) and videos.format_of(bytes(given[:64])):
        return videos.video(given)
    try:
        return pictures.picture(given)
    except TypeError:
        raise TypeError(f"expected a question: {_EXPECTED}; got {type(given).__name__} {short(given)}") from None


def _at(url: str) -> dict[str, Any]:
    """What stands at an address, judged by its end: nobody here fetches it."""
    path = url.partition("?")[0].partition("#")[0].lower()
    if path.endswith(videos.SUFFIXES):
        return videos.video(url)
    if path.endswith(pictures.SUFFIXES):
        return pictures.picture(url)
    raise ValueError(
        f"expected the address of a picture or video, got {short(url, 100)}, which may be a page: mm.picture(…) says "
        "that it is a picture; to send it as text, put it into a sentence"
    )


def _tell_name(text: str) -> None:
    """Say so where a text is the name of a picture: the model would see the name alone."""
    name = text.strip()
    if len(name) > _LONGEST_NAME or not name.lower().endswith((*pictures.SUFFIXES, *videos.SUFFIXES)) or "\n" in name:
        return
    try:
        there = Path(name).expanduser().is_file()
    except (OSError, ValueError, RuntimeError):  # no name of a file
        return
    if there:
        tell_reader(f"minimax_nb: {name!r} goes as text. To send the file: chat([…, Path({name!r})])")
