"""What is taken out of a tape before it is written."""

from __future__ import annotations

import json
from typing import Any

import pytest

from minimax_nb.redaction import MARK
from minimax_nb.server.answer.wire import Event
from minimax_nb.server.tape.redact import Redactor, secrets_in

SECRET = "mm-7f3a9c51e8d24b60"
redactor = Redactor([SECRET, "short"])


def test_every_text_of_a_value_is_looked_at() -> None:
    value = {"a": [SECRET, 1, None, {"b": SECRET}], SECRET: True}
    assert redactor.value(value) == {"a": [MARK, 1, None, {"b": MARK}], MARK: True}


def deltas(*pieces: str, **more: Any) -> list[Event]:
    return [Event(n / 10, {"id": "x", "choices": [{"delta": {"content": p, **more}}]}) for n, p in enumerate(pieces)]


def contents(events: Any) -> list[str]:
    return [event.body["choices"][0]["delta"]["content"] for event in events]


def test_a_secret_that_lies_across_events_leaves_its_mark_in_the_first() -> None:
    assert contents(redactor.events(deltas("It is mm-7f3a", "9c51e8", "d24b60, yes"))) == [f"It is {MARK}", "", ", yes"]


def test_a_growing_snapshot_does_not_give_it_away_by_and_by() -> None:
    snapshots = [f"It is {SECRET[:n]}" for n in (4, 13, 18, len(SECRET))]
    written = json.dumps([event.body for event in redactor.events(deltas(*snapshots))])
    assert SECRET[:13] not in written


def test_what_holds_no_secret_is_left_as_it_is() -> None:
    events = (*deltas("a", "", "b", tool_calls=[{"function": {"arguments": '{"a": "'}}]), Event(1.0, "[DONE]"))
    assert redactor.events(events) == events


@pytest.mark.parametrize(
    ("headers", "query", "found"),
    [
        ({"authorization": f"Bearer {SECRET}"}, {}, {f"Bearer {SECRET}", SECRET}),
        ({"cookie": "theme=dark; sid=abcdefgh"}, {}, {"theme=dark; sid=abcdefgh", "sid=abcdefgh", "abcdefgh"}),
        ({"x-api-key": "opensesame"}, {}, {"opensesame"}),
        ({"x-trace": "0123456789abcdef0"}, {}, {"0123456789abcdef0"}),
        ({"x-title": "My application", "x-env": "production"}, {}, set()),
        ({"user-agent": "OpenAI/Python-3.54.0-and-more"}, {}, set()),
        ({}, {"token": "opensesame", "page": "2"}, {"opensesame"}),
        ({"x-key": "short"}, {}, set()),
    ],
)
def test_secrets_are_known_by_their_names_or_look_random(
    headers: dict[str, str], query: dict[str, str], found: set[str]
) -> None:
    assert secrets_in(headers, query) == found
