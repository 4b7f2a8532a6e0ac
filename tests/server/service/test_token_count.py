"""Token counts: what of a prompt is cached."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from minimax_nb.server.service.handler import Handler

from ...support.chat_requests import TOOL, USER

if TYPE_CHECKING:
    from collections.abc import Callable


def cached(reply: dict[str, Any]) -> int | None:
    details = reply["usage"].get("prompt_tokens_details")
    return details and details["cached_tokens"]


@pytest.mark.parametrize("model", ["MiniMax-M3", "MiniMax-M2.7"])
@pytest.mark.parametrize(
    "prompt",
    [
        {"messages": [{"role": "user", "content": "word " * 800}]},
        {"messages": [{"role": "system", "content": "字" * 1200}, USER]},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "word " * 800}]}]},
        {"tools": [{**TOOL, "function": {**TOOL["function"], "description": "word " * 800}}], "messages": [USER]},
    ],
    ids=["long", "system", "parts", "tools"],
)
def test_the_same_long_prompt_is_cached_the_second_time(
    ask: Callable[..., Any], prompt: dict[str, Any], model: str
) -> None:
    handler = Handler()
    first, second = (json.loads(ask(handler=handler, model=model, **prompt).body) for _ in range(2))
    other = json.loads(ask(handler=handler, **prompt, model="MiniMax-M2.1").body)
    streamed = ask(handler=handler, model=model, **prompt, stream=True, stream_options={"include_usage": True}).events
    assert cached(first) is None
    assert 600 <= (cached(second) or 0) < second["usage"]["prompt_tokens"]
    assert cached(streamed[-1].body) == cached(second)
    assert cached(other) is None, "another model has a cache of its own"


def test_a_short_prompt_is_not_cached(ask: Callable[..., Any]) -> None:
    handler = Handler()
    assert [cached(json.loads(ask(handler=handler).body)) for _ in range(3)] == [None, None, None]
