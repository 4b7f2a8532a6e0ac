"""The message put together from deltas, key by key."""

from __future__ import annotations

import json
from typing import Any

import pytest

from minimax_nb.stream.accumulator import StreamAccumulator

from ..support.accumulating import USAGE, accumulated, as_objects, heard
from ..support.wire import CONSTANT, HEAD, chunk

CHUNK_SHAPES: dict[str, list[Any]] = {
    "delta null": [chunk({"content": "Hi"}), chunk(None, "stop")],
    "no delta": [chunk({"content": "Hi"}), {"choices": [{"index": 0, "finish_reason": "stop"}]}],
    "no choices": [chunk({"content": "Hi"}, "stop"), {**HEAD, "usage": USAGE}],
    "empty choices": [chunk({"content": "Hi"}, "stop"), {**HEAD, "choices": [], "usage": USAGE}],
    "null choices": [chunk({"content": "Hi"}, "stop"), {**HEAD, "choices": None, "usage": USAGE}],
    "role empty": [chunk({"role": "", "content": "Hi"}, "stop")],
    "no index": [{"choices": [{"delta": {"content": "Hi"}, "finish_reason": "stop"}]}],
    "the finish twice": [chunk({"content": "Hi"}, "stop"), chunk({}, "stop")],
    "a second choice": [
        {"choices": [{"index": 0, "delta": {"content": "Hi"}}, {"index": 1, "delta": {"content": "Yo"}}]},
        {"choices": [{"index": 1, "delta": {"content": "Yo"}, "finish_reason": "length"}]},
        chunk({}, "stop"),
    ],
    "the whole message at the end": [
        chunk({"content": "Hi"}),
        {**HEAD, "choices": [{"index": 0, "finish_reason": "stop", "message": {"content": "Hi", "role": "assistant"}}]},
    ],
    "only the whole message": [
        {**HEAD, "choices": [{"index": 0, "finish_reason": "stop", "message": {"content": "Hi", "role": "assistant"}}]},
    ],
    "only the whole message, in the plural": [
        {"choices": [{"finish_reason": "stop", "messages": [{"content": "Hi", "role": "assistant"}]}]},
    ],
    "the whole message without a finish reason": [
        {"object": "chat.completion", "choices": [{"index": 0, "message": {"content": "Hi", "role": "assistant"}}]},
    ],
    "content null": [chunk({"content": None}), chunk({"content": "Hi"}), chunk({"content": None}, "stop")],
    "base_resp that says nothing": [chunk({"content": "Hi"}, "stop", base_resp={"status_code": 0, "status_msg": ""})],
}


@pytest.mark.parametrize("chunks", CHUNK_SHAPES.values(), ids=CHUNK_SHAPES.keys())
def test_every_shape_of_a_chunk_is_taken(chunks: list[Any]) -> None:
    for items in (chunks, as_objects(chunks)):
        reply, events = accumulated(items)
        assert reply.complete
        assert reply.message == {"content": "Hi", "role": "assistant"}
        assert heard(events)[1] == reply.content == "Hi"


def test_keys_repeated_in_every_chunk_stay_what_they_are() -> None:
    reply, _ = accumulated(
        [chunk({**CONSTANT, "content": text, "x": {"y": 1}}) for text in "abc"] + [chunk({}, "stop")]
    )
    assert json.dumps(reply.message) == json.dumps({"content": "abc", **CONSTANT, "x": {"y": 1}})


def test_an_unknown_key_whose_text_changes_is_joined() -> None:
    reply, _ = accumulated([chunk({"refusal": "I ", "seen": [1]}), chunk({"refusal": "can't", "seen": [2]}, "stop")])
    assert reply.message == {"content": "", "role": "assistant", "refusal": "I can't", "seen": [1, 2]}


@pytest.mark.parametrize(
    ("pieces", "joined"),
    [
        (["ha", "ha", "!"], "haha!"),
        (["a", "b", "b", "", "b"], "abbb"),
        (["same", "same", "same"], "same"),
        (["", "", "a"], "a"),
    ],
)
def test_repeated_pieces_of_an_unknown_text_are_all_there(pieces: list[str], joined: str) -> None:
    for items in (chunks := [chunk({"aside": piece}) for piece in pieces], as_objects(chunks)):
        assert accumulated(items)[0].message["aside"] == joined


def test_content_stays_null_or_away_beside_tool_calls() -> None:
    call = {"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": "{}"}}
    without, _ = accumulated([chunk({"role": "assistant", "tool_calls": [call]}, "tool_calls")])
    assert without.message == {"role": "assistant", "tool_calls": [call]}
    null, _ = accumulated([chunk({"content": None, "tool_calls": [call]}, "tool_calls")])
    assert null.message == {"content": None, "role": "assistant", "tool_calls": [call]}
    assert (without.content, null.content) == ("", "")


@pytest.mark.parametrize("reason", ["cut", "interrupted", "error"])
def test_a_call_that_broke_off_is_left_out_of_the_message_alone(reason: Any) -> None:
    whole = {"index": 0, "id": "a", "function": {"name": "f", "arguments": "{}"}}
    broken = {"index": 1, "id": "b", "function": {"name": "g", "arguments": '{"x": '}}
    acc = StreamAccumulator()
    acc.feed(chunk({"content": "Hi", "tool_calls": [whole]}))
    acc.feed(chunk({"tool_calls": [broken]}))
    reply = acc.finish(reason, "why")
    assert [call.name for call in reply.tool_calls] == ["f", "g"]
    assert [call["id"] for call in reply.message["tool_calls"]] == ["a"]
    assert (reply.partial_reason, reply.problem) == (reason, "why")
    alone = StreamAccumulator()
    alone.feed(chunk({"content": "Hi", "tool_calls": [broken]}))
    assert alone.finish(reason).message == {"content": "Hi", "role": "assistant"}
