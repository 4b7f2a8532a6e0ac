"""Each quirk does what its line says, and no text is lost by it."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import pytest

from minimax_nb.server.quirks.quirks import FORM_QUIRKS, QUIRKS, STREAM_QUIRKS
from minimax_nb.server.service.handler import Handler
from minimax_nb.server.tape.read import parse

if TYPE_CHECKING:
    from collections.abc import Callable

THINKING = "Two and two are asked for. Adding them gives four, and twice two gives the same, so there is no doubt here."
CONTENT = (
    "The answer is **four**. It would also be four if you multiplied, which is a rare thing among numbers, as you know."
)
CALLS = [{"name": "add", "arguments": {"a": 2, "b": 2, "note": "x" * 60}}, {"name": "add", "arguments": {"a": 1}}]


def handler(*calls: dict[str, Any]) -> Handler:
    reply = {"reasoning": THINKING, **({"tool_calls": list(calls)} if calls else {"content": CONTENT})}
    turn = {"request": {"messages": [{"role": "user", "content": "Ping?"}]}, "reply": reply}
    return Handler(parse("t", json.dumps({"provenance": {"kind": "authored"}, "turns": [turn]})))


@pytest.fixture
def chunks(ask: Callable[..., Any]) -> Callable[..., list[Any]]:
    """The bodies of a stream's events under some quirks."""

    def chunks(*quirks: str, calls: list[dict[str, Any]] | None = None, **request: Any) -> list[Any]:
        asked = {"stream": True, "reasoning_split": True, "minimax_nb": {"quirks": list(quirks)}, **request}
        return [event.body for event in ask(handler=handler(*calls or ()), **asked).events]

    return chunks


def deltas(bodies: list[Any]) -> list[dict[str, Any]]:
    return [body["choices"][0]["delta"] for body in bodies if isinstance(body, dict) and body["choices"]]


def join(bodies: list[Any], key: str) -> str:
    return "".join(delta.get(key) or "" for delta in deltas(bodies) if delta)


def pieces(bodies: list[Any]) -> list[dict[str, Any]]:
    return [call for delta in deltas(bodies) for call in delta.get("tool_calls", ())]


NATIVE = {"reasoning_split": False}


def test_every_name_has_a_line_and_is_told_when_another_is_asked_for(said: Callable[..., Any]) -> None:
    assert list(QUIRKS) == [*FORM_QUIRKS, *STREAM_QUIRKS]
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


def test_done_comes_last_and_no_done_takes_it_away(chunks: Callable[..., list[Any]]) -> None:
    assert chunks("done")[-1] == "[DONE]"
    assert "[DONE]" not in chunks("done", "no-done")


def test_snapshot_repeats_all_text_so_far(chunks: Callable[..., list[Any]]) -> None:
    bodies = chunks("snapshot")
    texts = [delta["content"] for delta in deltas(bodies) if delta.get("content")]
    details = [delta["reasoning_details"][0]["text"] for delta in deltas(bodies) if "reasoning_details" in delta]

    assert (texts[-1], details[-1]) == (CONTENT, THINKING)
    for grown in (texts, details):
        assert len(grown) > 2
        assert all(later.startswith(earlier) for earlier, later in pairwise(grown))


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


def test_split_tags_are_cut_and_characters_come_singly(chunks: Callable[..., list[Any]]) -> None:
    assert not any("</think>" in (delta.get("content") or "") for delta in deltas(chunks("split-tags", **NATIVE)))
    singly = chunks("characters")
    assert {len(delta.get("content") or "") for delta in deltas(singly)} == {0, 1}
    assert (join(singly, "reasoning_content"), join(singly, "content")) == (THINKING, CONTENT)


def test_a_stray_close_ends_the_split_thinking(chunks: Callable[..., list[Any]]) -> None:
    bodies = chunks("stray-close")
    assert join(bodies, "reasoning_content") == f"{THINKING}\n</think>"
    assert not any("</think>" in (delta.get("reasoning_content") or "") for delta in deltas(bodies))


def test_the_fields_for_thinking_can_be_chosen(chunks: Callable[..., list[Any]]) -> None:
    names = {"no-details": "reasoning_content", "only-details": "reasoning_details", "reasoning-key": "reasoning"}
    for quirk, name in names.items():
        found = {key for delta in deltas(chunks(quirk)) for key in delta if key.startswith("reasoning")}
        assert found == {name}


def test_two_details_share_the_thinking(chunks: Callable[..., list[Any]]) -> None:
    items = [item for delta in deltas(chunks("two-details")) for item in delta.get("reasoning_details", ())]
    assert {item["index"] for item in items} == {0, 1}
    assert "".join(item["text"] for item in items) == THINKING


