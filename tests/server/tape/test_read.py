"""Tapes: what they may hold, and what is said about a broken one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

import pytest

from minimax_nb.server.answer.answer import TokenSpeed
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
    assert turn.answer.speed == TokenSpeed(2, 33.5)
    assert (turn.answer.prompt_tokens, turn.answer.completion_tokens) == (5, None)
    assert turn.answer.origin == {"kind": "recorded", "tape": "t", "host": "api.minimax.io", "date": "2026-11-01"}
    assert (turn.models, turn.tools) == (("MiniMax-M2",), ("a", "look"))


BROKEN = [
    ("[", "tape 't': expected JSON"),
    ("[]", "tape 't', top level: expected an object, got []"),
    ("{}", "tape 't', top level: expected a field 'provenance'"),
    ('{"turns": []}', 'which for a tape written by hand is "provenance": {"kind": "authored"}, got {\'turns\': []}'),
    (written(provenance={"note": "x"}), "provenance: expected a field 'kind', which for a tape written by hand makes"),
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
    *[
        (written(None, {"messages": [message]}), f"turns[0].request.messages[0]{words}")
        for message, words in [
            ({"role": "usr", "content": "a"}, ".role: expected one of system, user, assistant, tool, developer, root"),
            ({"role": "User", "content": "a"}, ".role: expected one of system, user"),
            ({"role": "", "content": "a"}, ".role: expected one of system, user"),
            ({"role": None, "content": "a"}, ".role: expected a text, got None"),
            ({"role": "user", "contents": "a"}, ": expected only the fields role, content, begins, tool_calls, "),
            ({"role": "user", "text": "a"}, ": expected only the fields role, content, begins"),
            ({"role": "user", "content": 7}, ".content: expected a text or a list, got 7"),
            ({"role": "user", "content": {"type": "text"}}, ".content: expected a text or a list"),
            ({"role": "user", "content": ["a", 7]}, ".content[1]: expected a text or an object, got 7"),
            ({"role": "user", "content": "a", "optional": "yes"}, ".optional: expected true or false, got 'yes'"),
            ({"role": "user", "begins": 7}, ".begins: expected a text or a list, got 7"),
            ({"role": "user", "begins": ["a", {}]}, ".begins[1]: expected a text, got {}"),
            ({"role": "user", "begins": " "}, ".begins: expected a text that is not empty"),
            ({"role": "user", "begins": []}, ".begins: expected a text that is not empty"),
            ({"role": "user", "content": "a", "begins": "a"}, ".begins: expected no begins beside content"),
            ({"role": "user", "tool_calls": []}, ".tool_calls: expected no tool_calls but in a message of the assis"),
            ({"role": "assistant", "tool_calls": {}}, ".tool_calls: expected a list, got {}"),
            ({"role": "assistant", "tool_calls": ["f"]}, ".tool_calls[0]: expected an object, got 'f'"),
            ({"role": "assistant", "tool_calls": [{"arguments": {}}]}, ".tool_calls[0]: expected a field 'name'"),
            ({"role": "assistant", "tool_calls": [{"name": "f"}]}, ".tool_calls[0]: expected a field 'arguments'"),
            (
                {"role": "assistant", "tool_calls": [{"name": "f", "args": {}}]},
                ".tool_calls[0]: expected only the fields name, arguments; 'args' is none of them",
            ),
            (
                {"role": "assistant", "tool_calls": [{"function": {"name": "f"}}]},
                ".tool_calls[0].function: expected a field 'arguments'",
            ),
        ]
    ],
]


@pytest.mark.parametrize(
    "message",
    [
        *[{"role": role, "content": "a"} for role in ("system", "user", "assistant", "tool", "developer", "root")],
        {"role": "user", "content": ["a", "line"]},
        {"role": "user", "content": [{"type": "text", "text": "a"}]},
        {"role": "user", "content": None},
        {"role": "user", "begins": ["How", "warm"]},
        {"role": "assistant"},
        {"role": "assistant", "tool_calls": [{"name": "f", "arguments": {}}], "reasoning_content": "not compared"},
        {
            "role": "assistant",
            "tool_calls": [{"id": "c", "type": "function", "index": 0, "function": {"name": "f", "arguments": "{}"}}],
        },
        {"role": "tool", "content": "24", "tool_call_id": "c", "name": "f"},
    ],
    ids=str,
)
def test_what_a_request_can_have_is_read(message: dict[str, Any]) -> None:
    assert len(tape.parse("t", written(None, {"messages": [message]}))) == 1


def test_a_recorded_tape_may_hold_a_role_that_only_its_endpoint_knows() -> None:
    event = {"t": 0, "data": {"choices": [{"message": {"content": "a"}, "finish_reason": "stop"}]}}
    turn = {
        "request": {"messages": [{"role": "moderator", "content": "a"}]},
        "recorded": {"stream": False, "events": [event]},
    }
    assert tape.parse("t", json.dumps({"provenance": {"kind": "recorded"}, "turns": [turn]}))


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


def test_the_built_in_tapes_say_what_the_tools_said() -> None:
    """A reply that tells of results holds for those results alone."""
    results = [message for turn in tape.built_in() for message in turn.messages if message["role"] == "tool"]
    assert len(results) > 5
    assert all(message.get("content") or message.get("begins") for message in results)
