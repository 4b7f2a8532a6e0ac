"""What is refused, and with which words."""

from __future__ import annotations

import base64
import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minimax_nb.server.service.handler import Handler
from minimax_nb.server.service.models import MODELS

from ...support.recordings import documents, missing

if TYPE_CHECKING:
    from collections.abc import Callable

TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object", "properties": {}}}}
PIXEL = "data:image/gif;base64,R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7"
USER = {"role": "user", "content": "Ping?"}


def call(arguments: Any = "{}", call_id: str = "c1") -> dict[str, Any]:
    return {"id": call_id, "type": "function", "function": {"name": "look", "arguments": arguments}}


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


def asked_with(part: dict[str, Any], **more: Any) -> dict[str, Any]:
    return {"model": "MiniMax-M3", "messages": [{"role": "user", "content": [part]}], **more}


def picture(url: Any) -> dict[str, Any]:
    return {"type": "image_url", "image_url": {"url": url}}


def film(url: Any = "https://example.com/a.mp4", **more: Any) -> dict[str, Any]:
    return {"type": "video_url", "video_url": {"url": url, **more}}


def data(kind: str, size: int) -> str:
    return f"data:{kind};base64,{base64.b64encode(bytes(size)).decode()}"


MB = 2**20


@pytest.mark.parametrize(
    ("part", "words"),
    [
        (picture("data:image/png;base64,!!!!"), "invalid base64 image data"),
        (picture("data:image/png;base64,AAA"), "invalid base64 image data"),
        (picture("data:image/png;base64,AA=A"), "invalid base64 image data"),
        (picture("data:image/png;base64,AAAA===="), "invalid base64 image data"),
        (picture("data:image/png;base64,ab_-"), "invalid base64 image data"),
        (picture("data:image/png;base64,AAA ä"), "invalid base64 image data"),
        (picture("data:image/jpeg;base64,"), "image data is empty"),
        (picture("data:image/bmp;base64,AAAA"), "unsupported image format: image/bmp"),
        (picture("data:text/plain;base64,AAAA"), "unsupported image format: text/plain"),
        (picture("data:video/mp4;base64,AAAA"), "unsupported image format: video/mp4"),
        (picture("data:,"), "unsupported image format: none given"),
        (picture("data:image/png"), "invalid image url: data:image/png"),
        (picture("ftp://example.com/a.png"), "invalid image url: ftp://example.com/a.png"),
        (picture("a.png"), "invalid image url: a.png"),
        (picture(""), "image url is empty"),
        (picture(None), "image url is empty"),
        (picture(7), "image url is empty"),
        (
            {"type": "image_url", "image_url": "https://example.com/a.png"},
            "Mismatch type object with value str: image_",
        ),
        ({"type": "image_url"}, "Mismatch type object with value NoneType: image_url"),
        (picture(data("image/png", 10 * MB + 1)), "image size 10485761 exceeds limit 10485760"),
        (picture(data("image/webp", 12 * MB)), "image size 12582912 exceeds limit 10485760"),
        (film(fps=0.1), "fps 0.1 is out of range [0.2, 5.0]"),
        (film(fps=0), "fps 0 is out of range"),
        (film(fps=-1), "fps -1 is out of range"),
        (film(fps=5.01), "fps 5.01 is out of range"),
        (film(fps=30), "fps 30 is out of range"),
        (film(fps="2"), "Mismatch type float with value str: fps"),
        (film(fps=True), "Mismatch type float with value bool: fps"),
        (film("data:video/mp4;base64,###"), "invalid base64 video data"),
        (film("data:image/png;base64,AAAA"), "unsupported video format: image/png"),
        (film(""), "video url is empty"),
    ],
    ids=lambda value: str(value)[:70],
)
@pytest.mark.parametrize("stream", [True, False])
def test_a_picture_or_film_that_m3_does_not_take_is_refused(
    ask: Callable[..., Any], part: dict[str, Any], words: str, stream: bool
) -> None:
    response = ask(**asked_with(part, stream=stream))
    error = json.loads(response.body)["error"]
    assert (response.status, error["type"]) == (400, "bad_request_error")
    assert error["message"].startswith(f"invalid params, {words}")
    assert error["message"].endswith("(2013)")


