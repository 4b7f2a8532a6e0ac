"""Read a reply to its end, whatever it comes from, and close its source in every case.

``drive`` and ``adrive`` are the one place where a source is read: they yield events and end the accumulator, so that
``collect`` and the live display differ only in what they do with the events.
"""

from __future__ import annotations

import asyncio
import inspect
import json
from contextlib import aclosing, closing, suppress
from typing import TYPE_CHECKING, Any, NoReturn

from minimax_nb.errors import (
    StreamCutError,
    StreamError,
    StreamFormatError,
    StreamInterrupted,
    StreamServiceError,
    StreamTimeoutError,
)
from minimax_nb.message.completion import from_completion
from minimax_nb.message.reply import Reply
from minimax_nb.message.service_error import ServiceError, read_service_error

from .accumulator import UNFINISHED, StreamAccumulator
from .last_reply import remember
from .sources import ACCEPTED, Source, as_source, is_completion

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Generator

    from minimax_nb.message.events import StreamEvent

_TIMEOUTS = {"APITimeoutError", "TimeoutException", "TimeoutError", "Timeout"}
_DROPS = {
    *("APIConnectionError", "TransportError", "ConnectionError"),  # openai; httpx; the operating system
    *("DecodingError", "HTTPException", "ClientPayloadError", "ChunkedEncodingError"),  # a body cut midway
}
_INTERRUPTED = "it was stopped by the reader"


def collect(source: Any, *, on_event: Callable[[StreamEvent], object] | None = None) -> Reply:
    """Read a reply to its end, without a display.

    Args:
        source: a stream, a completion, a ``Reply``, or an iterable of chunks: SDK objects, dicts, or lines of
            server-sent events.
        on_event: called with every event, while the reply streams.

    Returns:
        The reply. One that ends before its finish reason, or at its token limit, is returned too, marked by
        ``partial_reason``.

    Raises:
        StreamCutError: the connection dropped.
        StreamTimeoutError: the source fell silent for longer than the client's read timeout.
        StreamServiceError: the service reported an error inside the stream, or under HTTP 200.
        StreamFormatError: what came is no chat completion.
        StreamInterrupted: you pressed stop.

    Each of them holds the part that arrived, in ``reply``.
    """
    acc = StreamAccumulator()
    events = drive(source, acc)
    with closing(events):
        try:
            for event in events:
                if on_event is not None:
                    on_event(event)
        except StreamInterrupted:
            raise
        except KeyboardInterrupt:  # inside on_event
            events.close()
            raise StreamInterrupted(acc.finish()) from None
    return acc.finish()


async def acollect(source: Any, *, on_event: Callable[[StreamEvent], object] | None = None) -> Reply:
    """Read a reply to its end, without a display; the twin of ``collect`` for asynchronous sources.

    Args:
        source: what ``collect`` takes, an asynchronous stream or iterable of chunks, or an awaitable of one.
        on_event: called with every event, while the reply streams.

    Returns:
        The reply, as ``collect`` does.

    Raises:
        StreamError: as ``collect`` does.
        StreamInterrupted: you pressed stop.
        asyncio.CancelledError: the task was cancelled; the part that arrived is in ``last_reply()``.
    """
    acc = StreamAccumulator()
    events = adrive(source, acc)
    async with aclosing(events):
        try:
            async for event in events:
                if on_event is not None:
                    on_event(event)
        except StreamInterrupted:
            raise
        except KeyboardInterrupt:  # inside on_event
            await events.aclose()
            raise StreamInterrupted(acc.finish()) from None
    return acc.finish()


def drive(source: Any, acc: StreamAccumulator) -> Generator[StreamEvent, None, None]:
    """Feed a source to an accumulator and yield what it says; then ``acc.finish()`` is the reply.

    Whatever happens, the source is closed and the accumulator ended. A consumer that stops early closes the generator
    (``contextlib.closing``); the reply is then marked "interrupted".

    Args:
        source: what ``collect`` takes.
        acc: a new accumulator.

    Yields:
        The events, at the end those that ``acc.settle()`` gives.

    Raises:
        StreamError: the source failed, as ``collect`` says.
        StreamInterrupted: you pressed stop.
    """
    if _whole(source, acc):
        yield from acc.settle()
        return
    if hasattr(source, "__aiter__") or inspect.isawaitable(source):
        if inspect.iscoroutine(source):
            source.close()
        raise StreamFormatError(
            f"expected {ACCEPTED}; got an asynchronous {type(source).__name__}: await acollect(...) or ashow(...)"
        )
    opened = as_source(source)
    acc.origin = opened.origin
    try:
        for chunk in opened.chunks():
            yield from acc.feed(chunk)
            if acc.service_error is not None:
                break
    except BaseException as error:  # noqa: BLE001 - sorted below, and always raised again or as our own
        _close(opened, acc)
        _broke_off(error, opened, acc)
    else:
        _close(opened, acc)
        _ended(opened, acc)
    yield from acc.settle()


