"""The engine of a batch: workers over one iterator of rows, in one event loop."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from minimax_nb.errors import ResponseFormatError

from .row import RowRun, Stop
from .rows import RowError
from .table import Outcome

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from .checkpoint import Checkpoint
    from .job import Job
    from .rows import Rows
    from .sender import Sender
    from .table import Table

GRACE_S = 5.0
"""Seconds that an interrupted batch waits for what is in flight."""
_TICK_S = 0.5
_SYNC_S = 1.0
_YIELD_EVERY = 200


class Engine:
    """One run over the rows; to be run once.

    Args:
        job: what the rows have in common.
        rows: the rows.
        sender: what sends a request, at the pace and within the budget.
        table: where outcomes go.
        checkpoint: where they are written first, or None.
        concurrency: how many workers there are.
        dedupe: whether equal rows are asked once.
        on_error: "column", or "raise" to stop at the first row without an answer.
        tell: called twice a second while it runs.
    """

    def __init__(
        self,
        job: Job,
        rows: Rows,
        sender: Sender,
        table: Table,
        *,
        checkpoint: Checkpoint | None,
        concurrency: int,
        dedupe: bool,
        on_error: str,
        tell: Callable[[], object],
    ) -> None:
        self.failure: BaseException | None = None
        """What ended the run, where that is an error of ours or of a row under ``on_error="raise"``."""
        self.failure_in_words = ""
        self._job = job
        self._rows = rows
        self._sender = sender
        self._table = table
        self._checkpoint = checkpoint
        self._concurrency = concurrency
        self._dedupe = dedupe
        self._on_error = on_error
        self._tell = tell
        self._first: dict[str, int] = {}
        self._repeats: list[tuple[int, int]] = []
        self._occurrences: dict[str, int] = {}
        self._loop = asyncio.get_running_loop()

    async def run(self) -> None:
        """Ask for all rows, or as many as may be; what is done is in the table."""
        positions = iter(range(len(self._rows)))
        workers = [asyncio.create_task(self._work(positions)) for _ in range(min(self._concurrency, len(self._rows)))]
        beside = [asyncio.create_task(self._tick())]
        if self._checkpoint is not None:
            beside.append(asyncio.create_task(self._sync(self._checkpoint)))
        try:
            await self._wait_for(workers)
            self._enter_what_is_known(positions)
            self._enter_repeats()
        finally:
            for task in (*workers, *beside):
                task.cancel()
            await asyncio.gather(*workers, *beside, return_exceptions=True)
            self._sync_at_last()

    def interrupt(self) -> None:
        """Send nothing more, from any thread; what is in flight has a few seconds."""
        with suppress(RuntimeError):  # it has ended
            self._loop.call_soon_threadsafe(self._sender.stop, "interrupted", "")

    async def _wait_for(self, workers: list[asyncio.Task[None]]) -> None:
        if not workers:
            return
        everything = asyncio.ensure_future(asyncio.wait(workers))
        stopping = asyncio.ensure_future(self._sender.stopping.wait())
        try:
            await asyncio.wait({everything, stopping}, return_when=asyncio.FIRST_COMPLETED)
            interrupted = self._table.stopped == "interrupted" or self.failure is not None
            await asyncio.wait({everything}, timeout=GRACE_S if interrupted else None)
        finally:
            everything.cancel()
            stopping.cancel()

    async def _work(self, positions: Iterator[int]) -> None:
        while not self._sender.stopping.is_set():
            if (position := next(positions, None)) is None:
                return
            try:
                await self._row(position)
            except Stop:
                return
            except Exception as error:  # noqa: BLE001 - of the checkpoint, or of ours: raised when all have stopped
                self._fail(error, "it could not go on")
                return

    async def _row(self, position: int) -> None:
        try:
            messages = self._rows.messages(position)
            key = self._key(position, messages)
        except RowError as error:
            self._enter(position, Outcome(error=str(error), kind=error.kind), error)
            return
        if key in self._first:
            self._repeats.append((position, self._first[key]))
            return
        self._first[key] = position
        if (found := self._found(key)) is not None:
            self._enter(position, found)
            if position % _YIELD_EVERY == 0:  # rows of a checkpoint take no turn of the loop
                await asyncio.sleep(0)
            return
        run = RowRun(self._job, messages, self._sender)
        outcome = None
        try:
            try:
                outcome = await run.outcome()
            finally:  # also of a row that was stopped: what it has cost counts
                if self._checkpoint is not None and (line := run.line(key)) is not None:
                    self._checkpoint.add(line)
        finally:  # also where the disk is full: the answer is there, and paid for
            if outcome is not None:
                self._enter(position, outcome, run.error)

    def _key(self, position: int, messages: list[Any]) -> str:
        try:
            key = self._job.key(messages)
        except (TypeError, ValueError, RecursionError) as error:
            raise RowError(self._rows.label(position), f"expected messages that JSON can hold ({error})") from error
        if self._dedupe:
            return key
        nth = self._occurrences[key] = self._occurrences.get(key, -1) + 1
        return self._job.key(messages, nth) if nth else key

    def _found(self, key: str) -> Outcome | None:
        """What the checkpoint has of a row, if it was answered."""
        line = self._checkpoint.lines.pop(key, None) if self._checkpoint is not None else None
        if line is None or line.get("error") is not None:
            return None
        try:
            return Outcome.of_line(line, self._job.format)
        except ResponseFormatError:
            return None

    def _enter(self, position: int, outcome: Outcome, error: BaseException | None = None) -> None:
        self._table.enter(position, outcome)
        if outcome.error is not None and self._on_error == "raise":
            self._fail(error or RowError(self._rows.label(position), outcome.error), "a row has no answer")

    def _enter_what_is_known(self, positions: Iterator[int]) -> None:
        """Enter what the checkpoint has of the rows that were not come to, as the run was stopped."""
        if self._checkpoint is None or not self._checkpoint.lines:
            return
        for position in positions:
            with suppress(RowError):
                key = self._key(position, self._rows.messages(position))
                if key in self._first:
                    self._repeats.append((position, self._first[key]))
                elif (found := self._found(key)) is not None:
                    self._first[key] = position
                    self._table.enter(position, found)

    def _enter_repeats(self) -> None:
        for position, first in self._repeats:
            if (outcome := self._table.outcomes.get(first)) is not None:
                paid = 0.0 if outcome.cost is not None else None
                self._table.enter(position, replace(outcome, cost=paid, attempts=0))
                self._table.repeated += not outcome.from_checkpoint

    def _fail(self, error: BaseException, why: str) -> None:
        if self.failure is None:
            self.failure, self.failure_in_words = error, self._sender.in_words(error)
        self._sender.stop("refused", self.failure_in_words, why)

    async def _tick(self) -> None:
        while True:
            self._tell()
            await asyncio.sleep(_TICK_S)

    def _sync_at_last(self) -> None:
        if self._checkpoint is not None:
            try:
                self._checkpoint.sync()
            except OSError as error:  # the answers are there still, in the result
                self._fail(error, "it could not go on")

    async def _sync(self, checkpoint: Checkpoint) -> None:
        """Have what was written go to the disk once a second, beside the work: it may take a while."""
        loop = asyncio.get_running_loop()
        while True:
            await asyncio.sleep(_SYNC_S)
            with suppress(OSError):
                await loop.run_in_executor(None, checkpoint.sync)
