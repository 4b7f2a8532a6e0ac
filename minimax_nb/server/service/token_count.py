"""Token counts of prompts, estimated: what the usage says and what the context window is held to."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from minimax_nb.server.answer.answer import tokens
from minimax_nb.server.tape.match import text_without_media

if TYPE_CHECKING:
    from .models import ServedModel

_PREAMBLE_TOKENS = {True: 26, False: 150}
"""Tokens of the hidden preamble that the service bills (observed in 2026): M2 family, others."""
_PICTURE_TOKENS = 1_000
_FEWEST_CACHED = 600
"""Prompts shorter than this were not seen to be cached."""


def prompt_tokens(request: dict[str, Any], model: ServedModel) -> tuple[int, int]:
    """Estimate the tokens of a prompt, and those of them that were in an earlier request of the conversation."""
    tools = tokens(json.dumps(request.get("tools") or "", ensure_ascii=False)) if request.get("tools") else 0
    total = _PREAMBLE_TOKENS[model.is_m2] + tools
    earlier = 0
    for message in request["messages"]:
        if message["role"] == "assistant":
            earlier = total
        calls = message.get("tool_calls")
        total += 4 + _content_tokens(message.get("content")) + (tokens(json.dumps(calls)) if calls else 0)
    return total, earlier


def cached_tokens(total: int, earlier: int, *, again: bool) -> int:
    """Estimate how many tokens of a prompt the service has in its cache.

    Args:
        total: the prompt's.
        earlier: those that were in an earlier request of the conversation.
        again: whether the very same prompt came before: then all but the last, from which the reply goes on.
    """
    cached = total - 1 if again else earlier
    return cached if cached >= _FEWEST_CACHED else 0


def _content_tokens(content: object) -> int:
    """Estimate the tokens of a message's content; a picture counts the same whatever its size."""
    media = [part for part in content if part.get("type") != "text"] if isinstance(content, list) else []
    return tokens(text_without_media(content)) + _PICTURE_TOKENS * len(media)
