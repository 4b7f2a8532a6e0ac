"""Approval: which calls wait for it, and what becomes of those that do not get it."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from minimax_nb import (
    ToolCall,
    arun_tools,
    check_history,
    run_tools,
)
from minimax_nb.agent.loop import DENIED, NOT_FINISHED
from minimax_nb.message.events import (
    ApprovalRequested,
    ToolStarted,
)

from ..support.agent_runs import DOUBLE, QUESTION, results, run
from ..support.scripted import AsyncScript, Script, call, message
from ..support.tools import double


@pytest.mark.parametrize(
    ("decision", "said", "runs"),
    [
        (True, "4", True),
        (False, DENIED, False),
        (None, DENIED, False),
        ("too expensive", "too expensive", False),
    ],
)
def test_calls_are_run_if_they_are_approved(decision: Any, said: str, runs: bool) -> None:
    asked: list[ToolCall] = []

    def approve(one: ToolCall) -> Any:
        asked.append(one)
        return decision

    messages, events = run(Script(message("", DOUBLE), message("Fine.")), approve=approve)
    assert asked == [ToolCall("a", "double", '{"x": 2}')]
    assert said in messages[2]["content"]
    assert any(isinstance(event, ToolStarted) for event in events) == runs
    assert [event for event in events if isinstance(event, ApprovalRequested)] == [ApprovalRequested(0, asked[0])]
    assert (results(events)[0].duration_s is not None) == runs


def test_what_no_tool_stands_behind_needs_no_approval() -> None:
    _, events = run(Script(message("", call("triple")), message("Fine.")), approve=pytest.fail)
    assert not any(isinstance(event, ApprovalRequested) for event in events)


def test_an_approval_that_fails_stops_the_run_with_a_valid_history() -> None:
    def approve(_: ToolCall) -> bool:
        raise LookupError("no such rule")

    messages = [dict(QUESTION)]
    with pytest.raises(LookupError):
        list(run_tools(Script(message("", DOUBLE)), messages, [double], approve=approve))
    assert messages[-1]["content"] == NOT_FINISHED
    check_history(messages).raise_if_refused()


def test_the_async_twin_awaits_approval() -> None:
    async def approve(_: ToolCall) -> bool:
        await asyncio.sleep(0)
        return False

    async def main() -> None:
        script = AsyncScript(message("", DOUBLE), message("Fine."))
        async for _ in arun_tools(script, messages, [double], approve=approve):
            pass

    messages = [dict(QUESTION)]
    asyncio.run(main())
    assert messages[2]["content"] == DENIED
