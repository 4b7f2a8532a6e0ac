"""Async functions beside a running loop: results, errors, interrupts, context; nothing left behind."""

from __future__ import annotations

import _thread
import asyncio
import subprocess
import sys
import threading
import time
from contextvars import ContextVar, copy_context
from types import ModuleType

import pytest

from minimax_nb.runtime import background

WHO: ContextVar[str] = ContextVar("WHO", default="nobody")


async def value() -> str:
    await asyncio.sleep(0)
    return WHO.get()


def test_a_result_comes_back_and_the_context_goes_along() -> None:
    token = WHO.set("a cell")
    try:
        assert background.run(value) == "a cell"
    finally:
        WHO.reset(token)
    assert background.run(value) == "nobody"


def test_it_runs_beside_a_loop_that_is_running() -> None:
    async def cell() -> str:
        return background.run(value)

    assert asyncio.run(cell()) == "nobody"


def test_one_inside_another_waits_for_none() -> None:
    async def outer() -> str:
        return background.run(value)

    assert background.run(outer) == "nobody"


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt(), SystemExit(3), GeneratorExit()])
def test_what_it_raises_is_raised_here(error: BaseException) -> None:
    async def fail() -> None:
        await asyncio.sleep(0)
        raise error

    with pytest.raises(type(error)) as caught:
        background.run(fail)
    assert caught.value is error
    assert background.run(value) == "nobody"


def test_its_own_cancellation_is_asyncios() -> None:
    async def cancelled() -> None:
        raise asyncio.CancelledError

    with pytest.raises(asyncio.CancelledError):
        background.run(cancelled)


def test_an_interrupt_cancels_once_and_waits_until_it_has_tidied_up() -> None:
    done: list[str] = []
    begun = threading.Event()

    async def work() -> None:
        begun.set()
        try:
            await asyncio.sleep(60)
        finally:
            done.append("cancelled")
            await asyncio.sleep(0.3)  # such as closing a connection
            done.append("tidy")

    def interrupt() -> None:
        begun.wait(10)
        time.sleep(0.1)
        _thread.interrupt_main()

    threading.Thread(target=interrupt).start()
    with pytest.raises(KeyboardInterrupt):
        background.run(work)
    assert done == ["cancelled", "tidy"]


def test_nothing_is_left_behind() -> None:
    before = threading.active_count()
    for _ in range(5):
        background.run(value)
    assert threading.active_count() == before


def test_what_is_started_goes_on_by_itself() -> None:
    seen: list[str] = []
    ended = threading.Event()

    async def work() -> None:
        await asyncio.sleep(0)
        seen.append(WHO.get())
        ended.set()

    context = copy_context()
    context.run(WHO.set, "a panel")
    background.start(work, context)
    assert ended.wait(10)
    assert seen == ["a panel"]


def test_a_process_ends_while_one_is_still_at_work() -> None:
    code = """
import asyncio, contextvars
from minimax_nb.runtime import background
async def work():
    await asyncio.sleep(600)
background.start(work, contextvars.copy_context())
"""
    subprocess.run([sys.executable, "-c", code], timeout=30, check=True)


class TestWithoutThreads:
    """In a browser tab the loop that runs already does it all."""

    @pytest.fixture(autouse=True)
    def no_threads(self, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(background, "THREADS", False)

    def test_a_result_comes_back(self) -> None:
        assert background.run(value) == "nobody"

    def in_a_browser(self, monkeypatch: pytest.MonkeyPatch, *, waits: bool) -> None:
        ffi = ModuleType("pyodide.ffi")
        ffi.can_run_sync, ffi.run_sync = (lambda: waits), asyncio.run  # type: ignore[attr-defined]
        pyodide = ModuleType("pyodide")
        pyodide.ffi = ffi  # type: ignore[attr-defined]
        monkeypatch.setitem(sys.modules, "pyodide", pyodide)
        monkeypatch.setitem(sys.modules, "pyodide.ffi", ffi)

    def test_a_browser_that_can_wait_waits(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.in_a_browser(monkeypatch, waits=True)
        assert background.run(value) == "nobody"

    def test_a_browser_that_cannot_wait_is_told_of_one_that_can(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.in_a_browser(monkeypatch, waits=False)
        with pytest.raises(RuntimeError, match="got one without: ask one after the other"):
            background.run(value)

    def test_a_stop_strikes_what_pauses_and_nothing_after_it(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.in_a_browser(monkeypatch, waits=True)
        background.stop()
        background.pause(0)
        sleep = asyncio.sleep

        async def stopped(seconds: float) -> None:
            background.stop()
            await sleep(seconds)

        monkeypatch.setattr(asyncio, "sleep", stopped)
        with pytest.raises(KeyboardInterrupt):
            background.pause(0)
        monkeypatch.setattr(asyncio, "sleep", sleep)
        background.pause(0)

    def test_a_browser_that_cannot_wait_pauses_all_the_same(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.in_a_browser(monkeypatch, waits=False)
        background.pause(0)

    def test_what_is_started_goes_on_in_the_loop(self) -> None:
        seen = []

        async def work() -> None:
            await asyncio.sleep(0)
            seen.append(WHO.get())

        async def cell() -> None:
            context = copy_context()
            context.run(WHO.set, "a panel")
            background.start(work, context)
            assert seen == []
            await asyncio.sleep(0.01)

        asyncio.run(cell())
        assert seen == ["a panel"]

    def test_what_is_called_is_called_at_once(self) -> None:
        seen = []
        background.call(lambda: seen.append(threading.current_thread()), "a name")
        assert seen == [threading.current_thread()]


def test_what_goes_on_while_waiting_is_called_until_its_end() -> None:
    seen = []
    with background.while_waiting(lambda: seen.append(1)):
        background.idle()
        background.idle()
    background.idle()
    assert seen == [1, 1]