@pytest.mark.parametrize(
    "part",
    [
        picture(PIXEL),
        picture(PIXEL.replace("data:image/gif", "DATA:IMAGE/GIF")),
        picture(PIXEL.replace(";base64", ";charset=utf-8;base64")),
        picture(PIXEL[:60] + "\r\n" + PIXEL[60:]),
        picture("data:image/png;base64,AA%3D%3D"),
        picture("https://example.com/a"),
        picture("HTTP://example.com/a.bmp"),
        picture("mm_file://123"),
        picture(data("image/jpeg", 10 * MB)),
        film(),
        film(fps=0.2),
        film(fps=5),
        film(fps=None),
        film(data("video/mp4", 11 * MB)),
        film("mm_file://123", fps=1.5),
    ],
    ids=lambda value: str(value)[:70],
)
def test_a_picture_or_film_within_the_limits_is_taken(ask: Callable[..., Any], part: dict[str, Any]) -> None:
    assert ask(**asked_with(part)).status == 200


@pytest.mark.parametrize("role", ["root", "developer", "moderator", "user_system", "Root"])
@pytest.mark.parametrize("messages", [["role"], ["role", "user"], ["user", "assistant", "role"]])
@pytest.mark.parametrize("stream", [True, False])
def test_m3_takes_roles_that_openai_does_not_know(
    ask: Callable[..., Any], role: str, messages: list[str], stream: bool
) -> None:
    said = [{"role": role if each == "role" else each, "content": f"Who are you, {each}?"} for each in messages]
    response = ask(model="MiniMax-M3", messages=said, stream=stream, reasoning_split=True)
    assert response.status == 200
    if not stream:
        content = json.loads(response.body)["choices"][0]["message"]["content"]
        assert "Who are you" in content
    assert ask(model="MiniMax-M2.7", messages=said).status == 400


@pytest.mark.parametrize("role", ["invalid_role", "", " ", None, 7, [], {}])
@pytest.mark.parametrize("model", ["MiniMax-M3", "MiniMax-M2.7"])
def test_a_role_that_is_none_is_refused(ask: Callable[..., Any], role: Any, model: str) -> None:
    response = ask(model=model, messages=[{"role": role, "content": "a"}, USER])
    assert response.status == 400
    assert "chat content has invalid message role" in json.loads(response.body)["error"]["message"]


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


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-1e999"])
def test_a_number_that_json_does_not_know_is_refused(number: bytes) -> None:
    body = b'{"model": "MiniMax-M2", "messages": [{"role": "user", "content": "Ping?"}], "top_p": %s}' % number
    assert Handler().handle("POST", "/v1/chat/completions", {}, body).status == 400


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"a": NaN', b"null", b"[]", b'"x"', b"7"])
def test_a_body_that_is_no_object_is_refused(body: bytes) -> None:
    response = Handler().handle("POST", "/v1/chat/completions", {}, body)

    assert response.status == 400
    assert json.loads(response.body)["error"]["message"].endswith("(2013)")


def test_a_wrong_or_missing_key_is_1004() -> None:
    handler = Handler(key="right")
    for header in ("", "Bearer wrong", "right", "Basic right", "Bearer", "Bearer ü"):
        response = handler.handle("GET", "/v1/models", {"authorization": header}, b"")
        error = json.loads(response.body)["error"]
        assert (response.status, error["type"], error["message"][-6:]) == (401, "authorized_error", "(1004)")
    assert handler.handle("GET", "/v1/models", {"authorization": "Bearer right"}, b"").status == 200


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


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
messages = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["system", "user", "assistant", "tool", "root"]) | json_values},
        optional={
            "content": json_values,
            "tool_call_id": json_values,
            "tool_calls": json_values
            | st.lists(
                st.fixed_dictionaries(
                    {
                        "id": json_values,
                        "function": st.fixed_dictionaries({"name": json_values, "arguments": json_values}),
                    }
                ),
                max_size=2,
            ),
        },
    )
    | json_values,
    max_size=4,
)
tools = st.lists(
    st.fixed_dictionaries(
        {"type": st.just("function")},
        optional={
            "function": st.fixed_dictionaries(
                {"name": st.text(max_size=6) | json_values, "parameters": json_values},
                optional={"description": json_values},
            )
        },
    )
    | json_values,
    max_size=2,
)

ANYTHING = ("stream_options", "temperature", "n", "max_tokens", "thinking", "minimax_nb", "tool_choice")


@settings(max_examples=300, deadline=None)
@given(
    st.fixed_dictionaries(
        {"model": st.sampled_from(list(MODELS)) | json_values, "messages": messages | json_values},
        optional=dict.fromkeys(ANYTHING, json_values) | {"tools": tools | json_values, "stream": st.booleans()},
    )
)
def test_nothing_that_is_sent_brings_the_handler_down(request_: dict[str, Any]) -> None:
    response = Handler().handle("POST", "/chat/completions", {}, json.dumps(request_).encode())

    assert response.status in (200, 400, 401, 422, 429, 500, 529)
    if response.status != 200:
        assert json.loads(response.body)["type"] == "error"
