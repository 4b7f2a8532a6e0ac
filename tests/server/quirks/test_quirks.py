"""Each quirk does what its line says, and no text is lost by it."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from minimax_nb.server.quirks.quirks import FORM_QUIRKS, OWN_MODEL, POSES, QUIRKS, STREAM_QUIRKS
from minimax_nb.server.service.handler import Handler

from ...support.quirk_replies import CALLS, CONTENT, NATIVE, THINKING, deltas, handler, join, pieces

if TYPE_CHECKING:
    from collections.abc import Callable


def test_every_name_has_a_line_and_is_told_when_another_is_asked_for(said: Callable[..., Any]) -> None:
    assert list(QUIRKS) == [*FORM_QUIRKS, *STREAM_QUIRKS, OWN_MODEL, *POSES]
    assert all(QUIRKS.values())
    message = said(minimax_nb={"quirks": ["nonsense"]})["error"]["message"]
    assert all(name in message for name in ("'nonsense'", *QUIRKS))


@pytest.mark.parametrize("name", QUIRKS)
@pytest.mark.parametrize("split", [True, False])
@pytest.mark.parametrize("calls", [[], CALLS])
def test_a_quirk_alone_never_breaks_the_stream(
    chunks: Callable[..., list[Any]], name: str, split: bool, calls: list[dict[str, Any]]
) -> None:
    bodies = chunks(name, calls=calls, reasoning_split=split)
    assert any("finish_reason" in json.dumps(body) for body in bodies)


def test_without_quirks_there_is_no_done_and_one_finish_reason(chunks: Callable[..., list[Any]]) -> None:
    bodies = chunks()
    assert "[DONE]" not in bodies
    assert [("finish_reason" in body["choices"][0]) for body in bodies] == [False] * (len(bodies) - 1) + [True]


def test_mirrored_thinking_stands_in_both_places(chunks: Callable[..., list[Any]]) -> None:
    bodies = chunks("mirrored", **NATIVE)
    assert join(bodies, "content") == f"<think>\n{THINKING}\n</think>\n\n{CONTENT}"
    assert join(bodies, "reasoning_content") == THINKING
    grown = deltas(chunks("mirrored", "reasoning-snapshot", **NATIVE))
    assert grown[-1]["reasoning_content"] == THINKING
    assert grown[-1]["content"]


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("bare-think", f"<think>{THINKING}</think>\n\n{CONTENT}"),
        ("mm-think", f"<mm:think>\n{THINKING}\n</mm:think>\n\n{CONTENT}"),
        ("unopened-think", f"{THINKING}\n</think>\n\n{CONTENT}"),
        ("unclosed-think", f"<think>\n{THINKING}\n\n\n{CONTENT}"),
        ("split-tags", f"<think>\n{THINKING}\n</think>\n\n{CONTENT}"),
        ("characters", f"<think>\n{THINKING}\n</think>\n\n{CONTENT}"),
    ],
)
def test_think_tags_are_framed_as_asked(chunks: Callable[..., list[Any]], name: str, content: str) -> None:
    assert join(chunks(name, **NATIVE), "content") == content


def test_the_fields_for_thinking_can_be_chosen(chunks: Callable[..., list[Any]]) -> None:
    names = {"no-details": "reasoning_content", "only-details": "reasoning_details", "reasoning-key": "reasoning"}
    for quirk, name in names.items():
        found = {key for delta in deltas(chunks(quirk)) for key in delta if key.startswith("reasoning")}
        assert found == {name}


@pytest.mark.parametrize(
    ("name", "indexes"), [("no-index", [None, None]), ("same-index", [0, 0]), ("index-from-1", [1, 2])]
)
def test_calls_are_numbered_as_asked_streamed_or_not(
    chunks: Callable[..., list[Any]], said: Callable[..., Any], name: str, indexes: list[int | None]
) -> None:
    opening = [call.get("index") for call in pieces(chunks(name, calls=CALLS)) if call.get("id")]
    whole = said(handler=handler(*CALLS), minimax_nb={"quirks": [name]})["choices"][0]["message"]["tool_calls"]
    assert opening == [call.get("index") for call in whole] == indexes


def test_content_can_be_null_beside_calls(said: Callable[..., Any]) -> None:
    asked = {"handler": handler(*CALLS), "reasoning_split": True}
    assert said(**asked)["choices"][0]["message"]["content"] == "\n"
    assert said(**asked, minimax_nb={"quirks": ["null-content"]})["choices"][0]["message"]["content"] is None


def test_quirks_of_the_server_hold_for_every_reply_and_add_to_those_of_the_request(ask: Callable[..., Any]) -> None:
    serving = Handler(quirks=("done",))
    assert ask(handler=serving, stream=True).events[-1].body == "[DONE]"
    both = ask(handler=serving, stream=True, minimax_nb={"quirks": ["role-first"]}).events
    assert both[0].body["choices"][0]["delta"] == {"role": "assistant"}
    assert both[-1].body == "[DONE]"


@pytest.mark.parametrize(("pose", "field"), [("vllm", "reasoning"), ("sglang", "reasoning_content")])
@pytest.mark.parametrize("split", [True, False])
def test_a_server_of_ones_own_splits_the_thinking_whatever_is_asked(
    chunks: Callable[..., list[Any]], pose: str, field: str, split: bool
) -> None:
    bodies = chunks(pose, reasoning_split=split)
    assert {key for delta in deltas(bodies) for key in delta} <= {"role", "content", field}
    assert join(bodies, field) == THINKING
    assert join(bodies, "content") == CONTENT


@pytest.mark.parametrize("split", [True, False])
def test_append_think_leaves_the_thinking_in_the_answer(chunks: Callable[..., list[Any]], split: bool) -> None:
    bodies = chunks("vllm-append-think", reasoning_split=split)
    assert {key for delta in deltas(bodies) for key in delta} == {"role", "content"}
    assert join(bodies, "content") == f"<think>{THINKING}</think>\n\n{CONTENT}"


@pytest.mark.parametrize("pose", POSES)
def test_a_server_of_ones_own_serves_one_model_and_none_of_minimaxs_own_fields(pose: str) -> None:
    own = Handler(quirks=(pose,), speed=float("inf"))
    (served,) = json.loads(own.handle("GET", "/v1/models", {}, b"").body)["data"]
    assert served["id"] == "MiniMaxAI/MiniMax-M2.5"
    asked = {"model": served["id"], "messages": [{"role": "user", "content": "Why?"}]}
    whole = json.loads(own.handle("POST", "/v1/chat/completions", {}, json.dumps(asked).encode()).body)
    assert whole["model"] == served["id"]
    assert not {"base_resp", "input_sensitive"} & whole.keys()
    other = own.handle("POST", "/v1/chat/completions", {}, json.dumps({**asked, "model": "MiniMax-M2.5"}).encode())
    assert other.status == 400


def test_a_pose_is_several_quirks_that_there_are() -> None:
    for _, quirks in POSES.values():
        assert set(quirks) <= QUIRKS.keys() - POSES.keys()
