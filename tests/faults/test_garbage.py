"""Silence and garbage: a hang, bytes that are no events, HTML in place of JSON, huge lines, events of another shape."""

from __future__ import annotations

import json
from typing import Any

import pytest

import minimax_nb as mm

from ..support.faults import HELLO, Wire, ask, chat_with, events_of, goes_on, is_told, text_in, wire_server

SHORT = events_of(HELLO)
MIDDLE = len(SHORT) // 2
GOOD = Wire(tuple(SHORT))
PAGE = b"<!DOCTYPE html>\n<html><body><h1>502 Bad Gateway</h1>\n<p>error: see the log</p></body></html>\n"
BOTH = pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])


def data(document: Any) -> bytes:
    return f"data: {json.dumps(document)}\n\n".encode()


NO_REPLY = {
    "html": PAGE,
    "html-in-an-event": b"data: <html>502 Bad Gateway</html>\n\n",
    "binary": bytes(range(256)) * 8,
    "gzip": b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xcbH\xcd\xc9\xc9\x07\x00\x86\xa6\x106\x05\x00\x00\x00",
    "invalid-utf-8": b"data: \xff\xfe\xc3\x28 half\n\n",
    "nul": b"\x00" * 500,
    "plain-words": b"upstream connect error or disconnect/reset before headers\n",
    "broken-json": b'data: {"choices": [{"delta": {"content": "Hi\n\n',
    "a-number": data(7),
    "a-list": data([1, 2, 3]),
    "a-text": data("Hello"),
    "an-empty-object": data({}),
    "a-deep-one": b"data: " + b"[" * 100_000 + b"]" * 100_000 + b"\n\n",
    "a-huge-line": b"x" * 3_000_000 + b"\n",
    "a-huge-event": b"data: " + b"x" * 3_000_000 + b"\n\n",
    "another-api": data({"candidates": [{"content": {"parts": [{"text": "Hi"}]}}]}),
    "choices-an-object": data({"choices": {"delta": {"content": "Hi"}}}),
    "choices-of-texts": data({"choices": ["Hi"]}),
    "delta-a-number": data({"choices": [{"index": 0, "delta": 3}]}),
    "content-a-number": data({"choices": [{"index": 0, "delta": {"content": 3}}]}),
    "calls-a-text": data({"choices": [{"index": 0, "delta": {"tool_calls": "f"}}]}),
    "calls-of-numbers": data({"choices": [{"index": 0, "delta": {"tool_calls": [1]}}]}),
    "usage-a-text": data({"choices": [], "usage": "many"}),
}
"""Bodies under HTTP 200 that are no reply, by what they are."""


@BOTH
@pytest.mark.parametrize("kind", NO_REPLY)
def test_garbage_in_place_of_a_reply(kind: str, asynchronous: bool, capsys: pytest.CaptureFixture[str]) -> None:
    with wire_server(Wire((NO_REPLY[kind],)), GOOD) as server:
        chat = chat_with(server)
        seen = ask(chat, HELLO, capsys, asynchronous=asynchronous)
        is_told(seen)
        assert len(seen.words) < 500
        goes_on(chat)


@BOTH
@pytest.mark.parametrize("kind", NO_REPLY)
def test_garbage_midway_keeps_what_arrived(kind: str, asynchronous: bool, capsys: pytest.CaptureFixture[str]) -> None:
    with wire_server(Wire((*SHORT[:MIDDLE], NO_REPLY[kind])), GOOD) as server:
        chat = chat_with(server)
        seen = ask(chat, HELLO, capsys, asynchronous=asynchronous)
        is_told(seen)
        assert len(seen.words) < 500
        assert seen.reply is not None
        reasoning, content = text_in(SHORT[:MIDDLE])
        assert seen.reply.reasoning.startswith(reasoning)
        assert seen.reply.content.startswith(content)
        goes_on(chat)


