"""Run the calls of one turn: async functions together, the others one after the other, every one answered."""

from __future__ import annotations

import asyncio
import inspect
import time
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, NamedTuple

from minimax_nb.agent.loop import denied
from minimax_nb.errors import ToolError
from minimax_nb.message.events import ApprovalRequested, ToolResult, ToolStarted
from minimax_nb.message.reply import ToolCall
from minimax_nb.tools.tool import Tool, run_awaitable

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Generator

    from minimax_nb.agent.loop import ToolLoop

Approve = Callable[[ToolCall], Any]
"""Asked before a call: True lets it run, False does not, a text says why not."""


class _Ready(NamedTuple):
    """A call that may run."""

    position: int
    call: ToolCall
    tool: Tool


class _Outcome(NamedTuple):
    """What a tool returned or raised, when it began and how long it took, in seconds."""

    value: Any
    started_s: float
    duration_s: float


def run_calls(
    loop: ToolLoop, calls: tuple[ToolCall, ...], approve: Approve | None
) -> Generator[ApprovalRequested | ToolStarted | ToolResult, None, None]:
    """Answer all calls of the last reply.

    Args:
        loop: the run; the answers go into its history.
        calls: the calls, in order.
        approve: asked before each call, or None.

    Yields:
        ``ToolStarted`` and ``ToolResult`` for each; a call that is not run has only the latter. Before them
        ``ApprovalRequested``, if there is somebody to ask.
    """
    began = time.perf_counter()
    ready: list[_Ready] = []
    for position, call in enumerate(calls):
        tool = _runnable(loop, position, call)
        stopped: Any = tool if isinstance(tool, ToolError) else None
        if stopped is None and approve is not None:
            yield ApprovalRequested(position, call)
            stopped = denied(approve(call))
        if stopped:
            yield loop.answer(position, call, stopped)
        elif isinstance(tool, Tool):
            ready.append(_Ready(position, call, tool))
    together = [one for one in ready if one.tool.is_async]
    yield from (ToolStarted(one.position, one.call) for one in together)
    if together:
        outcomes = run_awaitable(_together(together, began))
        for one, outcome in zip(together, outcomes, strict=True):
            yield loop.answer(one.position, one.call, *outcome)
    for one in ready:
        if not one.tool.is_async:
            yield ToolStarted(one.position, one.call)
            yield loop.answer(one.position, one.call, *_called(one, began))


async def arun_calls(
    loop: ToolLoop, calls: tuple[ToolCall, ...], approve: Approve | None
) -> AsyncGenerator[ApprovalRequested | ToolStarted | ToolResult, None]:
    """The twin of ``run_calls``: plain functions run in a thread, and ``approve`` may be async.

    Args:
        loop: as for ``run_calls``.
        calls: as for ``run_calls``.
        approve: as for ``run_calls``.

    Yields:
        The events of ``run_calls``.
    """
    began = time.perf_counter()
    ready: list[_Ready] = []
    for position, call in enumerate(calls):
        tool = _runnable(loop, position, call)
        stopped: Any = tool if isinstance(tool, ToolError) else None
        if stopped is None and approve is not None:
            yield ApprovalRequested(position, call)
            decision = approve(call)
            stopped = denied(await decision if inspect.isawaitable(decision) else decision)
        if stopped:
            yield loop.answer(position, call, stopped)
        elif isinstance(tool, Tool):
            ready.append(_Ready(position, call, tool))
    together = [one for one in ready if one.tool.is_async]
    for one in together:
        yield ToolStarted(one.position, one.call)
    outcomes = await _together(together, began)
    for one, outcome in zip(together, outcomes, strict=True):
        yield loop.answer(one.position, one.call, *outcome)
    for one in ready:
        if not one.tool.is_async:
            yield ToolStarted(one.position, one.call)
            [outcome] = await _together([one], began)
            yield loop.answer(one.position, one.call, *outcome)


def _runnable(loop: ToolLoop, position: int, call: ToolCall) -> Tool | ToolError:
    try:
        return loop.tool(position, call)
    except ToolError as error:
        return error


async def _together(ready: list[_Ready], began: float) -> list[_Outcome]:
    """Run calls at once, each in a task of its own, so that what a tool does to its task stays there."""
    task = asyncio.current_task()
    before = task.cancelling() if task else 0

    def is_ours() -> bool:  # whether a cancellation came to us, and was handed down to the tools
        return task is None or task.cancelling() > before

    return await asyncio.gather(*(_acalled(one, began, is_ours) for one in ready))


def _outcome(value: Any, began: float, started: float) -> _Outcome:
    """The outcome of a call that ends now; a clock that was set back makes no time less than none."""
    return _Outcome(value, max(0.0, started - began), max(0.0, time.perf_counter() - started))


def _called(one: _Ready, began: float) -> _Outcome:
    started = time.perf_counter()
    try:
        value = one.tool.call(one.call.arguments)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - whatever a tool raises is the model's to read, exit() included
        value = error
    return _outcome(value, began, started)


async def _acalled(one: _Ready, began: float, is_ours: Callable[[], bool]) -> _Outcome:
    started = time.perf_counter()
    try:
        value = await one.tool.acall(one.call.arguments)
    except KeyboardInterrupt:
        raise
    except BaseException as error:
        if isinstance(error, asyncio.CancelledError) and is_ours():
            raise
        value = error
    return _outcome(value, began, started)
