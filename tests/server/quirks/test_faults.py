"""Faults on request: each as the service would show it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from minimax_nb.server.api_error import ApiError
from minimax_nb.server.quirks.faults import ERROR_FAULTS, FAULTS, parse_fault
from minimax_nb.server.service.handler import Handler

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.mark.parametrize(
    ("name", "status", "type_", "code"),
    [
        ("rate-limit", 429, "rate_limit_error", 1002),
        ("plan-limit", 429, "rate_limit_error", 2056),
        ("balance", 429, "insufficient_balance_error", 1008),
        ("overload", 529, "overloaded_error", 2064),
        ("server-error", 500, "server_error", 1000),
        ("sensitive", 422, "unprocessable_entity_error", 1026),
        ("plan-model", 500, "server_error", 2061),
        ("bad-key", 401, "authorized_error", 1004),
    ],
)
@pytest.mark.parametrize("stream", [True, False])
def test_a_refusal_has_its_status_type_and_code(
    ask: Callable[..., Any], name: str, status: int, type_: str, code: int, stream: bool
) -> None:
    response = ask(model=f"fault-{name}", stream=stream)
    error = json.loads(response.body)["error"]

    assert (response.status, error["type"], error["http_code"]) == (status, type_, str(status))
    assert error["message"].endswith(f"({code})")


def test_every_fault_has_a_line() -> None:
    assert set(ERROR_FAULTS) < set(FAULTS)
    assert all(FAULTS.values())


def test_a_fault_is_asked_for_by_model_by_field_or_for_the_whole_server(ask: Callable[..., Any]) -> None:
    asked = [{"model": "fault-overload"}, {"minimax_nb": {"fault": "overload"}}, {"handler": Handler(fault="overload")}]
    assert [ask(**request).status for request in asked] == [529, 529, 529]


def test_an_unknown_fault_is_told_with_those_there_are(said: Callable[..., Any]) -> None:
    message = said(model="fault-nonsense")["error"]["message"]
    assert all(name in message for name in ("'nonsense'", *FAULTS))
    for spec in ("", "cut:", "cut:x", "CUT", "cut*", "cut:9999999", 7):
        with pytest.raises(ApiError, match="unknown fault"):
            parse_fault(spec)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    "own",
    [
        {"quirks": [[]]},
        {"quirks": [{}]},
        {"quirks": [None]},
        {"quirks": [7]},
        {"quirks": ["done", ["done"]]},
        {"quirks": "done"},
        {"quirks": {}},
        {"quirks": 0},
        {"fault": []},
        {"fault": {}},
        {"fault": ["cut"]},
        {"fault": False},
        {"fault": ""},
        {"speed": [[]]},
        {"speed": {}},
        {"speed": 10**400},
        {"speed": "nan"},
        {"speed": False},
        [],
        "done",
        7,
    ],
    ids=str,
)
def test_a_wish_of_another_type_is_refused_as_any_parameter(ask: Callable[..., Any], own: Any) -> None:
    response = ask(minimax_nb=own)
    error = json.loads(response.body)["error"]
    assert (response.status, error["type"]) == (400, "bad_request_error")
    assert error["message"].endswith("(2013)")


@pytest.mark.parametrize("own", [None, {}, {"quirks": None, "fault": None, "speed": None}, {"quirks": []}], ids=str)
def test_a_wish_may_be_empty(ask: Callable[..., Any], own: Any) -> None:
    assert ask(minimax_nb=own).status == 200


def test_a_fault_can_hold_for_some_attempts_at_each_request(ask: Callable[..., Any]) -> None:
    handler = Handler(fault="rate-limit*2")
    statuses = [ask(handler=handler).status for _ in range(4)]
    other = [ask(handler=handler, messages=[{"role": "user", "content": "Another"}]).status for _ in range(3)]
    assert (statuses, other) == ([429, 429, 200, 200], [429, 429, 200])


def stream(ask: Callable[..., Any], fault: str) -> tuple[list[Any], str]:
    response = ask(stream=True, reasoning_split=True, minimax_nb={"fault": fault})
    assert response.status == 200
    return [event.body for event in response.events], response.ending


@pytest.mark.parametrize("at", range(8))
@pytest.mark.parametrize(("name", "ending"), [("cut", "drop"), ("end", "end"), ("hang", "hang")])
def test_a_reply_breaks_off_after_any_event(ask: Callable[..., Any], name: str, ending: str, at: int) -> None:
    whole = [event.body for event in ask(stream=True, reasoning_split=True).events]
    bodies, how = stream(ask, f"{name}:{at}")
    texts = [body["choices"][0]["delta"] for body in bodies]

    assert how == ending
    assert texts == [body["choices"][0]["delta"] for body in whole[:at]]


def test_an_error_comes_inside_the_stream(ask: Callable[..., Any]) -> None:
    bodies, ending = stream(ask, "midstream-error:2")
    assert (len(bodies), ending) == (3, "end")
    assert bodies[-1]["type"] == "error"
    assert bodies[-1]["error"]["message"].endswith("(2064)")


@pytest.mark.parametrize(("name", "code"), [("base-resp", 2056), ("choices-null", 0)])
def test_choices_are_null_under_http_200(ask: Callable[..., Any], name: str, code: int) -> None:
    unstreamed = json.loads(ask(model=f"fault-{name}").body)
    (streamed,), _ = stream(ask, name)
    for body in (unstreamed, streamed):
        assert body["choices"] is None
        assert body["base_resp"]["status_code"] == code


def test_a_stream_is_empty_or_garbage(ask: Callable[..., Any]) -> None:
    assert stream(ask, "empty") == ([], "end")
    bodies, _ = stream(ask, "garbage:0")
    assert bodies == ["<html>502 Bad Gateway</html>"]


@pytest.mark.parametrize(("name", "ending"), [("cut", "drop"), ("hang", "hang"), ("midstream-error", "drop")])
def test_a_reply_that_is_no_stream_breaks_off_too(ask: Callable[..., Any], name: str, ending: str) -> None:
    assert ask(minimax_nb={"fault": name}).ending == ending