@BOTH
@pytest.mark.parametrize("kind", NO_REPLY)
def test_garbage_between_two_events_costs_neither(
    kind: str, asynchronous: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    """The stream goes on after it; what cannot be read is passed over."""
    with wire_server(Wire((*SHORT[:MIDDLE], NO_REPLY[kind], b"\n\n", *SHORT[MIDDLE:])), GOOD) as server:
        chat = chat_with(server)
        seen = ask(chat, HELLO, capsys, asynchronous=asynchronous)
        assert seen.reply is not None
        reasoning, content = text_in(SHORT)
        if seen.error is None:
            assert seen.reply.complete
            assert seen.reply.reasoning == reasoning
            assert content in seen.reply.content
        else:
            is_told(seen)
            assert reasoning.startswith(seen.reply.reasoning)
        goes_on(chat)


@BOTH
@pytest.mark.parametrize("status", ["404 Not Found", "502 Bad Gateway", "200 OK"])
@pytest.mark.parametrize("content_type", ["text/html", "application/json", "text/event-stream"])
def test_a_page_in_place_of_json(
    status: str, content_type: str, asynchronous: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    with wire_server(Wire((PAGE,), "end", content_type, status), GOOD) as server:
        chat = chat_with(server)
        seen = ask(chat, HELLO, capsys, asynchronous=asynchronous)
        is_told(seen)
        assert seen.error is not None
        goes_on(chat)


@BOTH
@pytest.mark.parametrize("kind", [kind for kind in NO_REPLY if kind != "a-deep-one"])  # of which Python itself tells
def test_garbage_in_place_of_a_whole_completion(
    kind: str, asynchronous: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    body = NO_REPLY[kind].removeprefix(b"data: ").strip()
    whole = {"choices": [{"index": 0, "finish_reason": "stop", "message": {"role": "assistant", "content": "Hi."}}]}
    good = Wire((json.dumps({**whole, "object": "chat.completion"}).encode(),), "end", "application/json")
    with wire_server(Wire((body,), "end", "application/json"), good) as server:
        chat = chat_with(server, stream=False)
        seen = ask(chat, HELLO, capsys, asynchronous=asynchronous)
        is_told(seen)
        goes_on(chat)


@BOTH
@pytest.mark.parametrize("at", [0, 1, MIDDLE, len(SHORT) - 2])
def test_silence_ends_at_the_clients_timeout(at: int, asynchronous: bool, capsys: pytest.CaptureFixture[str]) -> None:
    with wire_server(Wire(tuple(SHORT[:at]), "hang"), GOOD) as server:
        chat = chat_with(server, timeout=0.1)
        seen = ask(chat, HELLO, capsys, asynchronous=asynchronous)
        is_told(seen)
        assert isinstance(seen.error, mm.StreamTimeoutError)
        assert "for 0.1 s" in seen.words
        assert seen.reply is not None
        assert (seen.reply.reasoning, seen.reply.content) == text_in(SHORT[:at])
        goes_on(chat)


@BOTH
def test_silence_in_the_middle_of_a_line(asynchronous: bool, capsys: pytest.CaptureFixture[str]) -> None:
    with wire_server(Wire((*SHORT[:MIDDLE], SHORT[MIDDLE][:20]), "hang"), GOOD) as server:
        chat = chat_with(server, timeout=0.1)
        seen = ask(chat, HELLO, capsys, asynchronous=asynchronous)
        is_told(seen)
        assert seen.reply is not None
        assert (seen.reply.reasoning, seen.reply.content) == text_in(SHORT[:MIDDLE])
        goes_on(chat)


NAMED = {"html": "<!DOCTYPE", "html-in-an-event": "502 Bad", "plain-words": "upstream connect error", "binary": "\\x"}


@pytest.mark.parametrize(("kind", "says"), NAMED.items(), ids=NAMED)
def test_garbage_in_place_of_the_end_is_named(kind: str, says: str, capsys: pytest.CaptureFixture[str]) -> None:
    with wire_server(Wire((*SHORT[:MIDDLE], NO_REPLY[kind])), GOOD) as server:
        seen = ask(chat_with(server), HELLO, capsys)
        assert says in seen.words
        assert says in seen.shown
