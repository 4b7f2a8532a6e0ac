"""Replies of a tape that cannot be read, told by their place."""

from __future__ import annotations

import json
from typing import Any

import pytest

from minimax_nb.errors import TapeFormatError
from minimax_nb.server.tape import read as tape

from ...support.recorded_tapes import PROVENANCE, REQUEST

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
