"""Which turn answers a request, and what is said when none does."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from minimax_nb.server.service.handler import Handler
from minimax_nb.server.tape import read as tape
from minimax_nb.server.tape.match import Miss, find

if TYPE_CHECKING:
    from collections.abc import Callable

CALL = {"name": "look", "arguments": {"at": "a", "b": 1}}
WIRE_CALL = {
    "id": "call_9",
    "type": "function",
    "function": {"name": "look", "arguments": '{"b":1,"at":"a"}'},
    "index": 0,
}
TOOL = {"type": "function", "function": {"name": "look", "parameters": {"type": "object"}}}
PING = {"role": "user", "content": "Ping?"}


def turns(*entries: tuple[dict[str, Any], str]) -> list[tape.TapeTurn]:
    made = [{"request": request, "reply": {"content": content}} for request, content in entries]
    return tape.parse("t", json.dumps({"provenance": {"kind": "authored"}, "turns": made}))


def found(request: dict[str, Any], *entries: tuple[dict[str, Any], str]) -> list[str]:
    hit = find({"model": "MiniMax-M2.7", **request}, turns(*entries))
    return [] if isinstance(hit, Miss) else [turn.answer.content for turn in hit]


@pytest.mark.parametrize(
    "history",
    [
        {"role": "assistant", "content": "\n", "tool_calls": [WIRE_CALL], "reasoning_details": [{"text": "Hm."}]},
        {"role": "assistant", "content": "<think>\nHm.\n</think>\n\n\n", "tool_calls": [WIRE_CALL]},
        {"role": "assistant", "content": None, "tool_calls": [{**WIRE_CALL, "id": "other"}], "name": "MiniMax AI"},
        {"role": "assistant", "tool_calls": [WIRE_CALL]},
    ],
    ids=["split", "native", "null", "absent"],
)
def test_a_history_matches_in_whatever_form_it_comes(history: dict[str, Any]) -> None:
    wanted = {"messages": [PING, {"role": "assistant", "tool_calls": [CALL]}, {"role": "tool", "content": "seen"}]}
    got = {"messages": [PING, history, {"role": "tool", "content": "seen", "tool_call_id": "x"}], "tools": [TOOL]}
    assert found(got, (wanted, "yes")) == ["yes"]


def test_sampling_parameters_and_the_form_do_not_matter() -> None:
    noise = {"temperature": 0.3, "stream": True, "reasoning_split": True, "max_tokens": 9, "user": "me"}
    assert found({"messages": [PING], **noise}, ({"messages": [PING]}, "yes")) == ["yes"]


def test_a_turn_for_the_model_comes_before_one_for_any() -> None:
    entries = [({"messages": [PING]}, "any"), ({"messages": [PING], "model": ["MiniMax-M2.7", "MiniMax-M2"]}, "own")]
    assert found({"messages": [PING]}, *entries) == ["own"]
    assert found({"messages": [PING], "model": "MiniMax-M3"}, *entries) == ["any"]


MISSES = [
    (
        {"messages": [{"role": "user", "content": "Pong?"}]},
        "messages[0].content = 'Ping?' where the request has 'Pong?'",
    ),
    ({"messages": [PING, PING]}, "the number of messages = 1 where the request has 2"),
    ({"messages": [{"role": "system", "content": "x"}]}, "messages[0].role = 'user' where the request has 'system'"),
    ({"messages": [PING], "tools": []}, "tools = ['look'] where the request has []"),
    (
        {"messages": [PING], "tools": [TOOL], "model": "MiniMax-M3"},
        "model = 'MiniMax-M2' where the request has 'MiniMax-M3'",
    ),
]


@pytest.mark.parametrize(("request_", "words"), MISSES, ids=[words for _, words in MISSES])
def test_a_miss_names_the_nearest_turn_and_the_field_that_differs(request_: dict[str, Any], words: str) -> None:
    only = turns(({"messages": [PING], "tools": ["look"], "model": "MiniMax-M2"}, "x"))
    miss = find({"model": "MiniMax-M2", **request_}, only)

    assert f"turn 0 of 't', which has {words}; " in str(miss)


def test_the_nearest_of_several_is_the_one_most_alike() -> None:
    entries = turns(
        *(({"messages": [{"role": "user", "content": text}]}, text) for text in ("Tell a joke.", "Count to ten."))
    )
    miss = find({"model": "x", "messages": [{"role": "user", "content": "Count to twenty."}]}, entries)

    assert isinstance(miss, Miss)
    assert miss.expected == "Count to ten."


def test_without_tapes_the_miss_says_so() -> None:
    assert "there are no tapes" in str(find({"model": "x", "messages": [PING]}, []))


def test_strict_answers_a_miss_with_an_error_that_no_client_retries(ask: Callable[..., Any]) -> None:
    handler = Handler(turns(({"messages": [PING]}, "x")), strict=True)
    response = ask(handler=handler, messages=[{"role": "user", "content": "Pong?"}])

    assert response.status == 404
    assert "messages[0].content" in json.loads(response.body)["error"]["message"]


def test_repeats_come_in_order_and_begin_again(said: Callable[..., Any]) -> None:
    handler = Handler(turns(*(({"messages": [PING]}, text) for text in ("one", "two", "three"))))
    takes = [said(handler=handler)["choices"][0]["message"]["content"] for _ in range(4)]
    assert takes == ["one", "two", "three", "one"]


def test_ids_are_the_same_in_every_run_and_new_for_every_repeat(said: Callable[..., Any]) -> None:
    first, second = ([said(handler=handler)["id"] for _ in range(3)] for handler in (Handler(), Handler()))
    assert first == second
    assert len(set(first)) == 3
    assert all(len(each) == 32 and int(each, 16) >= 0 for each in first)


SOUGHT = [{"name": "look", "arguments": {"at": place}} for place in ("Oslo", "Rome")]
TAPE = {
    "messages": [
        PING,
        {"role": "assistant", "tool_calls": SOUGHT},
        {"role": "tool", "content": "13"},
        {"role": "tool", "content": "26"},
    ]
}


def looked(*results: tuple[str, str]) -> dict[str, Any]:
    """Calls to look at Oslo (a) and at Rome (b), and their results by id, in the order in which they are sent."""
    calls = [
        {"id": call_id, "type": "function", "function": {"name": "look", "arguments": json.dumps(call["arguments"])}}
        for call_id, call in zip("ab", SOUGHT, strict=True)
    ]
    told = [{"role": "tool", "tool_call_id": call_id, "content": content} for call_id, content in results]
    return {"messages": [PING, {"role": "assistant", "content": "", "tool_calls": calls}, *told]}


@pytest.mark.parametrize(
    ("results", "fits"),
    [
        ([("a", "13"), ("b", "26")], True),
        ([("b", "26"), ("a", "13")], True),
        ([("b", "13"), ("a", "26")], False),
        ([("a", "26"), ("b", "13")], False),
        ([("a", "13"), ("b", "not allowed")], False),
        ([("a", "not allowed"), ("b", "26")], False),
        ([("a", "13"), ("b", "")], False),
        ([("a", "13")], False),
    ],
)
def test_a_reply_to_results_answers_those_results_alone(results: list[tuple[str, str]], fits: bool) -> None:
    assert bool(found(looked(*results), (TAPE, "Rome."))) is fits


def asked_again(names: list[str], results: dict[str, str], question: str, tools: list[str]) -> Any:
    """What the built-in tapes and the rehearsal say when a lesson's tools have said something else."""
    calls = [
        {"id": name, "type": "function", "function": {"name": "forecast", "arguments": json.dumps({"city": name})}}
        for name in names
    ]
    history = [
        {"role": "user", "content": question},
        {"role": "assistant", "content": "\n", "tool_calls": calls},
        *[{"role": "tool", "tool_call_id": name, "content": results[name]} for name in names],
    ]
    offered = [{"type": "function", "function": {"name": name, "parameters": {"type": "object"}}} for name in tools]
    body = {"model": "MiniMax-M2.7", "messages": history, "tools": offered}
    answer = Handler(tape.built_in()).handle("POST", "/v1/chat/completions", {}, json.dumps(body).encode())
    return json.loads(answer.body)


