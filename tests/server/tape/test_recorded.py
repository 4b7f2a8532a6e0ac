"""Recorded turns: written, read back, matched in their own form and played as they came."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from minimax_nb.server.service.handler import Handler
from minimax_nb.server.tape import read as tape
from minimax_nb.server.tape.match import Miss, find
from minimax_nb.server.tape.recorded import RecordedReply, form_of
from minimax_nb.server.tape.write_text import request_of, tape_text, turn_text

from ...support.recorded_tapes import EVENTS, PING, PROVENANCE, REQUEST, STREAMED, WHOLE, chunk, taped

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path


def sent(handler: Handler, ask: Callable[..., Any], **request: Any) -> list[Any]:
    return [event.body for event in ask(handler=handler, **{**REQUEST, "stream": True, **request}).events]


def test_a_stream_is_played_as_it_came_with_its_times_and_origin(ask: Callable[..., Any]) -> None:
    first, second, usage, done = sent(Handler(taped(STREAMED)), ask)
    origin = first.pop("minimax_nb")
    assert origin["t"] == 0.5
    assert origin["origin"]["kind"] == "recorded"
    assert second.pop("minimax_nb") == {"t": 0.9}
    assert usage.pop("minimax_nb") == {"t": 0.9}
    assert (first, second, usage, done) == tuple(event.body for event in EVENTS)


def test_a_completion_is_played_when_it_was_due(ask: Callable[..., Any]) -> None:
    response = ask(handler=Handler(taped(WHOLE)), **REQUEST)
    document = json.loads(response.body)
    own = document.pop("minimax_nb")
    assert (response.delay_s, own["total_s"], own["origin"]["host"]) == (1.25, 1.25, "api.example")
    assert document == WHOLE.events[0].body


@pytest.mark.parametrize(
    ("wish", "field"),
    [
        ({"stream": False}, "stream = True where the request has False"),
        ({"reasoning_split": True}, "reasoning_split = False where the request has True"),
        ({"stream_options": {"include_usage": True}}, "include_usage = False where the request has True"),
        ({"model": "Far-2"}, "model = 'Far-1' where the request has 'Far-2'"),
        ({"messages": [PING, PING]}, "the number of messages = 1 where the request has 2"),
    ],
)
def test_another_form_is_a_miss_that_names_it(wish: dict[str, Any], field: str) -> None:
    miss = find({**REQUEST, "stream": True, **wish}, taped(STREAMED))
    assert isinstance(miss, Miss)
    assert field in str(miss)


def test_of_two_recordings_the_nearer_is_the_one_that_differs_in_form_alone() -> None:
    other = taped(STREAMED, name="other", request={**REQUEST, "messages": [{"role": "user", "content": "Ping!"}]})
    miss = find(REQUEST, [*other, *taped(STREAMED)])
    assert isinstance(miss, Miss)
    assert (miss.nearest and miss.nearest.tape, miss.field) == ("t", "stream")


def test_what_the_service_has_answered_is_not_held_to_our_rules(ask: Callable[..., Any]) -> None:
    handler = Handler(taped(STREAMED))
    assert sent(handler, ask, temperature=7, n=3)
    assert ask(handler=handler, **REQUEST).status == 200  # another form: a rehearsal of a model that is known from tape
    assert ask(handler=handler, **{**REQUEST, "model": "Far-2"}).status == 400
    served = json.loads(handler.handle("GET", "/v1/models", {}, b"").body)["data"]
    assert served[-1]["id"] == "Far-1"


@pytest.mark.parametrize(
    "broken",
    [
        {"messages": 5},
        {"messages": [5]},
        {"messages": [PING, {"role": "assistant", "tool_calls": 5}]},
        {"messages": [PING, {"role": "assistant", "tool_calls": [{"function": 5}]}]},
        {"tools": [{"function": 5}]},
        {"tools": 5},
        {"model": ["Far-1"]},
        {"messages": None},
    ],
)
def test_a_request_of_no_shape_at_all_is_refused_as_ever(ask: Callable[..., Any], broken: dict[str, Any]) -> None:
    assert ask(handler=Handler(taped(STREAMED)), **{**REQUEST, **broken}).status == 400


def test_faults_strike_recorded_replies_too(ask: Callable[..., Any]) -> None:
    response = ask(handler=Handler(taped(STREAMED), fault="cut:1"), **REQUEST, stream=True)
    assert (len(response.events), response.ending) == (1, "drop")


def test_takes_come_in_order_and_from_one_tape(ask: Callable[..., Any]) -> None:
    def said(text: str) -> RecordedReply:
        return RecordedReply(True, False, False, (chunk(text, 0.1, finish_reason="stop"),), {})

    handler = Handler([*taped(said("one"), said("two"), name="new"), *taped(said("old"), name="old")])
    takes = [sent(handler, ask)[0]["choices"][0]["delta"]["content"] for _ in range(4)]
    assert takes == ["one", "two", "one", "two"]


def test_in_a_folder_the_newest_recording_comes_first_behind_what_is_written_by_hand(tmp_path: Path) -> None:
    for name, date in (("a", "2026-10-01"), ("b", "2026-11-01")):
        text = tape_text({**PROVENANCE, "date": date}, [turn_text(request_of(REQUEST), STREAMED)])
        (tmp_path / f"{name}.json").write_text(text, encoding="utf-8")
    by_hand = {"provenance": {"kind": "authored"}, "turns": [{"request": REQUEST, "reply": {"content": "x"}}]}
    (tmp_path / "c.json").write_text(json.dumps(by_hand), encoding="utf-8")
    (tmp_path / ".d.part").write_text("half a ta", encoding="utf-8")
    assert [turn.tape for turn in tape.in_folder(tmp_path)] == ["c", "b", "a"]


def test_a_history_is_matched_whatever_thinking_and_ids_it_holds() -> None:
    call = {"type": "function", "function": {"name": "look", "arguments": '{"at": 1}'}}
    asked = {"model": "m", "tools": [{"type": "function", "function": {"name": "look"}}]}
    history = [
        PING,
        {"role": "assistant", "content": "<think>\nHm.\n</think>\n\n\n", "tool_calls": [{**call, "id": "one"}]},
        {"role": "tool", "tool_call_id": "one", "content": "seen"},
    ]
    turns = taped(STREAMED, request={**asked, "messages": history})
    again = [PING, {"role": "assistant", "content": None, "tool_calls": [{**call, "id": "two"}]}, history[2]]
    assert find({**asked, "messages": again, "stream": True}, turns) == turns
    miss = find({**asked, "messages": again, "stream": True, "tools": []}, turns)
    assert isinstance(miss, Miss)
    assert miss.field == "tools"


def test_the_form_of_a_request_is_what_it_asks_for() -> None:
    assert set(form_of({}).values()) == {False}
    assert form_of({"stream": True, "stream_options": 5, "reasoning_split": None}) == {
        "stream": True,
        "reasoning_split": False,
        "stream_options.include_usage": False,
    }
    assert not form_of({"stream_options": {"include_usage": True}})["stream_options.include_usage"]
