"""Tapes: what they may hold, and what is said about a broken one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from minimax_nb.server.answer.answer import Pace
from minimax_nb.server.tape import read as tape

if TYPE_CHECKING:
    from pathlib import Path

REQUEST = {"messages": [{"role": "user", "content": "Ping?"}]}


def written(reply: Any = None, request: Any = None, **top: Any) -> str:
    turn = {"request": request or REQUEST, "reply": reply if reply is not None else {"content": "Pong."}}
    return json.dumps({"provenance": {"kind": "authored"}, "turns": [turn], **top})


def test_a_turn_is_read_with_all_it_may_hold() -> None:
    reply = {
        "reasoning": ["One line.", "Another."],
        "content": "Pong.",
        "tool_calls": [{"name": "look", "arguments": {"at": "ü"}}, {"name": "look", "arguments": "{"}],
        "usage": {"prompt_tokens": 5, "cached_tokens": 0},
        "pace": {"first_token_s": 2, "tokens_per_s": 33.5},
    }
    top = {"provenance": {"kind": "recorded", "host": "api.minimax.io", "date": "2026-11-01", "note": "free"}}
    (turn,) = tape.parse("t", written(reply, {**REQUEST, "model": "MiniMax-M2", "tools": ["look", "a"]}, **top))

    assert turn.answer.reasoning == "One line.\nAnother."
    assert [call.arguments for call in turn.answer.calls] == ['{"at": "ü"}', "{"]
    assert turn.answer.finish_reason == "tool_calls"
    assert turn.answer.pace == Pace(2, 33.5)
    assert (turn.answer.prompt_tokens, turn.answer.completion_tokens) == (5, None)
    assert turn.answer.origin == {"kind": "recorded", "tape": "t", "host": "api.minimax.io", "date": "2026-11-01"}
    assert (turn.models, turn.tools) == (("MiniMax-M2",), ("a", "look"))


BROKEN = [
    ("[", "tape 't': expected JSON"),
    ("[]", "tape 't', top level: expected an object, got []"),
    ("{}", "tape 't', top level: expected a field 'provenance'"),
    (written(provenance={"kind": "invented"}), "provenance.kind: expected one of authored, recorded, got 'invented'"),
    (written(turns={}), "turns: expected a list, got {}"),
    (written(turn=1), "expected only the fields provenance, turns; 'turn' is none of them"),
    (written({}, None), "turns[0].reply: expected a field 'content' or 'tool_calls'"),
    (written({"content": 7}), "turns[0].reply.content: expected a text or a list, got 7"),
    (written({"content": ["a", 7]}), "turns[0].reply.content[1]: expected a text, got 7"),
    (written({"content": "a", "pace": "fast"}), "turns[0].reply.pace: expected an object, got 'fast'"),
    (
        written({"content": "a", "pace": {"tokens_per_s": 0}}),
        "turns[0].reply.pace.tokens_per_s: expected a number above 0",
    ),
    (
        written({"content": "a", "pace": {"first_token_s": True}}),
        "first_token_s: expected a whole number or a number, got True",
    ),
    (written({"content": "a", "usage": {"tokens": 1}}), "turns[0].reply.usage: expected only the fields prompt_tokens"),
    (written({"content": "a", "finish_reason": "done"}), "turns[0].reply.finish_reason: expected one of stop, length"),
    (written({"tool_calls": [{"name": "x"}]}), "turns[0].reply.tool_calls[0]: expected a field 'arguments'"),
    (written({"contents": "a"}), "'contents' is none of them"),
    (written(None, {"messages": []}), "turns[0].request.messages: expected at least one message, got []"),
    (written(None, {"messages": [{"content": "a"}]}), "turns[0].request.messages[0]: expected a field 'role'"),
    (written(None, {"messages": "Hi"}), "turns[0].request.messages: expected a list, got 'Hi'"),
    (written(None, {**REQUEST, "tools": [{}]}), "turns[0].request.tools[0]: expected a text, got {}"),
    ("[" * 100_000, "tape 't': expected JSON"),
]


@pytest.mark.parametrize(("text", "words"), BROKEN, ids=[words[-40:] for _, words in BROKEN])
def test_a_broken_tape_is_told_by_file_entry_and_field(text: str, words: str) -> None:
    with pytest.raises(tape.TapeFormatError) as caught:
        tape.parse("t", text)
    assert words in str(caught.value)
    assert str(caught.value).startswith("tape 't'")


def test_a_folder_is_read_in_order_of_names(tmp_path: Path) -> None:
    for name in ("b.json", "a.json"):
        (tmp_path / name).write_text(written(), encoding="utf-8")
    (tmp_path / "notes.txt").write_text("no tape", encoding="utf-8")
    assert [turn.tape for turn in tape.in_folder(tmp_path)] == ["a", "b"]
    assert [turn.tape for turn in tape.in_folder(tmp_path / "b.json")] == ["b"]


def test_a_missing_folder_and_an_unreadable_tape_are_told(tmp_path: Path) -> None:
    with pytest.raises(tape.TapeFormatError, match="expected a folder of tapes"):
        tape.in_folder(tmp_path / "nowhere")
    (tmp_path / "a.json").write_bytes(b"\xff\xfe{")
    with pytest.raises(tape.TapeFormatError, match=r"'a\.json': expected a readable UTF-8 file"):
        tape.in_folder(tmp_path)


def test_an_optional_message_makes_two_turns() -> None:
    system = {"role": "system", "content": "Be brief.", "optional": True}
    turns = tape.parse("t", written(None, {"messages": [system, *REQUEST["messages"]]}))
    assert [len(turn.messages) for turn in turns] == [2, 1]
    assert "optional" not in turns[0].messages[0]


def test_the_built_in_tapes_are_authored_and_say_so() -> None:
    turns = tape.built_in()
    assert {turn.answer.origin["kind"] for turn in turns} == {"authored"}
    assert {"00_start_here", "01_quick_start", "02_streaming", "03_tool_use"} <= {turn.tape for turn in turns}
