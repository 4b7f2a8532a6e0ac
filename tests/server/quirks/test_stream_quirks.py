"""Quirks of a stream: each does what its line says, and no text is lost by it."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import TYPE_CHECKING, Any

from ...support.quirk_replies import CALLS, CONTENT, NATIVE, THINKING, deltas, join, pieces

if TYPE_CHECKING:
    from collections.abc import Callable


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


def test_split_tags_are_cut_and_characters_come_singly(chunks: Callable[..., list[Any]]) -> None:
    assert not any("</think>" in (delta.get("content") or "") for delta in deltas(chunks("split-tags", **NATIVE)))
    singly = chunks("characters")
    assert {len(delta.get("content") or "") for delta in deltas(singly)} == {0, 1}
    assert (join(singly, "reasoning_content"), join(singly, "content")) == (THINKING, CONTENT)


def test_a_stray_close_ends_the_split_thinking(chunks: Callable[..., list[Any]]) -> None:
    bodies = chunks("stray-close")
    assert join(bodies, "reasoning_content") == f"{THINKING}\n</think>"
    assert not any("</think>" in (delta.get("reasoning_content") or "") for delta in deltas(bodies))


def test_two_details_share_the_thinking(chunks: Callable[..., list[Any]]) -> None:
    items = [item for delta in deltas(chunks("two-details")) for item in delta.get("reasoning_details", ())]
    assert {item["index"] for item in items} == {0, 1}
    assert "".join(item["text"] for item in items) == THINKING


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
