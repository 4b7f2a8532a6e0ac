"""One abstract answer in every form: the joined stream is the unstreamed message."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings

from minimax_nb.server.answer.answer import Answer, Call
from minimax_nb.server.answer.chunking import reply_times, segments
from minimax_nb.server.answer.wire import Event, WireFormat, completion, stream, usage_of

from ...support.answers import HEAD, answers
from ...support.recordings import document, documents, missing

FORMS = {
    "split": WireFormat(split=True),
    "native": WireFormat(),
    "native M3": WireFormat(closing="\n</think>\n"),
    "mirrored": WireFormat(mirrored=True),
    "only details": WireFormat(split=True, reasoning_key=""),
    "only reasoning_content": WireFormat(split=True, details=False),
    "no index": WireFormat(split=True, tool_index=None),
}
ANSWER = Answer("Four.", "Two and two.", (Call("add", '{"a": 2, "b": 2}'), Call("add", "{}")), "tool_calls")


def joined(events: list[Event]) -> dict[str, Any]:
    """The message that the deltas give, by the plainest reading: texts are appended, calls go by their ids."""
    message: dict[str, Any] = {}
    for event in events:
        assert isinstance(event.body, dict)
        for choice in event.body["choices"]:
            for key, value in choice["delta"].items():
                if key == "tool_calls":
                    for piece in value:
                        calls = message.setdefault("tool_calls", [])
                        if "id" in piece:
                            calls.append({**piece, "function": dict(piece["function"])})
                        else:
                            calls[-1]["function"]["arguments"] += piece["function"]["arguments"]
                elif key == "reasoning_details":
                    details = message.setdefault(key, [{**value[0], "text": ""}])
                    details[0]["text"] += value[0]["text"]
                elif key in ("content", "reasoning_content"):
                    message[key] = message.get(key, "") + value
                else:
                    message[key] = value
    return message


@pytest.mark.parametrize("form", FORMS.values(), ids=FORMS)
@settings(max_examples=80, deadline=None)
@given(answer=answers)
def test_the_joined_stream_is_the_unstreamed_message(form: WireFormat, answer: Answer) -> None:
    parts = segments(answer, 60)
    usage = usage_of(answer, 10, 0)
    events = stream(answer, HEAD, form, usage, parts)
    whole = completion(answer, HEAD, form, usage, reply_times(parts))["choices"][0]
    message = joined(events)

    assert {"content": "", **message} == whole["message"]
    last = events[-1].body
    assert isinstance(last, dict)
    assert last["choices"][0]["finish_reason"] == whole["finish_reason"] == answer.finish_reason


def test_fields_stand_in_the_order_of_the_service() -> None:
    message = completion(ANSWER, HEAD, FORMS["split"], {}, {})["choices"][0]["message"]

    order = ["content", "role", "name", "tool_calls", "audio_content", "reasoning_content", "reasoning_details"]
    assert list(message) == order
    assert list(message["reasoning_details"][0]) == ["type", "id", "format", "index", "text"]


def test_calls_have_an_id_of_the_services_kind_and_count_from_0_by_index_and_from_1_by_id() -> None:
    calls = completion(ANSWER, HEAD, FORMS["split"], {}, {})["choices"][0]["message"]["tool_calls"]

    assert [call["index"] for call in calls] == [0, 1]
    assert [call["id"][-2:] for call in calls] == ["_1", "_2"]
    assert all(len(call["id"]) == len("call_function_60llhpv7vhhb_1") for call in calls)


def test_usage_has_details_only_where_there_is_something_to_say() -> None:
    bare = usage_of(Answer("Four."), 10, 0)
    full = usage_of(Answer("Four.", "Two and two."), 900, 700)

    assert list(bare) == ["total_tokens", "total_characters", "prompt_tokens", "completion_tokens"]
    assert full["completion_tokens_details"]["reasoning_tokens"] <= full["completion_tokens"]
    assert full["prompt_tokens_details"] == {"cached_tokens": 700}
    assert full["total_tokens"] == full["prompt_tokens"] + full["completion_tokens"]


def shape(value: Any) -> Any:
    """Keys and types of a document, in order, without its values."""
    if isinstance(value, dict):
        return [(key, shape(inner)) for key, inner in value.items() if key != "minimax_nb"]
    if isinstance(value, list):
        return [shape(inner) for inner in value[:1]]
    return type(value).__name__


@missing
def test_a_split_completion_has_the_shape_of_a_recorded_one() -> None:
    answer = Answer("Four.", "Two and two.")
    ours = completion(answer, HEAD, FORMS["split"], usage_of(answer, 10, 0), {})
    assert shape(ours) == shape(document("llmapi_m25_split_nonstream_zh.json"))


@missing
def test_a_native_completion_has_the_shape_of_a_recorded_one() -> None:
    answer = Answer("Four.", "Two and two.")
    recorded = document("ccskills_chat-completion-minimal-2026-04-28.json")
    ours = completion(answer, HEAD, FORMS["native"], usage_of(answer, 10, 0), {})
    assert shape(ours) == shape(recorded)
    frame = recorded["choices"][0]["message"]["content"]
    assert frame.startswith(FORMS["native"].opening)
    assert FORMS["native"].closing in frame


@missing
def test_a_split_stream_has_the_shape_of_a_recorded_one() -> None:
    recorded = documents("gomodel_m27_split_stream.sse")
    answer = Answer("An answer that is long enough. " * 9, "Thinking that is long enough. " * 9, prompt_tokens=900)
    form = replace(FORMS["split"], include_usage=True)
    ours = stream(answer, HEAD, form, usage_of(answer, 10, 700), segments(answer, 60))
    shapes = [shape(event.body) for event in ours]

    assert shapes[0] == shape(recorded[0])
    assert shapes[1] == shape(recorded[1])
    assert shapes[-3] == shape(recorded[2])
    assert shapes[-2] == shape(recorded[-2])
    assert shapes[-1] == shape(recorded[-1])
