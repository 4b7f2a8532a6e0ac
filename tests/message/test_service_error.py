"""Errors inside a stream or under HTTP 200, in every shape in use."""

from __future__ import annotations

import json
from typing import Any

import pytest
from openai.types.chat import ChatCompletionChunk

import minimax_nb as mm
from minimax_nb.message.service_error import read_service_error, service_error_in

from ..support.wire import chunk


@pytest.mark.parametrize(
    ("error", "code"),
    [
        ({"message": "no (2013)"}, 2013),
        ({"message": "no (2013) ", "code": "1"}, 2013),
        ({"message": "no", "code": "1002"}, 1002),
        ({"message": "no (3)", "code": None}, None),
        ({"message": None, "type": "server_error"}, None),
        ("boom", None),
        ({}, None),
    ],
)
def test_an_error_says_its_words_and_its_code(error: Any, code: int | None) -> None:
    found = read_service_error(error)
    assert found.code == code
    assert found.message.startswith("the service answered with an error: ")


FLAT: dict[str, tuple[dict[str, Any], str, int | None]] = {
    "nested": ({"error": {"message": "busy", "code": 2064}}, "busy (2064)", 2064),
    "twice nested": ({"error": {"error": {"message": "busy", "code": "529"}}}, "busy (529)", 529),
    "a text": ({"error": "busy"}, "busy", None),
    "several": ({"errors": [{"message": "busy", "code": 7}]}, "busy (7)", 7),
    "details of a kind": ({"detail": {"message": "busy", "code": "8"}}, "busy (8)", 8),
    "a list": ({"error": [{"message": "busy", "code": 503}]}, "busy (503)", 503),
    "a name for a code": (
        {"error": {"message": "slow down", "code": "rate_limit_exceeded"}},
        "slow down (rate_limit_exceeded)",
        None,
    ),
    "a name alone": ({"error": {"type": "server_error"}}, "server_error", None),
    "vLLM": ({"object": "error", "message": "too long", "type": "BadRequestError", "code": 400}, "too long (400)", 400),
    "a type": ({"type": "error", "message": "busy (2064)"}, "busy (2064)", 2064),
    "a type and an object": ({"type": "error", "error": {"type": "overloaded_error", "message": "busy"}}, "busy", None),
    "FastAPI": ({"detail": "Not Found"}, "Not Found", None),
    "FastAPI, a list": ({"detail": [{"loc": ["body"], "msg": "field required"}]}, "field required", None),
    "a success that is none": ({"success": False, "msg": "no balance", "code": "1008"}, "no balance (1008)", 1008),
    "a code and words": ({"code": 10000, "message": "unknown"}, "unknown (10000)", 10000),
    "other names": ({"error_code": 17, "error_msg": "daily limit"}, "daily limit (17)", 17),
    "OpenAI's inner object, flat": (
        {"message": "boom", "type": "server_error"},
        "boom (server_error)",
        None,
    ),
    "a status": ({"status": 500, "message": "boom"}, "boom (500)", 500),
    "a status in camel case": ({"statusCode": 503, "message": "boom"}, "boom (503)", 503),
    "err": ({"err": "boom"}, "boom", None),
    "an error message": ({"errorMessage": "boom"}, "boom", None),
    "a flag beside the words": ({"error": True, "message": "boom", "code": 7}, "boom (7)", 7),
    "beside the content": ({"choices": [{"index": 0, "delta": {"error": {"message": "boom", "code": 9}}}]}, "boom", 9),
    "responses": ({"type": "response.failed", "response": {"error": {"message": "boom", "code": 4}}}, "boom (4)", 4),
    "MiniMax": ({"base_resp": {"status_code": 1002, "status_msg": "rate limit"}}, "rate limit (1002)", 1002),
    "in a choice": (
        {"choices": [{"index": 0, "error": {"message": "upstream", "code": 502}, "finish_reason": "error"}]},
        "upstream (502)",
        502,
    ),
}


def sse(*documents: Any, name: str = "", done: bool = False) -> bytes:
    lines = "".join(
        (f"event: {name}\n" if name and number == len(documents) - 1 else "") + f"data: {json.dumps(document)}\n\n"
        for number, document in enumerate(documents)
    )
    return (lines + ("data: [DONE]\n\n" if done else "")).encode()


@pytest.mark.parametrize("done", [False, True], ids=["", "then [DONE]"])
@pytest.mark.parametrize("name", ["", "error"], ids=["", "event: error"])
@pytest.mark.parametrize(("error", "words", "code"), FLAT.values(), ids=FLAT)
def test_an_error_midway_is_the_services_own(
    error: dict[str, Any], words: str, code: int | None, name: str, done: bool
) -> None:
    body = sse(chunk({"content": "Hi"}), error, name=name, done=done)
    with pytest.raises(mm.StreamServiceError) as caught:
        mm.collect([body])
    assert words in str(caught.value)
    assert caught.value.code == code
    assert caught.value.reply is not None
    assert (caught.value.reply.content, caught.value.reply.partial_reason) == ("Hi", "error")


@pytest.mark.parametrize(("error", "words", "code"), FLAT.values(), ids=FLAT)
def test_an_error_is_the_same_as_chunks_objects_and_under_http_200(
    error: dict[str, Any], words: str, code: int | None
) -> None:
    sources: list[Any] = [
        [chunk({"content": "Hi"}), error],
        [ChatCompletionChunk.construct(**chunk({"content": "Hi"})), ChatCompletionChunk.construct(**error)],
        [json.dumps(error)],
        error,
    ]
    for source in sources:
        with pytest.raises(mm.StreamServiceError) as caught:
            mm.collect(source)
        assert words in str(caught.value)
        assert caught.value.code == code


@pytest.mark.parametrize(
    "alive",
    [{"type": "ping"}, {"object": "keepalive", "message": "working"}, {"code": 0, "message": "ok"}, {"id": "x"}],
)
def test_a_sign_of_life_is_no_error(alive: dict[str, Any]) -> None:
    assert service_error_in(alive) is None
    assert mm.collect([chunk({"content": "Hi"}), alive, chunk({}, "stop")]).complete


@pytest.mark.parametrize("ending", ["", "data: [DONE]\n\n"], ids=["", "then [DONE]"])
@pytest.mark.parametrize(
    ("lines", "words"),
    [
        ("event: error\n\n", "no reason given"),
        ("event: error\ndata:\n\n", "no reason given"),
        ("event: error\n", "no reason given"),
        ('{"error": {"message": "boom", "code": 1002}}\n', "boom (1002)"),
        ('error: {"message": "boom"}\n\n', "boom"),
        ("data: [ERROR] boom\n\n", "boom"),
        ("data: Error: boom\n\n", "boom"),
    ],
)
def test_an_error_in_bad_form_is_no_whole_reply(lines: str, words: str, ending: str) -> None:
    with pytest.raises(mm.StreamServiceError) as caught:
        mm.collect([sse(chunk({"content": "Hi"})) + lines.encode() + ending.encode()])
    assert words in str(caught.value)
    assert caught.value.reply is not None
    assert caught.value.reply.content == "Hi"