ROME = "DataFrame, 3 rows x 2 columns, as CSV\nday,celsius\nMon,24\nTue,26\nWed,23\n"
NO = "[Not run: the user did not allow this call.]"


@pytest.mark.parametrize(
    ("oslo", "rome", "kind"),
    [(NO, ROME, "authored"), (ROME, NO, "practice"), (ROME, ROME, "practice"), (NO, NO, "practice")],
)
def test_a_variation_of_a_lesson_is_rehearsed(oslo: str, rome: str, kind: str) -> None:
    results = {"Oslo": oslo, "Rome": rome}
    reply = asked_again(["Oslo", "Rome"], results, "Compare the weather of Oslo and Rome.", ["forecast"])
    assert reply["minimax_nb"]["origin"]["kind"] == kind
    assert ("I can only tell you about **Rome**" in reply["choices"][0]["message"]["content"]) is (kind == "authored")


@pytest.mark.parametrize(
    ("question", "fits"),
    [
        ("How warm?", True),
        ("  How warm?\n\nAnswer with JSON.", True),
        ([{"type": "text", "text": "How warm?"}, {"type": "text", "text": " As JSON."}], True),
        ("How warm", False),
        ("So: How warm?", False),
        ("", False),
    ],
)
def test_a_turn_may_name_the_beginning_of_a_question_alone(question: Any, fits: bool) -> None:
    turn = {"messages": [{"role": "user", "begins": "How warm?"}]}
    miss = find({"model": "MiniMax-M2", "messages": [{"role": "user", "content": question}]}, turns((turn, "warm")))
    assert isinstance(miss, list) == fits
    if not isinstance(miss, list):
        assert "messages[0].content = 'How warm?…'" in str(miss)
