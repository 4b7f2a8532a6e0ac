"""Calls in forms that no server takes back: the old function_call, and those of custom tools."""

from __future__ import annotations

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from minimax_nb import Chat, arun_tools, check_history, repair_history, run_tools
from minimax_nb.message.events import ToolResult

from ..support.scripted import AsyncScript, Script, call, chunks, message


def double(x: int = 2) -> int:
    """Double a number."""
    return 2 * x


def sh(command: str) -> str:
    """Run a command."""
    return f"ran {command}"


async def later(x: int) -> int:
    """Double a number, later."""
    return 2 * x


QUESTION = {"role": "user", "content": "Go"}


def custom(name: str = "sh", text: Any = "ls", call_id: str = "c") -> dict[str, Any]:
    return {"id": call_id, "type": "custom", "custom": {"name": name, "input": text}}


def run(answer: dict[str, Any], *, stream: bool = False, as_async: bool = False) -> tuple[list[Any], list[ToolResult]]:
    messages: list[Any] = [dict(QUESTION)]
    options: dict[str, Any] = {"stream": stream, "model": "MiniMax-M2.7"}
    tools = [double, sh, later]
    if as_async:

        async def main() -> list[Any]:
            create = AsyncScript(answer, message("Done."))
            if stream:
                create.answers = [Script(answer)(stream=True), Script(message("Done."))(stream=True)]
            return [event async for event in arun_tools(create, messages, tools, **options)]

        events = asyncio.run(main())
    else:
        events = list(run_tools(Script(answer, message("Done.")), messages, tools, **options))
    return messages, [event for event in events if isinstance(event, ToolResult)]


@pytest.mark.parametrize("as_async", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize(
    ("function", "result", "kept"),
    [
        ({"name": "double", "arguments": '{"x": 3}'}, "6", '{"x": 3}'),
        ({"name": "later", "arguments": '{"x": 3}'}, "6", '{"x": 3}'),
        ({"name": "double", "arguments": "{'x': 3}"}, "6", '{"x": 3}'),
        ({"name": "double", "arguments": {"x": 3}}, "6", '{"x":3}'),
        ({"name": "double", "arguments": ""}, "4", "{}"),
        ({"name": "double"}, "4", "{}"),
    ],
)
@pytest.mark.parametrize("content", ["", None, "I call."])
def test_the_old_function_call_is_run_and_kept_as_tool_calls(
    content: str | None, function: dict[str, Any], result: str, kept: str, stream: bool, as_async: bool
) -> None:
    messages, results = run(message(content, function_call=function), stream=stream, as_async=as_async)
    assert [one.text for one in results] == [result]
    assert [each["role"] for each in messages] == ["user", "assistant", "tool", "assistant"]
    assert "function_call" not in messages[1]
    (entry,) = messages[1]["tool_calls"]
    assert entry["id"] == messages[2]["tool_call_id"]
    assert entry["function"] == {"name": function["name"], "arguments": kept}
    assert (messages[1]["content"] or "") == (content or "")
    assert check_history(messages, model="MiniMax-M3") == []


def test_function_calls_of_two_questions_have_ids_of_their_own() -> None:
    answer = message("", function_call={"name": "double", "arguments": '{"x": 3}'})
    messages: list[Any] = []
    for _ in range(2):
        messages.append(dict(QUESTION))
        list(run_tools(Script(answer, message("Done.")), messages, [double], model="m"))
    ids = [each["tool_call_id"] for each in messages if each["role"] == "tool"]
    assert len(set(ids)) == 2
    assert check_history(messages) == []


def test_a_function_call_beside_tool_calls_or_null_changes_nothing_else() -> None:
    for more in ({"function_call": None}, {"function_call": {"name": "double", "arguments": "{}"}}):
        messages, results = run({**message("", call("double", '{"x": 4}')), **more})
        assert [one.text for one in results] == ["8"]
        assert check_history(messages) == []


@pytest.mark.parametrize("as_async", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("stream", [False, True], ids=["whole", "streamed"])
@pytest.mark.parametrize("text", ["ls", "", '{"command": "ls"}', "a\nb"])
@pytest.mark.parametrize(("name", "words"), [("sh", "custom tool"), ("nowhere", "there is no tool 'nowhere'")])
def test_a_custom_call_is_kept_as_received_and_answered(
    name: str, words: str, text: str, stream: bool, as_async: bool
) -> None:
    received = custom(name, text)
    messages, (result,) = run(message("", received), stream=stream, as_async=as_async)
    (entry,) = messages[1]["tool_calls"]
    assert {key: value for key, value in entry.items() if key != "index"} == received
    assert words in result.text
    assert result.error is not None
    assert "could be read" not in result.text
    assert check_history(messages) == []
    assert repair_history(messages) == messages


@pytest.mark.parametrize(
    ("entry", "codes", "mended"),
    [
        (custom(), [], custom()),
        (custom(text=""), [], custom(text="")),
        (custom(text=None), ["arguments-not-text"], custom(text="")),
        (custom(text={"a": 1}), ["arguments-not-text"], custom(text='{"a":1}')),
        ({**custom(), "function": None}, [], {**custom(), "function": None}),
    ],
)
def test_custom_calls_are_checked_and_mended(entry: dict[str, Any], codes: list[str], mended: dict[str, Any]) -> None:
    tool = {"role": "tool", "tool_call_id": "c", "content": "x"}
    messages = [QUESTION, message("", entry), tool]
    assert [finding.code for finding in check_history(messages)] == codes
    assert repair_history(messages) == [QUESTION, message("", mended), tool]


def test_a_custom_call_lacks_its_result_like_any_other() -> None:
    messages = [QUESTION, message("", custom(), call("double", call_id="d"))]
    assert [finding.code for finding in check_history(messages)] == ["missing-result", "missing-result"]
    assert check_history(repair_history(messages)) == []


def test_a_function_call_that_broke_off_is_left_out_of_what_is_kept() -> None:
    broken = chunks(message("Half.", function_call={"name": "double", "arguments": '{"x"'}))[:1]
    messages: list[Any] = [dict(QUESTION)]
    with pytest.raises(OSError, match="gone"):
        list(run_tools(Script([*broken, OSError("gone")]), messages, [double], model="m"))
    assert messages == [QUESTION, {"content": "Half.", "role": "assistant"}]
    assert check_history(messages) == []


@pytest.mark.parametrize(
    "declined",
    [
        {"content": None, "refusal": "I cannot."},
        {"content": "", "refusal": "I cannot."},
        {"content": [{"type": "refusal", "refusal": "I cannot."}]},
    ],
)
def test_a_refusal_stays_in_the_history_and_the_conversation_goes_on(declined: dict[str, Any]) -> None:
    script = Script({"role": "assistant", **declined}, {"role": "assistant", "content": "Yes."})
    create = SimpleNamespace(chat=SimpleNamespace(completions=SimpleNamespace(create=script)))
    chat = Chat(create, display=False)
    chat("Will you?")
    assert chat("And this?").content == "Yes."
    assert "I cannot." in str(script.requests[1]["messages"][1]["content"])
    assert check_history(chat) == []
