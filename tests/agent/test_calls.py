"""The calls of one turn: each is run or told why not, and every one is answered."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from minimax_nb import (
    Chat,
    StreamInterrupted,
    arun_tools,
    check_history,
    run_tools,
)
from minimax_nb.agent.loop import NOT_FINISHED

from ..support.agent_runs import QUESTION, results, run
from ..support.scripted import AsyncScript, Script, call, chunks, client_of, message
from ..support.tools import double, fail, stop, wait


def test_all_calls_of_a_turn_are_answered_in_order() -> None:
    calls = [call("double", f'{{"x": {x}}}', f"id{x}") for x in range(5)]
    messages, events = run(Script(message("", *calls), message("Done.")))
    assert [(m["tool_call_id"], m["content"]) for m in messages if m["role"] == "tool"] == [
        (f"id{x}", str(2 * x)) for x in range(5)
    ]
    assert [result.position for result in results(events)] == [0, 1, 2, 3, 4]


@pytest.mark.parametrize(
    ("tool_call", "said"),
    [
        (call("fail"), "Error: OSError: the disk is full"),
        (call("double", '{"x": "many"}'), "Error: double: argument 'x'"),
        (call("double", "{}"), "Error: double: argument 'x' is missing"),
        (call("double", '{"x": 1, "y": 2}'), "there is no argument 'y'"),
        (call("triple"), "Error: there is no tool 'triple'; there are: double, fail"),
        (call("double", '{"x": '), "not JSON"),
        (call("double", "[1]"), "expected the arguments as one JSON object"),
        (call(""), "there is no tool ''"),
    ],
)
def test_a_call_that_cannot_be_carried_out_is_answered_with_the_reason(tool_call: dict[str, Any], said: str) -> None:
    messages, events = run(Script(message("", tool_call), message("Sorry.")), (double, fail))
    assert said in messages[2]["content"]
    (result,) = results(events)
    assert result.error
    assert result.error in messages[2]["content"]
    assert messages[-1]["content"] == "Sorry."


def test_broken_arguments_go_back_as_json_and_stay_broken_in_the_events() -> None:
    script = Script(message("", call("double", '{"x": 2')), message("Sorry."))
    messages, events = run(script)
    assert json.loads(messages[1]["tool_calls"][0]["function"]["arguments"]) == {"x": 2}
    assert results(events)[0].call.arguments == '{"x": 2'


@pytest.mark.parametrize("tools", [(wait,), (double, wait)])
def test_async_tools_of_one_turn_run_together(tools: Any) -> None:
    running = most = 0

    async def slow(name: str) -> str:
        """Be slow."""
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.02)
        running -= 1
        return name

    calls = [call("slow", f'{{"name": "{at}"}}', f"id{at}") for at in range(3)]
    messages, _ = run(Script(message("", *calls), message("Done.")), (*tools, slow))
    assert most == 3
    assert [m["content"] for m in messages[2:5]] == ["0", "1", "2"]


def test_sync_tools_run_in_the_order_of_the_calls() -> None:
    seen = []

    def note(x: int) -> None:
        """Note."""
        seen.append(x)

    calls = [call("note", f'{{"x": {x}}}', f"id{x}") for x in (3, 1, 2)]
    run(Script(message("", *calls), message("Done.")), (note,))
    assert seen == [3, 1, 2]


def test_an_interrupt_in_a_tool_leaves_a_valid_history() -> None:
    calls = [call("double", '{"x": 1}', "a"), call("stop", "{}", "b"), call("double", '{"x": 3}', "c")]
    messages = [dict(QUESTION)]
    with pytest.raises(StreamInterrupted) as caught:
        list(run_tools(Script(message("", *calls)), messages, [double, stop]))
    assert [m["content"] for m in messages[2:]] == ["2", NOT_FINISHED, NOT_FINISHED]
    assert caught.value.reply is not None
    check_history(messages).raise_if_refused()
    run(Script(message("Fine.")), messages=[*messages, dict(QUESTION)])


def test_a_result_of_ten_megabytes_is_cut_for_the_model() -> None:
    def dump() -> str:
        """Dump."""
        return "x" * 10_000_000

    messages, _ = run(Script(message("", call("dump")), message("Much.")), (dump,))
    assert len(messages[2]["content"]) < 60_000
    assert "characters left out" in messages[2]["content"]


@pytest.mark.parametrize("value", [None, b"\x89PNG", object(), {1: {2}}, (x for x in "ab"), float("nan"), "\ud800"])
def test_whatever_a_tool_returns_becomes_text(value: Any) -> None:
    def give() -> Any:
        """Give."""
        return value

    messages, _ = run(Script(message("", call("give")), message("Odd.")), (give,))
    assert isinstance(messages[2]["content"], str)
    json.dumps(messages).encode("utf-8")


class Odd(BaseException):
    """Neither an Exception nor an interrupt."""


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (SystemExit(2), "SystemExit: 2"),
        (SystemExit(), "SystemExit"),
        (SystemExit("bye"), "SystemExit: bye"),
        (Odd("why"), "Odd: why"),
    ],
)
@pytest.mark.parametrize("twin", [False, True])
@pytest.mark.parametrize("is_async", [False, True])
def test_a_tool_that_leaves_has_failed_like_any_other(
    error: BaseException, said: str, twin: bool, is_async: bool
) -> None:
    def leave() -> None:
        """Leave."""
        raise error

    async def aleave() -> None:
        """Leave, awaited."""
        await asyncio.sleep(0)
        raise error

    answers = (message("", call("aleave" if is_async else "leave"), call("double", '{"x": 2}', "b")), message("Done."))
    messages = [dict(QUESTION)]

    async def main() -> None:
        async for _ in arun_tools(AsyncScript(*answers), messages, [leave, aleave, double]):
            pass

    if twin:
        asyncio.run(main())
    else:
        list(run_tools(Script(*answers), messages, [leave, aleave, double]))
    assert [m["content"] for m in messages[2:]] == [f"Error: {said}", "4", "Done."]


@pytest.mark.parametrize("value", ["", None, " \n", (x for x in ())])
@pytest.mark.parametrize("twin", [False, True])
def test_a_tool_that_says_nothing_is_answered_with_words(value: Any, twin: bool) -> None:
    def quiet() -> Any:
        """Be quiet."""
        return value

    answers = (message("", call("quiet")), message("Done."))
    messages = [dict(QUESTION)]

    async def main() -> None:
        async for _ in arun_tools(AsyncScript(*answers), messages, [quiet]):
            pass

    if twin:
        asyncio.run(main())
    else:
        list(run_tools(Script(*answers), messages, [quiet]))
    assert messages[2]["content"] == ("[]" if hasattr(value, "send") else "(no output)")
    assert check_history(messages) == []


def test_results_stand_in_the_order_of_the_calls_refused_ones_too() -> None:
    async def slow(x: int) -> int:
        """Be slow."""
        await asyncio.sleep(0.02)
        return x

    wanted = [
        call("double", '{"x": 1}', "sync"),
        call("double", '{"x": 2}', "refused"),
        call("slow", '{"x": 3}', "async"),
        call("triple", '{"x": 4}', "unknown"),
        call("slow", '{"y": 5}', "misfit"),
        call("double", '{"x": ', "broken"),
        call("double", '{"x": 7}', "cut off"),
    ]
    for kind in (Script, AsyncScript):
        # "length" cuts the last call off.
        script = kind(chunks(message("", *wanted), "length"), message("Done."))
        chat = Chat(client_of(script), tools=[double, slow], approve=lambda one: one.id != "refused")
        if kind is Script:
            chat("Go")
        else:
            asyncio.run(chat.ask("Go"))
        results = [step for step in chat.trace if step.kind == "result"]
        assert [step.call_id for step in results] == [one["id"] for one in wanted]
        assert [step.error for step in results] == [False, True, False, True, True, True, True]
        frame = chat.trace.frame()
        assert list(frame[frame.kind == "result"].arguments) == [one["function"]["arguments"] for one in wanted]
        assert [m["tool_call_id"] for m in chat.messages if m["role"] == "tool"] == [one["id"] for one in wanted]
