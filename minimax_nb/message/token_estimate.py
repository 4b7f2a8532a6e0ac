"""Estimate of a history's tokens, for what no service has counted yet."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .parts import content_text
from .sdk_objects import as_dict

if TYPE_CHECKING:
    from collections.abc import Iterable

_CHARACTERS_A_TOKEN = 4.0
_WIDE_CHARACTERS_A_TOKEN = 1.6
_AROUND_A_MESSAGE = 4
_PICTURE = 1_000


def estimate_tokens(messages: Iterable[Any]) -> int:
    """Estimate the tokens of messages: about four letters each, fewer where a sign is a word.

    Args:
        messages: dicts, objects of the SDK or replies.
    """
    return sum(_message_tokens(as_dict(message) or {}) for message in messages)


def _message_tokens(message: dict[str, Any]) -> int:
    content = message.get("content")
    pictures = 0
    if isinstance(content, list):
        pictures = sum(isinstance(part, dict) and part.get("type") in ("image_url", "video_url") for part in content)
    thinking = message.get("reasoning_content")
    thinking = thinking if isinstance(thinking, str) and thinking else _details(message.get("reasoning_details"))
    calls = message.get("tool_calls")
    texts = [content_text(content), thinking, json.dumps(calls, default=str) if calls else ""]
    return _AROUND_A_MESSAGE + pictures * _PICTURE + sum(map(_text_tokens, texts))


def _details(details: Any) -> str:
    listed = details if isinstance(details, list) else []
    return "".join(str(entry.get("text") or "") for entry in listed if isinstance(entry, dict))


def _text_tokens(text: str) -> int:
    if text.isascii():
        return round(len(text) / _CHARACTERS_A_TOKEN)
    narrow = sum(character < "\u2e80" for character in text)
    return round(narrow / _CHARACTERS_A_TOKEN + (len(text) - narrow) / _WIDE_CHARACTERS_A_TOKEN)
