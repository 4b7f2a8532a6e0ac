"""MiniMax-M3.1-Flash as the text generation guide describes it, beside MiniMax-M3."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from minimax_nb.message.completion import from_completion

if TYPE_CHECKING:
    from collections.abc import Callable

M31 = "MiniMax-M3.1-Flash"
QUESTION = [{"role": "user", "content": "Why is the sky blue, and the sunset red?"}]
TOOL = {
    "type": "function",
    "function": {"name": "get_sky", "parameters": {"type": "object", "properties": {"city": {"type": "string"}}}},
}


def asked(ask: Callable[..., Any], **request: Any) -> dict[str, Any]:
    response = ask(**{"model": M31, "messages": QUESTION, **request})
    answer: dict[str, Any] = json.loads(response.body)
    return answer


@pytest.mark.parametrize(
    ("request_", "fields"),
    [
        ({}, {"reasoning_content"}),
        ({"reasoning_split": True}, {"reasoning_content", "reasoning_details"}),
        ({"reasoning_split": False}, set()),
        ({"thinking": {"type": "adaptive"}}, {"reasoning_content"}),
    ],
)
def test_thinking_stands_apart_unless_told_otherwise(
    ask: Callable[..., Any], request_: dict[str, Any], fields: set[str]
) -> None:
    answer = asked(ask, **request_)
    message = answer["choices"][0]["message"]
    assert {name for name in message if name.startswith("reasoning")} == fields
    assert message["content"].startswith("<think>") is (not fields)
    assert from_completion(answer).reasoning


def test_it_cannot_be_kept_from_thinking_and_m3_can(ask: Callable[..., Any]) -> None:
    refused = asked(ask, thinking={"type": "disabled"})
    assert refused["error"]["message"] == f"invalid params, model[{M31}] requires adaptive thinking (2013)"
    answer = asked(ask, model="MiniMax-M3", thinking={"type": "disabled"})
    assert not from_completion(answer).reasoning


def test_effort_is_how_long_it_thinks(ask: Callable[..., Any]) -> None:
    def thinking(effort: Any) -> int:
        return len(from_completion(asked(ask, reasoning_effort=effort)).reasoning)

    low, medium, high, xhigh, most = map(thinking, ["low", "medium", "high", "xhigh", "max"])
    assert 0 < low < medium < high < xhigh < most
    assert thinking("minimal") == low
    assert {thinking(None), thinking("huge"), thinking("none")} == {most}, "others are ignored"


@pytest.mark.parametrize("limit", [1, 10, 20])
def test_a_limit_that_the_thinking_uses_up_leaves_no_answer(ask: Callable[..., Any], limit: int) -> None:
    answer = asked(ask, max_completion_tokens=limit)
    reply = from_completion(answer)
    assert (reply.finish_reason, reply.partial_reason, reply.content) == ("length", "length", "")
    assert answer["usage"]["completion_tokens"] == limit


def test_beside_calls_there_is_no_content(ask: Callable[..., Any]) -> None:
    choice = asked(ask, tools=[TOOL])["choices"][0]
    assert (choice["finish_reason"], choice["message"]["content"]) == ("tool_calls", None)
