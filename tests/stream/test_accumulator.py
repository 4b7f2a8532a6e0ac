from __future__ import annotations

import json
from contextlib import suppress
from typing import Any

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from openai.types.chat import ChatCompletionChunk

from minimax_nb.errors import StreamFormatError
from minimax_nb.message.completion import from_completion
from minimax_nb.message.reply import Origin, Reply, Timing, Usage
from minimax_nb.stream.accumulator import StreamAccumulator

from ..support.accumulating import NATIVE, SPLIT, USAGE, accumulated, as_objects, heard, same
from ..support.json_values import json_values
from ..support.wire import HEAD, chunk, completion, messages, streams

any_message = settings(suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow], deadline=None)


@pytest.mark.parametrize("snapshots", [False, True], ids=["increments", "snapshots"])
@any_message
@given(data=st.data(), message=messages())
def test_a_stream_cut_anywhere_gives_the_reply_that_was_not_streamed(
    snapshots: bool, data: st.DataObject, message: dict[str, Any]
) -> None:
    chunks = data.draw(streams(message, snapshots=snapshots))
    expected = from_completion(completion(message))
    reply, events = accumulated(chunks, clock=lambda: 0.0)
    assert json.dumps(reply.message) == json.dumps(message)
    same(Reply(**{**_fields(reply), "timing": Timing()}), expected)
    assert heard(events) == (expected.reasoning, expected.content, [call.arguments for call in expected.tool_calls])
    from_objects, _ = accumulated(as_objects(chunks), clock=lambda: 0.0)
    assert from_objects == reply


def _fields(reply: Reply) -> dict[str, Any]:
    return {name: getattr(reply, name) for name in Reply.__slots__}


@any_message
@given(data=st.data(), message=messages())
def test_until_the_end_the_events_agree_with_the_reply_so_far(data: st.DataObject, message: dict[str, Any]) -> None:
    acc, events = StreamAccumulator(), []
    for item in data.draw(streams(message)):
        events += acc.feed(item)
        reply = acc.reply()
        assert not reply.complete or acc.finished
    assert acc.finish() == acc.finish()
    assert acc.finish().complete


KEYS = [
    *("choices", "delta", "message", "messages", "content", "role", "reasoning", "reasoning_details", "tool_calls"),
    *("reasoning_content", "function", "arguments", "name", "id", "index", "text", "usage", "total_tokens", "error"),
    *("base_resp", "status_code", "finish_reason", "minimax_nb", "t", "origin", "kind", "type", "code", "model"),
]
any_json = json_values(st.text(max_size=3), st.sampled_from(KEYS), members=4, leaves=20)


@given(st.lists(any_json | st.builds(chunk, any_json), max_size=5))
@example([chunk({"content": [{"text": True}]})])
@any_message
def test_no_json_whatsoever_breaks_it_in_an_unnamed_way(items: list[Any]) -> None:
    acc = StreamAccumulator()
    for item in items:
        with suppress(StreamFormatError):
            acc.feed(item)
    reply = acc.finish()
    acc.settle()
    assert Reply.from_dict(reply.to_dict()) == reply
    assert reply.message["role"]


@pytest.mark.parametrize(
    ("usages", "expected"),
    [
        ([None, USAGE], Usage(10, 20, None, None, 30)),
        ([USAGE, {"total_tokens": 0, "total_characters": 0}, None], Usage(10, 20, None, None, 30)),
        ([USAGE, {**USAGE, "completion_tokens": 21}], Usage(10, 21, None, None, 30)),
        ([{"total_tokens": 73}], Usage(total_tokens=73)),
        ([{"total_tokens": 0}], Usage()),
        (["many", 3, []], Usage()),
        (
            [
                {
                    **USAGE,
                    "completion_tokens_details": {"reasoning_tokens": 5},
                    "prompt_tokens_details": {"cached_tokens": 7},
                }
            ],
            Usage(10, 20, 5, 7, 30),
        ),
        ([{**USAGE, "completion_tokens_details": None}], Usage(10, 20, None, None, 30)),
    ],
)
def test_the_last_real_usage_counts(usages: list[Any], expected: Usage) -> None:
    chunks = [chunk({"content": "a"}, "stop", usage=usage) for usage in usages]
    assert accumulated(chunks)[0].usage == expected


