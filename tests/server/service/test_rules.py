"""What is refused, and with which words."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from ...support import scripted
from ...support.chat_requests import PIXEL, TOOL, USER
from ...support.recordings import documents, missing

if TYPE_CHECKING:
    from collections.abc import Callable


def call(arguments: Any = "{}", call_id: str = "c1") -> dict[str, Any]:
    return scripted.call("look", arguments, call_id)


def calling(*calls: dict[str, Any]) -> dict[str, Any]:
    return {"role": "assistant", "content": "", "tool_calls": list(calls)}


def result(call_id: str = "c1") -> dict[str, Any]:
    return {"role": "tool", "tool_call_id": call_id, "content": "seen"}


REFUSED: list[tuple[str, dict[str, Any], str]] = [
    ("no messages", {"messages": None}, "binding: expr_path=messages, cause=missing required parameter"),
    ("no model", {"model": None}, "binding: expr_path=model, cause=missing required parameter"),
    ("an unknown model", {"model": "gpt-4o"}, "unknown model 'gpt-4o'"),
    ("empty messages", {"messages": []}, "invalid chat setting"),
    ("messages that are no list", {"messages": "Hi"}, "Mismatch type array with value string: messages"),
    ("a stream flag in quotes", {"stream": "true"}, "Mismatch type bool with value string: stream"),
    ("a split that is 1", {"reasoning_split": 1}, "Mismatch type bool with value number: reasoning_split"),
    ("too hot", {"temperature": 1.5}, "temperature 1.5 is out of range (0.0, 1.0]"),
    ("too hot for M3", {"model": "MiniMax-M3", "temperature": 5.0}, "temperature 5.0 is out of range [0.0, 2.0]"),
    ("below zero", {"temperature": -0.1}, "temperature -0.1 is out of range (0.0, 1.0]"),
    ("top_p of 0", {"top_p": 0}, "top_p 0 is out of range (0.0, 1.0]"),
    ("two choices", {"n": 2}, "n 2 is not supported, only 1 is"),
    ("function_call", {"function_call": "auto"}, "function_call is deprecated and not supported, use tools"),
    ("no tokens", {"max_tokens": -1}, "max_tokens -1 is not a positive number"),
    (
        "too many tokens",
        {"model": "MiniMax-M3", "max_completion_tokens": 524_289},
        "model[MiniMax-M3] does not support max tokens > 524288",
    ),
    (
        "thinking enabled",
        {"model": "MiniMax-M3", "thinking": {"type": "enabled"}},
        'invalid thinking.type: "enabled" (allowed: adaptive, disabled)',
    ),
    ("thinking true", {"thinking": True}, "Mismatch type open_platform_oai.ThinkingConfig with value bool"),
    (
        "a tool without parameters",
        {"tools": [{"type": "function", "function": {"name": "look"}}]},
        "function name or parameters is empty",
    ),
    (
        "a picture for M2.x",
        {"messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": "data:,"}}]}]},
        "model[MiniMax-M2.7] does not support image input",
    ),
    (
        "sound for M3",
        {"model": "MiniMax-M3", "messages": [{"role": "user", "content": [{"type": "input_audio"}]}]},
        "model[MiniMax-M3] does not support audio input",
    ),
    ("role root", {"messages": [{"role": "root", "content": "x"}]}, "chat content has invalid message role: root"),
    (
        "a late system message on M2.x",
        {"messages": [USER, {"role": "system", "content": "x"}]},
        "chat content has invalid message role: system",
    ),
    ("an empty user message", {"messages": [{"role": "user", "content": ""}]}, "chat content is empty"),
    ("a mute assistant", {"messages": [USER, {"role": "assistant", "content": None}, USER]}, "chat content is empty"),
    ("a call without result", {"messages": [USER, calling(call())]}, "tool call result does not follow tool call"),
    (
        "one result of two",
        {"messages": [USER, calling(call(), call(call_id="c2")), result()]},
        "tool call result does not follow tool call",
    ),
    (
        "a result after the next question",
        {"messages": [USER, calling(call()), USER, result()]},
        "tool call result does not follow tool call",
    ),
    ("an orphan", {"messages": [USER, result("c9")]}, "tool result's tool id(c9) not found"),
    (
        "broken arguments",
        {"messages": [USER, calling(call('{"a": ')), result()]},
        "invalid function arguments json string, tool_call_id: c1",
    ),
    (
        "arguments quoted twice",
        {"messages": [USER, calling(call('"{}"')), result()]},
        "invalid function arguments json string, tool_call_id: c1",
    ),
    (
        "arguments that are an object",
        {"messages": [USER, calling(call({})), result()]},
        "invalid function arguments json string, tool_call_id: c1",
    ),
    (
        "a result that is an object",
        {"messages": [USER, calling(call()), {**result(), "content": {"a": 1}}]},
        "Mismatch type string with value dict: content",
    ),
    (
        "a prompt over the window",
        {"messages": [{"role": "user", "content": "a" * 900_000}]},
        "context window exceeds limit",
    ),
]


@pytest.mark.parametrize(("request_", "words"), [case[1:] for case in REFUSED], ids=[case[0] for case in REFUSED])
def test_a_bad_request_is_refused_with_2013(ask: Callable[..., Any], request_: dict[str, Any], words: str) -> None:
    response = ask(**request_)
    body = json.loads(response.body)

    assert response.status == 400
    assert body["error"] == {
        "type": "bad_request_error",
        "message": f"invalid params, {words} (2013)",
        "http_code": "400",
    }
    assert body["type"] == "error"
    assert body["request_id"] == response.headers["trace-id"]


ACCEPTED: list[tuple[str, dict[str, Any]]] = [
    ("no heat at all", {"temperature": 0}),
    ("heat on M3", {"model": "MiniMax-M3", "temperature": 2.0}),
    ("ignored parameters", {"presence_penalty": 9, "frequency_penalty": 9, "logit_bias": {"1": 2}, "seed": 1}),
    ("a format and a stop", {"response_format": {"type": "json_object"}, "stop": ["x"], "reasoning_effort": "high"}),
    ("several choices on M3, which gives one", {"model": "MiniMax-M3", "n": 3}),
    ("thinking off on M2.x, which goes on", {"thinking": {"type": "disabled"}}),
    ("parts of text", {"messages": [{"role": "user", "content": [{"type": "text", "text": "Ping?"}]}]}),
    (
        "a picture on M3",
        {
            "model": "MiniMax-M3",
            "messages": [{"role": "user", "content": [{"type": "image_url", "image_url": {"url": PIXEL}}]}],
        },
    ),
    (
        "several system messages on M3",
        {"model": "MiniMax-M3", "messages": [{"role": "system", "content": "a"}, USER] * 2},
    ),
    ("two assistants in a row", {"messages": [USER, *[{"role": "assistant", "content": "x"}] * 2, USER]}),
    ("null content beside calls", {"messages": [USER, {**calling(call()), "content": None}, result()]}),
    ("absent content beside calls", {"messages": [USER, {"role": "assistant", "tool_calls": [call()]}, result()]}),
    (
        "results in another order than the calls",
        {"messages": [USER, calling(call(), call(call_id="c2")), result("c2"), result("c1")]},
    ),
    ("a tool without arguments", {"tools": [TOOL]}),
]


@pytest.mark.parametrize("request_", [case[1] for case in ACCEPTED], ids=[case[0] for case in ACCEPTED])
def test_what_the_service_takes_is_taken(ask: Callable[..., Any], request_: dict[str, Any]) -> None:
    response = ask(**request_)

    assert response.status == 200
    assert len(json.loads(response.body)["choices"]) == 1


@missing
def test_the_words_are_those_the_service_used(ask: Callable[..., Any]) -> None:
    """Every 2013 text of ours that was recorded stands in the recording, number and quoted names aside."""
    seen = [error["body"].get("error", {}).get("message", "") for error in documents("errors_observed.jsonl")]
    ours = {words for _, _, words in REFUSED}
    recorded = {words for words in ours if f"invalid params, {words} (2013)" in seen}
    assert {
        "tool call result does not follow tool call",
        "chat content has invalid message role: system",
        "invalid chat setting",
        "function name or parameters is empty",
        "context window exceeds limit",
        "model[MiniMax-M3] does not support max tokens > 524288",
        'invalid thinking.type: "enabled" (allowed: adaptive, disabled)',
    } <= recorded
