"""Whole exchanges are left out, oldest first; what is left can always be sent."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import minimax_nb as mm
from minimax_nb.message.token_estimate import estimate_tokens

SYSTEM = {"role": "system", "content": "Be brief."}


def user(text: str) -> dict[str, Any]:
    return {"role": "user", "content": text}


def answer(text: str) -> dict[str, Any]:
    thought = {"type": "reasoning.text", "index": 0, "text": f"about {text}"}
    return {"role": "assistant", "content": text, "reasoning_details": [thought]}


def called(*ids: str) -> list[dict[str, Any]]:
    calls = [{"id": each, "type": "function", "function": {"name": "f", "arguments": "{}"}} for each in ids]
    results = [{"role": "tool", "tool_call_id": each, "content": "4"} for each in ids]
    return [{**answer("x"), "content": "", "tool_calls": calls}, *results]


EXCHANGES = [
    [user("one"), answer("1")],
    [user("two"), *called("a", "b"), *called("c"), answer("2")],
    [user("three"), user("and more"), answer("3")],
    [user("four"), *called("d")],
]


def flat(*parts: Any) -> list[Any]:
    return [message for part in parts for message in (part if isinstance(part, list) else [part])]


@pytest.mark.parametrize("turns", [1, 2, 3, 4, 9])
@pytest.mark.parametrize("head", [[], [SYSTEM], [SYSTEM, {"role": "developer", "content": "Now."}]])
def test_the_last_turns_are_kept_with_what_stands_at_the_head(turns: int, head: list[Any]) -> None:
    messages = flat(head, *EXCHANGES)
    kept = mm.trim_history(messages, keep_turns=turns)
    assert kept == flat(head, *EXCHANGES[-turns:])
    assert kept.dropped == flat(*EXCHANGES[: max(0, 4 - turns)])
    assert kept.exchanges == max(0, 4 - turns)
    assert messages == flat(head, *EXCHANGES), "the original is untouched"
    assert json.loads(json.dumps(kept)) == list(kept)


@given(
    keep=st.integers(1, 200),
    picks=st.lists(st.sampled_from(EXCHANGES[:3]), max_size=6),
    last=st.sampled_from(EXCHANGES),
    head=st.sampled_from([[], [SYSTEM]]),
)
def test_what_is_left_checks_clean_and_fits_where_it_can(
    keep: int, picks: list[Any], last: list[Any], head: list[Any]
) -> None:
    messages = json.loads(json.dumps(flat(head, *picks, last)))
    number = 0
    for message in messages:  # ids are used once in a history
        for call in message.get("tool_calls", ()):
            call["id"] += f"-{(number := number + 1)}"
    waiting: list[str] = []
    for message in messages:
        waiting += [call["id"] for call in message.get("tool_calls", ())]
        if message["role"] == "tool":
            message["tool_call_id"] = waiting.pop(0)
    before = {finding.code for finding in mm.check_history(messages)}
    kept = mm.trim_history(messages, keep_tokens=keep)
    assert {finding.code for finding in mm.check_history(kept)} <= before
    assert [*kept[: len(head)], *kept.dropped, *kept[len(head) :]] == messages
    assert kept[-len(last) :] == messages[-len(last) :], "the last exchange stays whole"
    rest = len(messages) - len(head) - len(last)
    if kept.tokens > keep:
        assert len(kept.dropped) == rest, "nothing more could be left out"
    if kept.dropped:
        assert estimate_tokens(messages) > keep


def test_it_says_what_it_left_out() -> None:
    said = repr(mm.trim_history(flat(SYSTEM, *EXCHANGES), keep_turns=3))
    assert said.startswith("1 exchange left out (2 messages, about ")
    assert "14 messages kept" in said
    assert repr(mm.trim_history([SYSTEM], keep_turns=1)).startswith("nothing left out: 1 message kept")
    assert mm.trim_history([], keep_tokens=5) == []


def test_a_history_without_a_question_at_its_head_is_one_exchange_with_what_follows() -> None:
    messages = flat(answer("Welcome!"), *EXCHANGES[:2])
    assert mm.trim_history(messages, keep_turns=2) == flat(*EXCHANGES[:2])
    assert mm.trim_history(messages, keep_turns=3) == messages


@pytest.mark.parametrize("limits", [{}, {"keep_tokens": 9, "keep_turns": 1}, {"keep_turns": 0}, {"keep_tokens": -1},
                                    {"keep_turns": True}, {"keep_tokens": 2.5}])  # fmt: skip
def test_a_limit_that_is_none_is_refused(limits: dict[str, Any]) -> None:
    with pytest.raises(ValueError, match="expected"):
        mm.trim_history(flat(*EXCHANGES), **limits)


def test_a_chat_is_taken_for_its_messages() -> None:
    with pytest.raises(TypeError, match="list of messages"):
        mm.trim_history("Hi", keep_turns=1)