def test_time_is_counted_from_the_request() -> None:
    times = iter([10.0, 10.5, 11.0, 12.5, 13.0])
    acc = StreamAccumulator(clock=lambda: next(times), started=9.0)
    for item in (*SPLIT, {**HEAD, "choices": [], "usage": USAGE}):
        acc.feed(item)
    # first piece at 10.0, answer at 10.5 and 11.0, the end at 12.5; the request was sent at 9.0
    assert acc.finish().timing == Timing(1.0, 2.0, 0.0, 3.5, 20.0)


def test_the_start_can_be_learnt_at_the_end() -> None:
    times = iter([1.0, 5.0, 6.0, 7.0])
    acc = StreamAccumulator(clock=lambda: next(times))
    acc.feed(chunk({"content": "a"}, "stop"))
    acc.started_before(4.0)
    assert acc.finish().timing == Timing(first_token_s=3.0, last_token_s=3.0, total_s=5.0)


def test_the_embedded_servers_times_and_origin_count_instead_of_the_clock() -> None:
    origin = {"kind": "recorded", "host": "api.minimax.io", "date": "2026-04-28", "tape": "x"}
    chunks = [
        {**item, "minimax_nb": {"t": 0.25 * (number + 1), "origin": origin}} for number, item in enumerate(NATIVE)
    ]
    chunks.append({**HEAD, "choices": [], "usage": USAGE, "minimax_nb": {"t": 1.0}})
    for items in (chunks, as_objects(chunks)):
        reply, _ = accumulated(items)
        assert reply.timing == Timing(0.25, 0.75, 0.0, 1.0, 40.0)
        assert reply.origin == Origin("recorded", "api.minimax.io", "2026-04-28", "x")
        assert "minimax_nb" not in reply.message


def test_a_reply_in_a_single_piece_has_no_speed() -> None:
    assert accumulated([chunk({"content": "a"}, "stop", usage=USAGE)])[0].timing.tokens_per_s is None


def test_the_token_limit_is_no_error_but_marked() -> None:
    reply, _ = accumulated([chunk({"content": "<think>hm"}), chunk({}, "length")])
    assert (reply.partial_reason, reply.complete) == ("length", False)
    assert reply.problem
    assert "max_completion_tokens" in reply.problem


def test_without_a_finish_reason_a_stream_is_cut() -> None:
    acc = StreamAccumulator()
    acc.feed(chunk({"content": "Hi"}))
    assert not acc.finished
    assert acc.reply().partial_reason == "cut"
    assert acc.finish().partial_reason == "cut"
    assert acc.finish().message == {"content": "Hi", "role": "assistant"}


@pytest.mark.parametrize(
    ("item", "code"),
    [
        ({"error": {"message": "no (2013)", "type": "x", "code": "2013"}}, 2013),
        ({"type": "error", "error": {"type": "server_error", "message": "busy (2064)", "http_code": "529"}}, 2064),
        ({"error": {"message": "no", "code": 1002}}, 1002),
        ({"error": {"message": "no", "code": "rate_limit"}}, None),
        ({"error": "no"}, None),
        ({"choices": None, "base_resp": {"status_code": 2056, "status_msg": "usage limit"}}, 2056),
        ({**chunk({"content": ""}), "error": {"message": "no", "code": 400}}, 400),
    ],
)
def test_an_error_inside_a_stream_is_known_with_its_code(item: dict[str, Any], code: int | None) -> None:
    for variant in (item, ChatCompletionChunk.construct(**item)):
        acc = StreamAccumulator()
        acc.feed(chunk({"content": "Hi"}))
        acc.feed(variant)
        assert acc.service_error is not None
        assert acc.service_error.code == code
        reply = acc.finish()
        assert (reply.partial_reason, reply.content) == ("error", "Hi")
        assert reply.problem == acc.service_error.message


@pytest.mark.parametrize("item", ["text", 1, None, [1], object()])
def test_what_is_no_chunk_is_named(item: Any) -> None:
    with pytest.raises(StreamFormatError, match="expected a chat completion chunk"):
        StreamAccumulator().feed(item)
