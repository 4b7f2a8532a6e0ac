"""What a tool raises is its own failure; only a real interrupt or cancellation ends the run."""

from __future__ import annotations

import asyncio
import contextlib
import time
from typing import Any

import pytest

from minimax_nb import StreamInterrupted, arun_tools, check_history, run_tools
from minimax_nb.agent.loop import NOT_FINISHED
from minimax_nb.message.events import ToolResult

from ..support.scripted import AsyncScript, Script, call, message

RAISED = [asyncio.CancelledError, asyncio.CancelledError("stop"), GeneratorExit, GeneratorExit("x"), SystemExit(3)]


def tools_that_raise(error: Any) -> dict[str, Any]:
    def plain() -> None:
        raise error

    async def at_once() -> None:
        raise error

    async def later() -> None:
        await asyncio.sleep(0)
        raise error

    async def inner() -> None:
        raise error

    def hands_over() -> Any:
        return inner()

    async def in_a_task() -> None:
        await asyncio.ensure_future(inner())

    return {"plain": plain, "at_once": at_once, "later": later, "hands_over": hands_over, "in_a_task": in_a_task}


async def cancels_its_task() -> None:
    """Cancel the very task it runs in."""
    task = asyncio.current_task()
    assert task is not None
    task.cancel()
    await asyncio.sleep(0)


async def cancels_an_inner_task() -> None:
    """Wait for a task that is cancelled."""
    task = asyncio.ensure_future(asyncio.sleep(5))
    asyncio.get_running_loop().call_soon(task.cancel)
    await task


async def times_out() -> None:
    """Wait too long."""
    async with asyncio.timeout(0.001):
        await asyncio.sleep(5)


async def good() -> str:
    """Answer."""
    await asyncio.sleep(0.001)
    return "fine"


def generates() -> Any:
    """Give items, then fail in an unusual way."""
    yield 1
    raise asyncio.CancelledError


def run(tool: Any, *, as_async: bool) -> tuple[list[Any], list[ToolResult]]:
    messages: list[Any] = [{"role": "user", "content": "Go"}]
    calls = message("", call(tool.__name__, call_id="a"), call("good", call_id="b"))
    tools = [tool, good]
    if not as_async:
        events = list(run_tools(Script(calls, message("Done.")), messages, tools, model="m", stream=False))
    else:

        async def main() -> list[Any]:
            create = AsyncScript(calls, message("Done."))
            return [event async for event in arun_tools(create, messages, tools, model="m", stream=False)]

        events = asyncio.run(main())
    results = sorted((event for event in events if isinstance(event, ToolResult)), key=lambda one: one.position)
    return messages, results


@pytest.mark.parametrize("as_async", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (error, kind)
        for error in RAISED
        for kind in ("plain", "at_once", "later", "hands_over", "in_a_task")
        # asyncio itself ends the loop for SystemExit in a task that the tool made.
        if kind != "in_a_task" or not isinstance(error, SystemExit)
    ],
)
def test_what_a_tool_raises_is_the_error_of_the_tool(error: Any, kind: str, as_async: bool) -> None:
    messages, (failed, fine) = run(tools_that_raise(error)[kind], as_async=as_async)
    name = error.__name__ if isinstance(error, type) else type(error).__name__
    assert name in str(failed.error)
    assert failed.text.startswith("Error: ")
    assert fine.text == "fine"
    assert messages[-1]["content"] == "Done."
    assert check_history(messages) == []


@pytest.mark.parametrize("as_async", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize(
    ("tool", "said"),
    [
        (cancels_its_task, "CancelledError"),
        (cancels_an_inner_task, "CancelledError"),
        (times_out, "TimeoutError"),
        (generates, "it stopped there with CancelledError"),
    ],
)
def test_a_cancellation_inside_of_a_tool_stays_inside(tool: Any, said: str, as_async: bool) -> None:
    messages, (failed, fine) = run(tool, as_async=as_async)
    assert said in failed.text
    assert fine.text == "fine"
    assert check_history(messages) == []


def sleeps_in_a_thread() -> None:
    """Block."""
    time.sleep(0.2)


async def sleeps() -> None:
    """Wait."""
    await asyncio.sleep(30)


@pytest.mark.parametrize("tool", [sleeps, sleeps_in_a_thread])
@pytest.mark.parametrize("earlier", [0, 1], ids=["first", "after one that was caught"])
def test_a_cancellation_of_our_own_task_ends_the_run(tool: Any, earlier: int) -> None:
    messages: list[Any] = [{"role": "user", "content": "Go"}]

    async def main() -> None:
        if earlier:
            current = asyncio.current_task()
            assert current is not None
            current.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.sleep(0)
        create = AsyncScript(message("", call(tool.__name__)))
        async for _ in arun_tools(create, messages, [tool], model="m", stream=False):
            pass

    async def outer() -> None:
        task = asyncio.ensure_future(main())
        await asyncio.sleep(0.05)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(outer())
    assert messages[-1]["content"] == NOT_FINISHED
    assert check_history(messages) == []


@pytest.mark.parametrize("kind", ["plain", "at_once", "later", "hands_over"])
def test_the_user_still_interrupts(kind: str) -> None:
    with pytest.raises(StreamInterrupted):
        run(tools_that_raise(KeyboardInterrupt)[kind], as_async=False)
