"""The layout of a recorded tape."""

from __future__ import annotations

import json
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from minimax_nb.server.answer.wire import Event
from minimax_nb.server.tape import read as tape
from minimax_nb.server.tape.match import Miss, find
from minimax_nb.server.tape.recorded import RecordedReply
from minimax_nb.server.tape.write_text import request_of, tape_text, turn_text

from ...support.json_values import json_values
from ...support.recorded_tapes import EVENTS, PING, PROVENANCE, STREAMED, WHOLE, taped


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


any_json = json_values(st.text(), st.text())
bodies = st.dictionaries(st.sampled_from(["id", "model", "usage", "choices", "x"]), any_json) | st.text()


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


def test_a_picture_stands_on_the_tape_as_its_digest() -> None:
    def asking(data: str) -> dict[str, Any]:
        picture = {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{data}"}}
        return {"model": "m", "messages": [{"role": "user", "content": [{"type": "text", "text": "What?"}, picture]}]}

    turns = taped(STREAMED, request=asking("A" * 100_000))
    assert len(json.dumps(turns[0].messages)) < 300
    assert find({**asking("A" * 100_000), "stream": True}, turns) == turns
    assert isinstance(find({**asking("B" * 100_000), "stream": True}, turns), Miss)
