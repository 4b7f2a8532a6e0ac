from __future__ import annotations

from typing import Any

import pytest
from openai.types.chat import ChatCompletion

from minimax_nb.errors import StreamFormatError, StreamServiceError
from minimax_nb.message.completion import from_completion, make_timing, safe_message
from minimax_nb.message.reply import Origin, Timing, ToolCall, Usage

from ..support.wire import completion

CALL = {"id": "a", "type": "function", "function": {"name": "f", "arguments": '{"x": 1}'}, "index": 0}


@pytest.mark.parametrize("as_object", [False, True], ids=["dict", "SDK object"])
def test_a_completion_is_read_whole(as_object: bool) -> None:
    message = {"content": "Hi", "role": "assistant", "tool_calls": [CALL], "reasoning_content": "a", "news": {"x": [1]}}
    data = {
        **completion(message, "tool_calls"),
        "usage": {"total_tokens": 3, "prompt_tokens": 1, "completion_tokens": 2},
        "base_resp": {"status_code": 0, "status_msg": ""},
        "minimax_nb": {
            "first_token_s": 0.5,
            "last_token_s": 1.0,
            "reasoning_s": 0.25,
            "total_s": 1.5,
            "origin": {"kind": "authored", "tape": "x"},
        },
    }
    reply = from_completion(ChatCompletion.construct(**data) if as_object else data)
    assert reply.message == message
    assert (reply.reasoning, reply.content, reply.finish_reason) == ("a", "Hi", "tool_calls")
    assert reply.tool_calls == (ToolCall("a", "f", '{"x": 1}'),)
    assert reply.usage == Usage(1, 2, None, None, 3)
    assert reply.timing == Timing(0.5, 1.0, 0.25, 1.5, 4.0)
    assert reply.origin == Origin("authored", tape="x")
    assert (reply.id, reply.model, reply.complete) == ("0" * 32, "MiniMax-M2.7", True)


def test_a_clock_that_was_set_back_makes_no_time_less_than_none() -> None:
    timing = make_timing(-2.0, -1.0, -0.5, -3.0, Usage(completion_tokens=10))
    assert timing == Timing(0.0, 0.0, 0.0, 0.0, 10.0)
    assert make_timing(3.0, 1.0, None, None, Usage(completion_tokens=10)) == Timing(3.0, 1.0, None, None, None)


def test_arguments_that_came_as_an_object_are_text_in_the_message_too() -> None:
    call = {**CALL, "function": {"name": "f", "arguments": {"city": "北京"}}}
    message = {"content": "", "role": "assistant", "tool_calls": [call]}
    reply = from_completion(completion(message))
    assert reply.tool_calls[0].parsed == {"city": "北京"}
    assert reply.message["tool_calls"][0]["function"]["arguments"] == '{"city":"北京"}'
    assert call["function"] == {"name": "f", "arguments": {"city": "北京"}}


def test_a_message_without_a_role_gets_the_only_one_there_is() -> None:
    assert from_completion(completion({"content": "Hi"})).message == {"content": "Hi", "role": "assistant"}


def test_the_token_limit_is_marked() -> None:
    reply = from_completion(completion({"content": "Hi", "role": "assistant"}, "length"))
    assert reply.partial_reason == "length"
    assert reply.problem


@pytest.mark.parametrize(
    ("data", "code", "words"),
    [
        (
            {"choices": None, "base_resp": {"status_code": 2056, "status_msg": "usage limit"}},
            2056,
            "usage limit (2056)",
        ),
        ({"choices": [], "base_resp": {"status_code": 1004, "status_msg": ""}}, 1004, "no reason given (1004)"),
        ({"error": {"message": "bad (2013)", "type": "x"}}, 2013, "bad (2013)"),
    ],
)
def test_an_error_under_http_200_is_an_error(data: dict[str, Any], code: int, words: str) -> None:
    with pytest.raises(StreamServiceError) as caught:
        from_completion(data)
    assert caught.value.code == code
    assert words in str(caught.value)
    assert caught.value.reply is None


def test_what_came_beside_an_error_is_kept() -> None:
    data = {**completion({"content": "Hi", "role": "assistant"}), "base_resp": {"status_code": 1027, "status_msg": "x"}}
    with pytest.raises(StreamServiceError) as caught:
        from_completion(data)
    assert caught.value.reply is not None
    assert caught.value.reply.content == "Hi"
    assert caught.value.reply.partial_reason == "error"


@pytest.mark.parametrize(
    "data",
    [{}, {"choices": None}, {"choices": []}, {"choices": [None]}, {"choices": [{"message": None}]}, {"choices": 3}],
)
def test_a_completion_without_a_message_is_none(data: dict[str, Any]) -> None:
    with pytest.raises(StreamFormatError, match=r"choices\[0\]"):
        from_completion(data)


@pytest.mark.parametrize("value", [[], "text", 3, None])
def test_what_is_no_completion_is_named(value: Any) -> None:
    with pytest.raises(StreamFormatError, match="expected a chat completion"):
        from_completion(value)


def test_only_calls_with_whole_arguments_are_safe() -> None:
    broken = {"id": "b", "function": {"name": "g", "arguments": '{"x'}}
    assert safe_message({"content": "", "tool_calls": [CALL, broken, None]}) == {"content": "", "tool_calls": [CALL]}
    assert safe_message({"content": "", "tool_calls": [broken]}) == {"content": ""}
    assert safe_message({"content": "Hi"}) == {"content": "Hi"}
