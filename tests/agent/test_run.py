"""The tool loop: every call answered, the history valid at any moment, nothing changed on the way."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from minimax_nb import (
    Reply,
    StreamServiceError,
    ToolCall,
    arun_tools,
    check_history,
    run_tools,
)
from minimax_nb.agent.loop import NOT_FINISHED
from minimax_nb.message.events import (
    RoundEnded,
    RoundStarted,
    TextDelta,
    ToolStarted,
)

from ..support.agent_runs import DOUBLE, QUESTION, results, run
from ..support.scripted import AsyncScript, Script, call, chunks, message
from ..support.tools import double, fail, wait


def test_the_events_tell_the_whole_run_in_order() -> None:
    _, events = run(Script(message("", DOUBLE), message("Four.")))
    kinds = [type(event).__name__ for event in events]
    assert kinds == [
        *("RoundStarted", "ToolCallDelta", "RoundEnded", "ToolStarted", "ToolResult"),
        *("RoundStarted", "TextDelta", "RoundEnded", "Finished"),
    ]
    assert events[0] == RoundStarted(1)
    assert events[3] == ToolStarted(0, ToolCall("a", "double", '{"x": 2}'))
    assert (events[4].text, events[4].error) == ("4", None)
    assert events[6] == TextDelta("Four.")
    assert events[-1].reply.content == "Four."


def test_the_generator_returns_the_last_reply() -> None:
    def outer() -> Any:
        reply = yield from run_tools(Script(message("Hi.")), [dict(QUESTION)])
        got.append(reply)

    got: list[Reply] = []
    list(outer())
    assert got[0].content == "Hi."


def test_requests_carry_the_tools_the_options_and_the_wish_for_usage() -> None:
    script = Script(message("Hi."))
    run(script, model="MiniMax-M2.7", temperature=0.5, extra_body={"reasoning_split": True})
    (request,) = script.requests
    assert request["stream"] is True
    assert request["stream_options"] == {"include_usage": True}
    assert [tool["function"]["name"] for tool in request["tools"]] == ["double"]
    assert (request["model"], request["temperature"]) == ("MiniMax-M2.7", 0.5)
    assert request["extra_body"] == {"reasoning_split": True}


def test_other_stream_options_are_kept_and_usage_cannot_be_given_up() -> None:
    script = Script(message("Hi."))
    run(script, stream_options={"include_usage": False, "other": 1})
    assert script.requests[0]["stream_options"] == {"include_usage": True, "other": 1}


def test_a_run_without_tools_or_stream_asks_for_neither() -> None:
    script = Script(message("Hi."))
    run(script, tools=(), stream=False)
    assert set(script.requests[0]) == {"messages"}


def test_messages_have_to_be_a_list() -> None:
    with pytest.raises(TypeError, match="expected a list of messages"):
        list(run_tools(Script(message("Hi.")), (QUESTION,)))  # type: ignore[arg-type]


def test_an_error_of_the_service_midway_is_raised() -> None:
    script = Script([chunks(message("Half"))[0], {"error": {"message": "overloaded (2064)"}}])
    with pytest.raises(StreamServiceError) as caught:
        list(run_tools(script, [dict(QUESTION)]))
    assert caught.value.code == 2064


def test_an_error_of_the_request_leaves_the_history_as_it_was() -> None:
    messages = [dict(QUESTION)]
    with pytest.raises(OSError, match="no network"):
        list(run_tools(Script(OSError("no network")), messages, [double]))
    assert messages == [QUESTION]


def test_the_async_twin_does_the_same() -> None:
    calls = [call("double", '{"x": 2}', "a"), call("wait", '{"name": "x"}', "b"), call("fail", "{}", "c")]
    answers = (message("<think>\nHm.\n</think>\n\n", *calls), message("Done."))

    async def main() -> list[Any]:
        return [event async for event in arun_tools(AsyncScript(*answers), messages, [double, wait, fail])]

    messages = [dict(QUESTION)]
    events = asyncio.run(main())
    plain_messages, plain_events = run(Script(*answers), (double, wait, fail))
    assert messages == plain_messages
    assert [type(event) for event in events] == [type(event) for event in plain_events]
    assert [one.text for one in results(events)] == [one.text for one in results(plain_events)]


def test_cancelling_the_async_twin_leaves_a_valid_history() -> None:
    async def hang() -> None:
        """Hang."""
        started.set()
        await asyncio.sleep(60)

    async def main() -> None:
        nonlocal started
        started = asyncio.Event()

        async def drain() -> None:
            async for _ in arun_tools(AsyncScript(message("", call("hang"))), messages, [hang]):
                pass

        task = asyncio.create_task(drain())
        await started.wait()
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    started: Any = None
    messages = [dict(QUESTION)]
    asyncio.run(main())
    assert messages[-1]["content"] == NOT_FINISHED
    check_history(messages).raise_if_refused()


def test_each_round_says_how_long_it_took() -> None:
    _, events = run(Script(message("Hi.")))
    (ended,) = [event for event in events if isinstance(event, RoundEnded)]
    assert ended.elapsed_s >= 0
    assert ended.reply.usage.completion_tokens == 7