@pytest.mark.parametrize(
    ("name", "indexes"), [("no-index", [None, None]), ("same-index", [0, 0]), ("index-from-1", [1, 2])]
)
def test_calls_are_numbered_as_asked_streamed_or_not(
    chunks: Callable[..., list[Any]], said: Callable[..., Any], name: str, indexes: list[int | None]
) -> None:
    opening = [call.get("index") for call in pieces(chunks(name, calls=CALLS)) if call.get("id")]
    whole = said(handler=handler(*CALLS), minimax_nb={"quirks": [name]})["choices"][0]["message"]["tool_calls"]
    assert opening == [call.get("index") for call in whole] == indexes


def test_calls_come_whole_or_as_objects(chunks: Callable[..., list[Any]]) -> None:
    whole = pieces(chunks("whole-calls", calls=CALLS))
    assert [json.loads(call["function"]["arguments"]) for call in whole] == [call["arguments"] for call in CALLS]
    as_objects = pieces(chunks("object-arguments", calls=CALLS))
    assert [call["function"]["arguments"] for call in as_objects] == [call["arguments"] for call in CALLS]
    assert chunks("whole-calls", calls=CALLS)[-1]["choices"][0]["finish_reason"] == "tool_calls"


def test_continuations_carry_empty_names(chunks: Callable[..., list[Any]]) -> None:
    rest = [call for call in pieces(chunks("empty-names", calls=CALLS)) if not call["id"]]
    assert rest
    assert all((call["type"], call["function"]["name"]) == ("", "") for call in rest)


def test_the_first_calls_last_piece_comes_late(chunks: Callable[..., list[Any]]) -> None:
    bodies = chunks("late-piece", calls=CALLS)
    found = pieces(bodies)
    assert [call["index"] for call in found][-2:] == [1, 0]
    first = "".join(call["function"]["arguments"] for call in found if call["index"] == 0)
    assert json.loads(first) == CALLS[0]["arguments"]
    assert [("finish_reason" in body["choices"][0]) for body in bodies][-2:] == [False, True]


def test_content_can_be_null_beside_calls(said: Callable[..., Any]) -> None:
    asked = {"handler": handler(*CALLS), "reasoning_split": True}
    assert said(**asked)["choices"][0]["message"]["content"] == "\n"
    assert said(**asked, minimax_nb={"quirks": ["null-content"]})["choices"][0]["message"]["content"] is None


def test_the_finish_reason_is_written_as_asked(chunks: Callable[..., list[Any]]) -> None:
    def reasons(*quirks: str) -> list[str | None]:
        return [body["choices"][0].get("finish_reason") for body in chunks(*quirks, calls=CALLS)]

    assert reasons("finish-alone")[-2:] == [None, "tool_calls"]
    assert reasons("finish-twice")[-2:] == ["tool_calls", "tool_calls"]
    assert reasons("finish-singular")[-1] == "tool_call"


def test_the_last_event_can_repeat_the_message(chunks: Callable[..., list[Any]]) -> None:
    final = chunks("final-message")[-1]["choices"][0]
    assert ("delta" in final, final["message"]["content"]) == (False, CONTENT)
    null = chunks("delta-null")[-1]["choices"][0]
    assert (null["delta"], null["message"]["content"]) == (None, "")


def test_roles_are_empty_or_first(chunks: Callable[..., list[Any]]) -> None:
    assert {delta["role"] for delta in deltas(chunks("role-empty"))} == {""}
    assert deltas(chunks("role-first"))[0] == {"role": "assistant"}


def test_usage_is_null_zeros_or_in_a_chunk_of_its_own(chunks: Callable[..., list[Any]]) -> None:
    assert {body["usage"] for body in chunks()} == {None}
    assert all(body["usage"] == {"total_tokens": 0, "total_characters": 0} for body in chunks("zero-usage"))
    last = chunks(stream_options={"include_usage": True})[-1]
    assert (last["choices"], last["usage"]["completion_tokens"] > 0) == ([], True)
    assert last["base_resp"]["status_code"] == 0


def test_two_documents_come_in_one_event(chunks: Callable[..., list[Any]]) -> None:
    lines = [line for body in chunks("two-json") for line in (body.split("\n") if isinstance(body, str) else [body])]
    plain = [json.loads(line) if isinstance(line, str) else line for line in lines]
    assert join(plain, "content") == CONTENT


def test_quirks_of_the_server_hold_for_every_reply_and_add_to_those_of_the_request(ask: Callable[..., Any]) -> None:
    serving = Handler(quirks=("done",))
    assert ask(handler=serving, stream=True).events[-1].body == "[DONE]"
    both = ask(handler=serving, stream=True, minimax_nb={"quirks": ["role-first"]}).events
    assert both[0].body["choices"][0]["delta"] == {"role": "assistant"}
    assert both[-1].body == "[DONE]"
