"""``run_tools``: ask, run what is called, ask again, until there is an answer; as a generator of events.

The two drivers differ only in how they wait; what to do is decided by ``ToolLoop``.
"""

from __future__ import annotations

import time
from contextlib import aclosing, closing
from typing import TYPE_CHECKING, Any

from minimax_nb.agent.loop import MAX_ROUNDS, ToolLoop
from minimax_nb.errors import StreamInterrupted
from minimax_nb.message.events import Finished, RoundEnded, RoundStarted
from minimax_nb.stream.accumulator import StreamAccumulator
from minimax_nb.stream.reading import adrive, drive

from .calls import arun_calls, run_calls

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator, Iterable

    from minimax_nb.message.events import RunEvent
    from minimax_nb.message.reply import Reply
    from minimax_nb.tools.response_format import ResponseFormat

    from .calls import Approve


def run_tools(
    create: Callable[..., Any],
    messages: list[Any],
    tools: Iterable[Any] | None = None,
    *,
    max_rounds: int = MAX_ROUNDS,
    approve: Approve | None = None,
    response: ResponseFormat | None = None,
    see_figures: bool = False,
    **options: Any,
) -> Generator[RunEvent, None, Reply]:
    """Let a model use tools until it answers.

    ``for event in run_tools(client.chat.completions.create, messages, [get_weather], model="MiniMax-M2.7"): …``

    The tools of one turn that are async functions run together, the others one after the other. A call that fails,
    names no tool or does not fit is answered with the reason, so that the model can do better.

    Args:
        create: ``client.chat.completions.create``, or anything that takes the same and returns what ``collect`` takes.
        messages: the history. It is extended in place, and can be sent again at any moment, whatever happens.
        tools: functions, tool dicts or ``Tool`` values.
        max_rounds: how many requests to make at most.
        approve: asked before each call: True lets it run, False does not, a text is told to the model as the reason.
        response: the form that the answer is to have; the last message has to say so. An answer that does not fit is
            asked for once more.
        see_figures: whether figures and pictures that tools return go to the model too; it must be one that sees.
        **options: handed to ``create``: ``model``, ``temperature``, ``extra_body``, ``stream=False`` … Usage is
            asked for while streaming; ``stream_options=None`` leaves that out, for servers that refuse it.
            ``reasoning_split`` goes into ``extra_body``.

    Yields:
        ``RoundStarted``, the events of the reply, ``RoundEnded``, then for each call ``ApprovalRequested`` (where
        there is ``approve``), ``ToolStarted`` and ``ToolResult``, and so on; at the end ``Finished``.

    Returns:
        The last reply, for ``reply = yield from run_tools(…)``.

    Raises:
        TurnLimitError: the model still calls tools after ``max_rounds`` requests.
        StreamError: a reply failed midway; a partial answer is kept in the history if it can stand there.
        StreamInterrupted: you pressed stop; ``.reply`` is the reply as far as it came.
        ToolError: a tool cannot be made.
        ValueError: the model is to see figures, and is known to see none.
        ResponseFormatError: the answer does not have the form, not even when asked for again.
    """
    loop = ToolLoop(messages, tools, max_rounds=max_rounds, options=options, response=response, see_figures=see_figures)
    while True:
        request = loop.request()
        yield RoundStarted(loop.round)
        started = time.perf_counter()
        acc = StreamAccumulator()
        try:
            with closing(drive(create(**request), acc)) as events:
                yield from events
        except BaseException:
            loop.keep_partial(acc.finish())
            raise
        calls = loop.take(acc.finish())
        yield RoundEnded(loop.round, loop.reply, max(0.0, time.perf_counter() - started))
        if not calls:
            if not loop.is_over():
                continue
            yield Finished(loop.reply)
            return loop.reply
        try:
            yield from run_calls(loop, calls, approve)
        except KeyboardInterrupt as error:
            raise StreamInterrupted(loop.reply) from error


async def arun_tools(
    create: Callable[..., Any],
    messages: list[Any],
    tools: Iterable[Any] | None = None,
    *,
    max_rounds: int = MAX_ROUNDS,
    approve: Approve | None = None,
    response: ResponseFormat | None = None,
    see_figures: bool = False,
    **options: Any,
) -> AsyncGenerator[RunEvent, None]:
    """Let a model use tools until it answers: the twin of ``run_tools``, for ``async for`` and ``AsyncOpenAI``.

    Plain functions run in a thread, so that others are not held up. ``approve`` may be async.

    Args:
        create: ``async_client.chat.completions.create``, or anything like it; a plain one will do too.
        messages: as for ``run_tools``.
        tools: as for ``run_tools``.
        max_rounds: as for ``run_tools``.
        approve: as for ``run_tools``.
        response: as for ``run_tools``.
        see_figures: as for ``run_tools``.
        **options: as for ``run_tools``.

    Yields:
        The events of ``run_tools``.

    Raises:
        TurnLimitError: as for ``run_tools``.
        StreamError: as for ``run_tools``.
        StreamInterrupted: as for ``run_tools``.
        ToolError: as for ``run_tools``.
        ValueError: as for ``run_tools``.
        ResponseFormatError: as for ``run_tools``.
        asyncio.CancelledError: the task was cancelled; the history can be sent.
    """
    loop = ToolLoop(messages, tools, max_rounds=max_rounds, options=options, response=response, see_figures=see_figures)
    while True:
        request = loop.request()
        yield RoundStarted(loop.round)
        started = time.perf_counter()
        acc = StreamAccumulator()
        try:
            async with aclosing(adrive(create(**request), acc)) as events:
                async for event in events:
                    yield event
        except BaseException:
            loop.keep_partial(acc.finish())
            raise
        calls = loop.take(acc.finish())
        yield RoundEnded(loop.round, loop.reply, max(0.0, time.perf_counter() - started))
        if not calls:
            if not loop.is_over():
                continue
            yield Finished(loop.reply)
            return
        async with aclosing(arun_calls(loop, calls, approve)) as results:
            async for result in results:
                yield result
