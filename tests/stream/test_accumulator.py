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
from minimax_nb.message.events import ReasoningDelta, Rewritten, StreamEvent, TextDelta, ToolCallDelta
from minimax_nb.message.reply import Origin, Reply, Timing, Usage
from minimax_nb.stream.accumulator import StreamAccumulator

from ..support.wire import CONSTANT, DETAIL, HEAD, chunk, completion, messages, streams

DETAILED = {"completion_tokens_details": {"reasoning_tokens": 5}, "prompt_tokens_details": {"cached_tokens": 7}}
USAGE = {"total_tokens": 30, "prompt_tokens": 10, "completion_tokens": 20}
NATIVE = [chunk({"content": "<think>\na"}), chunk({"content": "\n</think>\n\nHi"}), chunk({"content": "!"}, "stop")]
SPLIT = [
    chunk({"reasoning_content": "a", "reasoning_details": [{**DETAIL, "text": "a"}]}),
    chunk({"content": "Hi"}),
    chunk({"content": "!"}, "stop"),
]


def accumulated(chunks: list[Any], **options: Any) -> tuple[Reply, list[StreamEvent]]:
    acc = StreamAccumulator(**options)
    events = [event for item in chunks for event in acc.feed(item)]
    reply = acc.finish()
    return reply, events + acc.settle()


def heard(events: list[StreamEvent]) -> tuple[str, str, list[str]]:
    """What somebody who only listens to the events knows: thinking, answer, arguments of each call."""
    reasoning, content, arguments = "", "", []
    for event in events:
        match event:
            case ReasoningDelta(text):
                reasoning += text
            case TextDelta(text):
                content += text
            case Rewritten(reasoning, content):
                pass
            case ToolCallDelta(position):
                arguments += [""] * (position + 1 - len(arguments))
                arguments[position] += event.arguments
    return reasoning, content, arguments


def as_objects(chunks: list[dict[str, Any]]) -> list[ChatCompletionChunk]:
    return [ChatCompletionChunk.construct(**json.loads(json.dumps(item))) for item in chunks]


def same(streamed: Reply, unstreamed: Reply) -> None:
    assert streamed.message == unstreamed.message
    assert streamed == unstreamed


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
json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(KEYS), inner, max_size=4),
    max_leaves=20,
)


@given(st.lists(json_values | st.builds(chunk, json_values), max_size=5))
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


@pytest.mark.parametrize("chunks", [NATIVE, SPLIT], ids=["native", "split"])
def test_thinking_and_answer_are_said_as_they_come(chunks: list[dict[str, Any]]) -> None:
    reply, events = accumulated(chunks)
    assert events == [ReasoningDelta("a"), TextDelta("Hi"), TextDelta("!")]
    assert (reply.reasoning, reply.content, reply.finish_reason) == ("a", "Hi!", "stop")


def test_thinking_in_two_fields_is_counted_once_and_said_by_the_first() -> None:
    chunks = [
        chunk({"content": "<think>a", "reasoning_content": "a"}),
        chunk({"content": "b</think>Hi", "reasoning_content": "b"}, "stop"),
    ]
    reply, events = accumulated(chunks)
    assert (reply.reasoning, reply.content) == ("ab", "Hi")
    assert heard(events)[:2] == ("ab", "Hi")
    assert reply.message["content"] == "<think>ab</think>Hi"
    assert reply.message["reasoning_content"] == "ab"


def test_a_short_thought_repeated_on_every_chunk_is_counted_once() -> None:
    answer = ["<think>Hi.</think>", "Hello", " there"]
    chunks = [chunk({"content": piece, "reasoning_content": "Hi."}) for piece in answer]
    reply, events = accumulated([*chunks, chunk({}, "stop")])
    assert (reply.reasoning, reply.content) == ("Hi.", "Hello there")
    assert reply.message["reasoning_content"] == "Hi."
    assert heard(events)[:2] == ("Hi.", "Hello there")


def test_an_emoji_cut_in_two_is_put_together() -> None:
    reply, events = accumulated([chunk({"content": "a\ud83d"}), chunk({"content": "\ude00"}, "stop")])
    assert reply.content == "a😀"
    assert heard(events)[1] == "a😀"


def test_the_field_that_counts_most_wins_at_the_end() -> None:
    chunks = [
        chunk({"reasoning_content": "the shorter"}),
        chunk({"reasoning_details": [{**DETAIL, "text": "the longer one"}], "content": "Hi"}, "stop"),
    ]
    reply, events = accumulated(chunks)
    assert reply.reasoning == "the longer one"
    assert events == [ReasoningDelta("the shorter"), TextDelta("Hi"), Rewritten("the longer one", "Hi")]


def test_a_closing_tag_without_an_opening_one_makes_the_text_before_it_thinking() -> None:
    reply, events = accumulated([chunk({"content": "hm "}), chunk({"content": "so\n</think>\n\nHi"}, "stop")])
    assert (reply.reasoning, reply.content) == ("hm so", "Hi")
    assert events == [TextDelta("hm "), TextDelta("so\n"), Rewritten("hm so", ""), TextDelta("Hi")]


def test_a_closing_tag_in_the_answer_is_text_when_the_thinking_had_its_field() -> None:
    reply, events = accumulated([chunk({"reasoning": "hm"}), chunk({"content": "a </think> b"}, "stop")])
    assert (reply.reasoning, reply.content) == ("hm", "a </think> b")
    assert not [event for event in events if isinstance(event, Rewritten)]


def test_a_closing_tag_at_the_end_of_a_field_of_thinking_is_not_part_of_it() -> None:
    chunks = [
        chunk({"reasoning_content": "hm\n</th"}),
        chunk({"reasoning_content": "ink>"}),
        chunk({"content": "Hi"}, "stop"),
    ]
    reply, events = accumulated(chunks)
    assert reply.reasoning == "hm"
    assert reply.message["reasoning_content"] == "hm\n</think>"
    assert heard(events)[:2] == ("hm", "Hi")


def test_what_was_held_back_is_said_at_the_end() -> None:
    reply, events = accumulated([chunk({"content": "Hello"}), chunk({"content": "Hello there"}, "stop")])
    assert reply.content == "HelloHello there"
    assert events == [TextDelta("Hello"), TextDelta("Hello there")]


def test_a_wrong_guess_at_snapshots_is_taken_back_aloud() -> None:
    pieces = ["This is the house", "This is the house that", "This is the house that Jack built", "."]
    reply, events = accumulated([chunk({"content": piece}) for piece in pieces] + [chunk({}, "stop")])
    assert reply.content == "".join(pieces)
    assert Rewritten("", "".join(pieces)) in events
    assert heard(events)[1] == reply.content


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
