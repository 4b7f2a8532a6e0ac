"""What the API nests in deltas, put together: parts of a content, details of any kind, custom calls, audio."""

from __future__ import annotations

from typing import Any

import pytest
from openai.types.chat import ChatCompletionChunk

import minimax_nb as mm
from minimax_nb.message.events import ReasoningDelta, TextDelta
from minimax_nb.stream.accumulator import StreamAccumulator

from ..support.wire import chunk


def text(said: str, **more: Any) -> dict[str, Any]:
    return {"type": "text", "text": said, **more}


def thinking(said: Any, **more: Any) -> dict[str, Any]:
    return {"type": "thinking", "thinking": said, **more}


# What the deltas hold, and what the message holds at the end.
CASES: dict[str, tuple[list[dict[str, Any]], dict[str, Any]]] = {
    "text parts": (
        [{"content": [text("He")]}, {"content": [text("llo")]}],
        {"content": [text("Hello")]},
    ),
    "thinking, then text": (
        [{"content": [thinking("a ")]}, {"content": [thinking("b")]}, {"content": [text("Hi")]}],
        {"content": [thinking("a b"), text("Hi")]},
    ),
    "thinking of parts, then a string": (
        [{"content": [thinking([text("a ")])]}, {"content": [thinking([text("b")])]}, {"content": "Hi"}],
        {"content": [thinking([text("a b")]), text("Hi")]},
    ),
    "a string, then parts": (
        [{"content": "Hi "}, {"content": [text("there")]}],
        {"content": [text("Hi there")]},
    ),
    "parts by their index": (
        [
            {"content": [thinking("a", index=0), text("x", index=1)]},
            {"content": [text("y", index=1)]},
            {"content": [thinking("b", index=0)]},
        ],
        {"content": [thinking("ab", index=0), text("xy", index=1)]},
    ),
    "two parts at once are two": (
        [{"content": [text("a"), text("b")]}, {"content": [text("c")]}],
        {"content": [text("a"), text("bc")]},
    ),
    "a picture between": (
        [{"content": [text("a")]}, {"content": [{"type": "image_url", "image_url": {"url": "data:x"}}]}],
        {"content": [text("a"), {"type": "image_url", "image_url": {"url": "data:x"}}]},
    ),
    "a signature at the end": (
        [{"content": [thinking("a", signature="")]}, {"content": [thinking("", signature="S")]}, {"content": "Hi"}],
        {"content": [thinking("a", signature="S"), text("Hi")]},
    ),
    "a summary": (
        [
            {"reasoning_details": [{"type": "reasoning.summary", "summary": "First ", "index": 0}]},
            {"reasoning_details": [{"type": "reasoning.summary", "summary": "this.", "index": 0}]},
            {"content": "Hi"},
        ],
        {"reasoning_details": [{"type": "reasoning.summary", "summary": "First this.", "index": 0}], "content": "Hi"},
    ),
    "encrypted thinking in pieces": (
        [
            {"reasoning_details": [{"type": "reasoning.encrypted", "data": "gAAA", "id": "r", "index": 0}]},
            {"reasoning_details": [{"type": "reasoning.encrypted", "data": "BBB=", "id": "r", "index": 0}]},
        ],
        {"reasoning_details": [{"type": "reasoning.encrypted", "data": "gAAABBB=", "id": "r", "index": 0}]},
    ),
    "encrypted thinking sent twice": (
        [{"reasoning_details": [{"type": "reasoning.encrypted", "data": "g" * 40, "index": 0}]}] * 2,
        {"reasoning_details": [{"type": "reasoning.encrypted", "data": "g" * 40, "index": 0}]},
    ),
    "text and encrypted": (
        [
            {"reasoning_details": [{"type": "reasoning.text", "text": "a", "index": 0, "signature": None}]},
            {"reasoning_details": [{"type": "reasoning.encrypted", "data": "x", "index": 1}]},
            {"reasoning_details": [{"type": "reasoning.text", "text": "b", "index": 0, "signature": "S"}]},
        ],
        {
            "reasoning_details": [
                {"type": "reasoning.text", "text": "ab", "index": 0, "signature": "S"},
                {"type": "reasoning.encrypted", "data": "x", "index": 1},
            ]
        },
    ),
    "a custom tool's call": (
        [
            {"tool_calls": [{"index": 0, "id": "c", "type": "custom", "custom": {"name": "sql", "input": "SELECT"}}]},
            {"tool_calls": [{"index": 0, "custom": {"input": " 1;"}}]},
        ],
        {"tool_calls": [{"id": "c", "type": "custom", "custom": {"name": "sql", "input": "SELECT 1;"}, "index": 0}]},
    ),
    "a function call of old": (
        [
            {"function_call": {"name": "f", "arguments": ""}},
            {"function_call": {"arguments": '{"x"'}},
            {"function_call": {"arguments": ": 1}"}},
        ],
        {"function_call": {"name": "f", "arguments": '{"x": 1}'}},
    ),
    "thinking fields as lists": (
        [{"reasoning_content": [text("a")]}, {"reasoning_content": [text("b")]}, {"content": "c"}],
        {"reasoning_content": [text("ab")], "content": "c"},
    ),
    "a thinking field as a part, then a text": (
        [{"reasoning": thinking("a")}, {"reasoning": thinking("b")}, {"content": "c"}],
        {"reasoning": [thinking("ab")], "content": "c"},
    ),
    "content as bare parts": (
        [{"content": text("A")}, {"content": text("B")}],
        {"content": [text("AB")]},
    ),
    "a refusal in parts": (
        [{"content": [{"type": "refusal", "refusal": "I can"}]}, {"content": [{"type": "refusal", "refusal": "not."}]}],
        {"content": [{"type": "refusal", "refusal": "I cannot."}]},
    ),
    "audio": (
        [
            {"audio": {"id": "a", "transcript": "Hel"}},
            {"audio": {"transcript": "lo", "data": "AAAA"}},
            {"audio": {"data": "BBBB", "expires_at": 9}},
        ],
        {"audio": {"id": "a", "transcript": "Hello", "data": "AAAABBBB", "expires_at": 9}},
    ),
    "citations come one by one": (
        [{"annotations": [{"type": "url", "url": "a"}]}, {"annotations": [{"type": "url", "url": "b"}]}],
        {"annotations": [{"type": "url", "url": "a"}, {"type": "url", "url": "b"}]},
    ),
}