async def adrive(source: Any, acc: StreamAccumulator) -> AsyncGenerator[StreamEvent, None]:
    """Feed a source to an accumulator and yield what it says; the twin of ``drive`` for asynchronous sources.

    Args:
        source: what ``acollect`` takes.
        acc: a new accumulator.

    Yields:
        The events, at the end those that ``acc.settle()`` gives.

    Raises:
        StreamError: the source failed, as ``collect`` says.
        StreamInterrupted: you pressed stop.
        asyncio.CancelledError: the task was cancelled.
    """
    if inspect.isawaitable(source):
        source = await source
    if _whole(source, acc):
        for event in acc.settle():
            yield event
        return
    opened = as_source(source)
    acc.origin = opened.origin
    try:
        async for chunk in opened.achunks():
            for event in acc.feed(chunk):
                yield event
            if acc.service_error is not None:
                break
    except BaseException as error:  # noqa: BLE001 - sorted below, and always raised again or as our own
        await _aclose(opened, acc)
        _broke_off(error, opened, acc)
    else:
        await _aclose(opened, acc)
        _ended(opened, acc)
    for event in acc.settle():
        yield event


def _whole(source: Any, acc: StreamAccumulator) -> bool:
    """Take a source that holds its whole reply already."""
    if isinstance(source, Reply):
        remember(acc.adopt(source), new=False)
        return True
    if not is_completion(source):
        return False
    try:
        remember(acc.adopt(from_completion(source)))
    except StreamError as error:
        if error.reply is not None:
            error.reply = remember(acc.adopt(error.reply))
        raise
    return True


def _ended(source: Source, acc: StreamAccumulator) -> None:
    """The source gave all it had: the reply is whole, cut, refused, or was none at all."""
    if acc.service_error is not None:
        _raise_service_error(acc.service_error, source, acc)
    if not acc.chunks:
        got = f"got {source.garbage!r}" if source.garbage else "got nothing that looks like one"
        raise StreamFormatError(
            f"expected the chunks of a chat completion, {got}; check that the base URL points at a chat completions "
            "service",
            reply=_finish(acc, "cut", "what came was no chat completion"),
        )
    told = f"{UNFINISHED}, and held what is no part of a reply: {source.garbage!r}" if source.garbage else None
    remember(acc.finish(problem=told))


def _broke_off(error: BaseException, source: Source, acc: StreamAccumulator) -> None:
    """Sort an exception that the source, or the consumer, raised; returns only if the reply is whole all the same."""
    if isinstance(error, GeneratorExit | asyncio.CancelledError):
        _finish(acc, "interrupted", _INTERRUPTED)
        raise error
    if isinstance(error, KeyboardInterrupt):
        raise StreamInterrupted(_finish(acc, "interrupted", _INTERRUPTED)) from None
    kinds = {kind.__name__ for kind in type(error).__mro__}
    if "APIStatusError" in kinds or not isinstance(error, Exception) or isinstance(error, StreamServiceError):
        _finish(acc, "error", source.redacted(str(error)))
        raise error
    if kinds & (_TIMEOUTS | _DROPS):
        if acc.finished:
            remember(acc.finish())  # only the connection's farewell is missing
            return
        if kinds & _TIMEOUTS:
            _raise_timeout(error, source, acc)
        problem = f"the connection dropped before the reply was whole ({_name(error)})"
        raise StreamCutError(
            f"{problem}; the part that arrived is in .reply. Ask again, or ask to go on from there",
            reply=_finish(acc, "cut", problem),
        ) from error
    if "APIError" in kinds:
        body = getattr(error, "body", None)
        _raise_service_error(read_service_error(body if isinstance(body, dict) else str(error)), source, acc, error)
    if isinstance(error, json.JSONDecodeError | StreamFormatError):
        problem = source.redacted(f"what came is not the stream of a chat completion: {error}")
        raise StreamFormatError(problem, reply=_finish(acc, "error", problem)) from error
    _finish(acc, "error", source.redacted(f"{_name(error)}: {error}"))
    error.add_note("the part of the reply that arrived is in minimax_nb.last_reply()")
    raise error


def _raise_timeout(error: BaseException, source: Source, acc: StreamAccumulator) -> NoReturn:
    seconds = source.read_timeout
    silence = "for longer than the read timeout" if seconds is None else f"for {seconds:g} s, the client's read timeout"
    problem = f"the service fell silent {silence}"
    raise StreamTimeoutError(
        f"{problem}; the part that arrived is in .reply. To wait longer: client.with_options(timeout=seconds)",
        reply=_finish(acc, "cut", problem),
    ) from error


def _raise_service_error(
    reported: ServiceError, source: Source, acc: StreamAccumulator, cause: BaseException | None = None
) -> NoReturn:
    message = source.redacted(reported.message)
    raise StreamServiceError(message, reply=_finish(acc, "error", message), code=reported.code) from cause


def _finish(acc: StreamAccumulator, reason: Any, problem: str) -> Reply:
    return remember(acc.finish(reason, problem))


def _close(source: Source, acc: StreamAccumulator) -> None:
    with suppress(Exception):  # what is being reported matters more than a failure to say goodbye
        source.close()
    _take_end(source, acc)


async def _aclose(source: Source, acc: StreamAccumulator) -> None:
    with suppress(Exception):
        await source.aclose()
    _take_end(source, acc)


def _take_end(source: Source, acc: StreamAccumulator) -> None:
    """What a closed source knows of its end."""
    acc.ended = acc.ended or source.done
    if source.elapsed_s is not None:
        acc.started_before(source.elapsed_s)


def _name(error: BaseException) -> str:
    """The name of the error that lies at the bottom: the SDK wraps the one of the connection."""
    return type(error.__cause__ or error).__name__
