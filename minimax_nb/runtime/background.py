"""What goes on beside the thread that asks: in a thread with an event loop of its own, as a notebook's runs already.

A browser tab has no threads. There an async function runs in the loop of the tab, and what has to go on now and then
(``while_waiting``) is called wherever this process waits for its own server (``idle``).
"""

from __future__ import annotations

import asyncio
import concurrent.futures
import sys
import threading
import time
from contextlib import contextmanager
from functools import partial
from typing import TYPE_CHECKING, Any, TypeVar

from anyio import CancelScope
from anyio.from_thread import start_blocking_portal

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable, Iterator
    from contextvars import Context

_T = TypeVar("_T")
_WAIT_S = 0.2

THREADS = sys.platform not in ("emscripten", "wasi")
"""Whether this Python has threads; that of a browser tab has none."""
_idle: list[Callable[[], object]] = []
_pausing = _stopped = False
_tasks: set[asyncio.Task[Any]] = set()
"""What has been started in the loop of a tab: a loop alone does not keep its tasks alive."""


def run(function: Callable[[], Awaitable[_T]], *, on_interrupt: Callable[[], object] | None = None) -> _T:
    """Run an async function to its end, in a loop of its own, with a copy of this thread's context.

    An interrupt of this thread cancels it once, waits until it has tidied up, and goes on.

    Args:
        function: what to run, without arguments.
        on_interrupt: called at the first interrupt instead, to have the function end by itself and give its value; the
            second one cancels.

    Raises:
        asyncio.CancelledError: it was cancelled, not by an interrupt.
        BaseException: whatever it raises, a ``KeyboardInterrupt`` too.
    """
    if not THREADS:
        return _run_in_tab(function)
    settled = threading.Event()
    with start_blocking_portal(name="minimax-nb-background") as portal:
        future = portal.start_task_soon(partial(_to_its_end, function, settled))
        try:
            _wait_for(settled, on_interrupt)
        except KeyboardInterrupt:
            future.cancel()
            _wait_for(settled)
            raise
        try:
            value, error = future.result()
        except concurrent.futures.CancelledError:
            raise asyncio.CancelledError from None
    if error is not None:
        raise error
    return value  # type: ignore[no-any-return]


def start(function: Callable[[], Awaitable[Any]], context: Context) -> None:
    """Start an async function, in a loop of its own, and let it go on by itself, at most to the end of the process.

    Args:
        function: what to run, without arguments. It deals with its own errors.
        context: what a copy of is its context.
    """
    if not THREADS:
        task = asyncio.get_running_loop().create_task(_awaited(function), context=context.copy())
        _tasks.add(task)
        task.add_done_callback(_tasks.discard)
        return
    target = context.copy().run
    threading.Thread(target=target, args=(run, function), name="minimax-nb-background", daemon=True).start()


def call(function: Callable[[], object], name: str) -> None:
    """Call a function in a thread of its own, at most to the end of the process; here and now where there are none.

    Args:
        function: what to call. It deals with its own errors.
        name: the thread's.
    """
    if THREADS:
        threading.Thread(target=function, name=name, daemon=True).start()
    else:
        function()


@contextmanager
def while_waiting(function: Callable[[], object]) -> Iterator[None]:
    """Inside, have a function called now and then while this process waits for its own server."""
    _idle.append(function)
    try:
        yield
    finally:
        _idle.remove(function)


def idle() -> None:
    """Call what is to go on while this process waits."""
    for function in _idle:
        function()


def pause(seconds: float) -> None:
    """Wait a moment, in a tab so that what the page says gets through.

    Args:
        seconds: how long; an interrupt that comes in it in a tab is noticed at its end.

    Raises:
        KeyboardInterrupt: the reader has stopped it.
    """
    global _pausing, _stopped
    ffi = None if THREADS else _waiting_ffi()
    if ffi is None:
        time.sleep(seconds)
        return
    _pausing = True
    try:
        ffi.run_sync(asyncio.sleep(seconds))
        if _stopped:
            raise KeyboardInterrupt
    finally:
        _pausing = _stopped = False


def stop() -> None:
    """Interrupt what pauses, as a tab's page asks for; nothing happens where nothing does."""
    global _stopped
    _stopped = _pausing


def _waiting_ffi() -> Any | None:
    """Pyodide's bridge to JavaScript where it can wait: WebAssembly is suspended, and JavaScript goes on (JSPI)."""
    try:
        from pyodide import ffi  # type: ignore[import-not-found]
    except ImportError:
        return None
    return ffi if ffi.can_run_sync() else None


async def _awaited(function: Callable[[], Awaitable[_T]]) -> _T:
    return await function()


def _run_in_tab(function: Callable[[], Awaitable[_T]]) -> _T:
    """Wait in the loop that runs already."""
    if "pyodide" not in sys.modules:
        return asyncio.run(_awaited(function))
    ffi = _waiting_ffi()
    if ffi is None:
        raise RuntimeError(
            "expected a browser in which Python can wait for several things at once (JavaScript Promise Integration: "
            "Chrome or Edge 137, or later), got one without: ask one after the other, or open the lesson in such a one"
        )
    value: _T = ffi.run_sync(_awaited(function))
    return value


async def _to_its_end(
    function: Callable[[], Awaitable[Any]], settled: threading.Event
) -> tuple[Any, BaseException | None]:
    """The value of a function, or what it raised; handed over as a value, for some errors would end the loop."""

    async def guarded() -> tuple[Any, BaseException | None]:
        try:
            return await function(), None
        except asyncio.CancelledError:
            raise
        except BaseException as error:  # noqa: BLE001 - raised again in the thread that waits
            return None, error

    task = asyncio.create_task(guarded())
    try:
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            # Once, as asyncio does: a scope would cancel again whatever the function awaits to tidy up.
            task.cancel()
            with CancelScope(shield=True):
                await asyncio.wait([task])
        return task.result()
    finally:
        settled.set()


def _wait_for(event: threading.Event, on_interrupt: Callable[[], object] | None = None) -> None:
    """Wait in slices, so that an interrupt gets through on every platform; the first may be for another to take.

    Not for the thread: an interrupt in the middle of ``join`` makes Python 3.11 take it for ended.
    """
    try:
        while not event.wait(_WAIT_S):
            pass
    except KeyboardInterrupt:
        if on_interrupt is None:
            raise
        on_interrupt()
        _wait_for(event)