@pytest.mark.parametrize("as_object", [False, True], ids=["dicts", "SDK objects"])
@pytest.mark.parametrize(("deltas", "message"), CASES.values(), ids=CASES)
def test_every_piece_is_kept_and_the_whole_is_what_an_unstreamed_reply_holds(
    deltas: list[dict[str, Any]], message: dict[str, Any], as_object: bool
) -> None:
    chunks: list[Any] = [*map(chunk, deltas), chunk({}, "stop")]
    if as_object:
        chunks = [ChatCompletionChunk.construct(**item) for item in chunks]
    reply = mm.collect(chunks)
    got = {key: value for key, value in reply.message.items() if key in message}
    assert got == message


def test_thinking_and_text_of_parts_are_shown_as_they_come() -> None:
    acc = StreamAccumulator()
    events = [event for delta in CASES["thinking, then text"][0] for event in acc.feed(chunk(delta))]
    assert events == [ReasoningDelta("a "), ReasoningDelta("b"), TextDelta("Hi")]
    assert acc.finish("cut").content == "Hi"
    assert acc.settle() == []


@pytest.mark.parametrize("key", ["reasoning_content", "reasoning"])
def test_thinking_fields_as_lists_are_read_and_shown(key: str) -> None:
    acc = StreamAccumulator()
    deltas = [{key: [text("a ")]}, {key: [text("b")]}, {"content": "Hi"}]
    assert [event for delta in deltas for event in acc.feed(chunk(delta))] == [
        ReasoningDelta("a "),
        ReasoningDelta("b"),
        TextDelta("Hi"),
    ]
    reply = acc.finish("cut")
    assert (reply.reasoning, reply.content) == ("a b", "Hi")
    assert acc.settle() == []


def test_think_tags_in_text_parts_are_split_while_they_stream() -> None:
    acc = StreamAccumulator()
    deltas = [{"content": [text(piece)]} for piece in ("<thi", "nk>a</th", "ink>Hi")]
    events = [event for delta in deltas for event in acc.feed(chunk(delta))]
    assert events == [ReasoningDelta("a"), TextDelta("Hi")]
    reply = acc.finish()
    assert (reply.reasoning, reply.content) == ("a", "Hi")


def test_the_input_of_a_custom_call_is_in_the_reply() -> None:
    (call,) = mm.collect([*map(chunk, CASES["a custom tool's call"][0]), chunk({}, "tool_calls")]).tool_calls
    assert (call.id, call.name, call.arguments) == ("c", "sql", "SELECT 1;")


@pytest.mark.heavy
def test_a_megabyte_in_small_pieces_costs_no_more_than_its_length() -> None:
    pieces = [{"audio": {"data": f"{number:04x}"}} for number in range(50_000)]
    reply = mm.collect([*map(chunk, pieces), chunk({}, "stop")])
    assert len(reply.message["audio"]["data"]) == 200_000
