"""Recorded turns: written, read back, matched in their own form and played as they came."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb.errors import TapeFormatError
from minimax_nb.server.answer.wire import Event
from minimax_nb.server.service.handler import Handler
from minimax_nb.server.tape import read as tape
from minimax_nb.server.tape.match import Miss, find
from minimax_nb.server.tape.recorded import RecordedReply, form_of
from minimax_nb.server.tape.write_text import request_of, tape_text, turn_text

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

PING = {"role": "user", "content": "Ping?"}
REQUEST = {"model": "Far-1", "messages": [PING]}
PROVENANCE = {"kind": "recorded", "host": "api.example", "model": "Far-1", "date": "2026-11-01", "time": "10:00:00Z"}


def chunk(text: str, t: float, **more: Any) -> Event:
    return Event(t, {"id": "a1", "choices": [{"index": 0, "delta": {"content": text}, **more}], "model": "Far-1"})


EVENTS = (
    chunk("Po", 0.5),
    chunk("ng.", 0.9, finish_reason="stop"),
    Event(0.9, {"id": "a1", "choices": [], "usage": {"total_tokens": 3}}),
    Event(1.0, "[DONE]"),
)
STREAMED = RecordedReply(True, False, False, EVENTS, {})
WHOLE = RecordedReply(
    False, False, False, (Event(1.25, {"id": "b2", "choices": [{"message": {"content": "Pong."}}]}),), {}
)


def taped(
    *replies: RecordedReply, name: str = "t", request: dict[str, Any] = REQUEST, **top: Any
) -> list[tape.TapeTurn]:
    text = tape_text({**PROVENANCE, **top}, [turn_text(request_of(request), reply) for reply in replies])
    return tape.parse(name, text)


def sent(handler: Handler, ask: Callable[..., Any], **request: Any) -> list[Any]:
    return [event.body for event in ask(handler=handler, **{**REQUEST, "stream": True, **request}).events]


def test_a_tape_holds_a_line_for_each_event_message_and_line_of_text() -> None:
    request = {"model": "Far-1", "messages": [{"role": "system", "content": "Be\nbrief."}, PING]}
    text = tape_text(PROVENANCE, [turn_text(request_of(request), STREAMED)])

    assert text.count("\n") == 28
    assert '\n            "Be",\n            "brief."\n' in text
    assert '\n          {"t": 0.9, "data": {"choices": [{"index": 0, "delta": {"content": "ng."}' in text
    assert '"shared": {"id": "a1", "model": "Far-1"}' in text


def test_what_was_written_is_read_back() -> None:
    streamed, whole = taped(STREAMED, WHOLE)
    assert isinstance(streamed.answer, RecordedReply)
    assert streamed.answer.events == EVENTS
    assert streamed.answer.origin == {"kind": "recorded", "tape": "t", "host": "api.example", "date": "2026-11-01"}
    assert isinstance(whole.answer, RecordedReply)
    assert whole.answer.events == WHOLE.events
    assert whole.models == ("Far-1",)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)
bodies = st.dictionaries(st.sampled_from(["id", "model", "usage", "choices", "x"]), json_values) | st.text()


@given(st.lists(bodies, min_size=1, max_size=6), st.text())
def test_any_stream_is_read_back_as_it_came(contents: list[Any], question: str) -> None:
    events = tuple(Event(n / 8, body) for n, body in enumerate(contents))
    request = {"model": "m", "messages": [{"role": "user", "content": question}]}
    reply = RecordedReply(True, True, True, events, {})
    text = tape_text(PROVENANCE, [turn_text(request_of(request), reply)]).encode("utf-8", "backslashreplace")
    (turn,) = tape.parse("t", text.decode())

    assert isinstance(turn.answer, RecordedReply)
    assert turn.answer.events == events
    assert turn.answer.form == reply.form
    wanted = {**request, "stream": True, "reasoning_split": True, "stream_options": {"include_usage": True}}
    assert find(wanted, [turn]) == [turn]


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


def test_a_picture_stands_on_the_tape_as_its_digest() -> None:
    def asking(data: str) -> dict[str, Any]:
        picture = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}}
        return {"model": "m", "messages": [{"role": "user", "content": [{"type": "text", "text": "What?"}, picture]}]}

    turns = taped(STREAMED, request=asking("A" * 100_000))
    assert len(json.dumps(turns[0].messages)) < 300
    assert find({**asking("A" * 100_000), "stream": True}, turns) == turns
    assert isinstance(find({**asking("B" * 100_000), "stream": True}, turns), Miss)


BROKEN = [
    ({"stream": "yes"}, "turns[0].recorded.stream: expected true or false, got 'yes'"),
    ({"events": []}, "turns[0].recorded.events: expected at least one event"),
    ({"events": [{"t": 1}]}, "turns[0].recorded.events[0]: expected a field 'data'"),
    ({"events": [{"t": -1, "data": {}}]}, "turns[0].recorded.events[0].t: expected a number of seconds"),
    ({"events": [{"t": 2, "data": {}}, {"t": 1, "data": {}}]}, "events[1].t: expected a number of seconds, no smaller"),
    ({"events": [{"t": 1, "data": 5}]}, "turns[0].recorded.events[0].data: expected an object or a text, got 5"),
    ({"events": [{"t": 1, "data": {}, "x": 1}]}, "'x' is none of them"),
    ({"stream": False, "events": [{"t": 1, "data": {}}] * 2}, "expected one event: the reply was no stream"),
    ({"stream": False, "events": [{"t": 1, "data": "text"}]}, "events[0].data: expected an object, got 'text'"),
    ({"shared": []}, "turns[0].recorded.shared: expected an object, got []"),
    ({"speed": 1}, "'speed' is none of them"),
]


@pytest.mark.parametrize(("change", "words"), BROKEN, ids=[words[-40:] for _, words in BROKEN])
def test_a_broken_recording_is_told_by_entry_and_field(change: dict[str, Any], words: str) -> None:
    reply = {"stream": True, "reasoning_split": False, "events": [{"t": 0.5, "data": {}}], **change}
    top = {"provenance": PROVENANCE, "turns": [{"request": REQUEST, "recorded": reply}]}
    with pytest.raises(TapeFormatError) as caught:
        tape.parse("t", json.dumps(top))
    assert words in str(caught.value)


def test_a_recorded_turn_stands_in_a_recorded_tape_and_has_no_second_reply() -> None:
    recorded = {"stream": True, "events": [{"t": 0.5, "data": {}}]}
    for provenance, more, words in (
        ({"kind": "authored"}, {}, "turns[0].recorded: expected no recorded reply in a tape"),
        (PROVENANCE, {"reply": {"content": "x"}}, "turns[0]: expected one of the fields reply and recorded"),
    ):
        top = {"provenance": provenance, "turns": [{"request": REQUEST, "recorded": recorded, **more}]}
        with pytest.raises(TapeFormatError) as caught:
            tape.parse("t", json.dumps(top))
        assert words in str(caught.value)


def test_the_form_of_a_request_is_what_it_asks_for() -> None:
    assert set(form_of({}).values()) == {False}
    assert form_of({"stream": True, "stream_options": 5, "reasoning_split": None}) == {
        "stream": True,
        "reasoning_split": False,
        "stream_options.include_usage": False,
    }
    assert not form_of({"stream_options": {"include_usage": True}})["stream_options.include_usage"]
