"""One batch from its settings to its result: what is checked before anything is sent, and what is put together."""

from __future__ import annotations

import asyncio
import hashlib
import warnings
from contextlib import ExitStack
from dataclasses import dataclass, field
from numbers import Integral, Real
from typing import TYPE_CHECKING, Any, Literal

from openai import AsyncOpenAI

from minimax_nb.catalog import find
from minimax_nb.client.default_model import default_model
from minimax_nb.client.sdk import async_client
from minimax_nb.errors import BatchError
from minimax_nb.hosts import address_of, host_of, minimax_region
from minimax_nb.message.reply import Usage

from .budget import Budget
from .checkpoint import Checkpoint, CheckpointInUseError
from .engine import Engine
from .gate import Gate
from .job import Job
from .pacer import Pacer, shared_pacer
from .rows import Rows
from .sender import Sender
from .table import Table
from .watch import Meter, open_watcher

if TYPE_CHECKING:
    import os

    import pandas as pd

Limit = float | Literal["documented"] | None

_WITHOUT_CHECKPOINT = 10_000
"""Rows from which on a batch without a checkpoint is warned about."""
_LOOK_AGAIN_S = 0.2


@dataclass(frozen=True, kw_only=True)
class Settings:
    """The arguments of ``batch`` but frame and prompt; what each means is said there.

    Raises:
        ValueError: a number is out of range, or ``on_error`` is neither "column" nor "raise".
    """

    model: str | None = None
    system: str | None = None
    response: Any = None
    tools: Any = None
    client: Any = None
    max_concurrency: int = 32
    requests_per_minute: Limit = "documented"
    tokens_per_minute: Limit = "documented"
    max_cost: float | None = None
    max_tokens_total: int | None = None
    attempts: int = 6
    checkpoint: str | os.PathLike[str] | None = None
    on_error: str = "column"
    dedupe: bool = True
    limit: int | None = None
    progress: bool | None = None
    request: dict[str, Any] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for name in ("max_concurrency", "attempts"):
            _check_whole(name, getattr(self, name), 1)
        if self.limit is not None:
            _check_whole("limit", self.limit, 0)
        if self.max_tokens_total is not None:
            _check_whole("max_tokens_total", self.max_tokens_total, 0)
        if self.max_cost is not None and not (_is_number(self.max_cost) and self.max_cost >= 0):
            raise ValueError(f"expected max_cost to be a number of US dollars from 0, got {self.max_cost!r}")
        for name in ("requests_per_minute", "tokens_per_minute"):
            value = getattr(self, name)
            if value not in (None, "documented") and not (_is_number(value) and value > 0):
                raise ValueError(f'expected {name} to be "documented", a number above 0 or None, got {value!r}')
        if self.on_error not in ("column", "raise"):
            raise ValueError(f'expected on_error to be "column" or "raise", got {self.on_error!r}')


class BatchRun:
    """A batch to be run once.

    Args:
        frame: the rows.
        prompt: what is asked of each.
        settings: all else.
        processes: how many share the limits per minute, this one included.
        gate: counts what is in flight, where several batches share it.
        patient: whether to wait where somebody else writes to the checkpoint.

    Raises:
        ValueError: as for ``batch``.
        TypeError: as for ``batch``.
        ConfigurationError: there is a limit in money and no price, or ``connect()`` fails.
    """

    def __init__(
        self,
        frame: Any,
        prompt: Any,
        settings: Settings,
        *,
        processes: int = 1,
        gate: Gate | None = None,
        patient: bool = False,
    ) -> None:
        self._settings = settings
        self._processes = processes
        self._gate = Gate(settings.max_concurrency) if gate is None else gate
        self._patient = patient
        self._rows = Rows(frame, prompt, limit=settings.limit, repeats=not settings.dedupe)
        self._client = settings.client
        if self._client is None:
            from minimax_nb.client.configure import default_client

            self._client = default_client()
        model = settings.model or default_model(self._client)
        base_url = str(getattr(self._client, "base_url", ""))
        self._job = Job(
            model=model,
            base_url=base_url,
            prompt=prompt,
            system=settings.system,
            tools=settings.tools,
            response=settings.response,
            request=settings.request,
        )
        self._key = str(getattr(self._client, "api_key", None) or "")
        self._budget = Budget(model, settings.max_cost, settings.max_tokens_total)
        self._pacer = self._paced(model, base_url)
        self._table = Table(len(self._rows))
        self._engine: Engine | None = None
        self._interrupted = False
        if settings.checkpoint is None and len(self._rows) >= _WITHOUT_CHECKPOINT:
            _warn(len(self._rows))

    def interrupt(self) -> None:
        """Send nothing more, from any thread."""
        self._interrupted = True
        if self._engine is not None:
            self._engine.interrupt()

    async def ask(self, *, own_loop: bool = True) -> None:
        """Ask for all rows, or as many as may be.

        Args:
            own_loop: whether the loop is one of our own, in which the client's connections cannot live.

        Raises:
            ConfigurationError: the checkpoint is of another batch, of another kind or in use.
            OSError: it cannot be read or written.
        """
        settings = self._settings
        with ExitStack() as stack:
            checkpoint = None
            if settings.checkpoint is not None:
                checkpoint = await self._opened(settings.checkpoint)
                stack.callback(checkpoint.close)
                self._count_what_was_spent(checkpoint)
            meter = Meter(self._table, self._rows.whole)
            watcher = open_watcher(wanted=settings.progress is not False)
            async with async_client(self._client, own=own_loop) as client:
                sender = Sender(
                    client.with_options(max_retries=0) if isinstance(client, AsyncOpenAI) else client,
                    pacer=self._pacer,
                    gate=self._gate,
                    budget=self._budget,
                    table=self._table,
                    attempts=settings.attempts,
                    key=self._key,
                )
                self._engine = Engine(
                    self._job,
                    self._rows,
                    sender,
                    self._table,
                    checkpoint=checkpoint,
                    concurrency=settings.max_concurrency,
                    dedupe=settings.dedupe,
                    on_error=settings.on_error,
                    tell=lambda: watcher.show(meter.now(sender)),
                )
                if self._interrupted:  # before there was anything to stop
                    sender.stop("interrupted", "")
                try:
                    await self._engine.run()
                except asyncio.CancelledError:
                    sender.stop("interrupted", "")
                    raise
                finally:
                    watcher.finish(meter.now(None))

    @property
    def problem(self) -> str:
        """Why it stopped before the end, in words; "" if it did not."""
        return self._table.problem or self._table.stopped if self._table.stopped != "complete" else ""

    def result(self) -> pd.DataFrame:
        """The frame of what was answered.

        Raises:
            BatchError: something ended the run that is no matter of the service.
        """
        out = self._table.frame(self._rows.index, parsed=self._job.format is not None)
        if self._engine is not None and (failure := self._engine.failure) is not None:
            raise BatchError(
                f"the batch stopped with {self._table.answered:,} of {self._table.rows:,} rows answered: "
                f"{self._engine.failure_in_words}\nWhat was answered is in .result",
                result=out,
            ) from failure
        return out

    async def _opened(self, path: str | os.PathLike[str]) -> Checkpoint:
        while True:
            try:
                return Checkpoint(path, self._job.header, self._job.shared)
            except CheckpointInUseError:
                if not self._patient:
                    raise
            await asyncio.sleep(_LOOK_AGAIN_S)

    def _paced(self, model: str, base_url: str) -> Pacer:
        """The pacer for this account; the documented limits are MiniMax's own, and hold for no other host."""
        settings = self._settings
        known = find(model) if minimax_region(host_of(base_url)) is not None else None
        requests, tokens = (
            (getattr(known, name) if known is not None else None) if wanted == "documented" else wanted
            for name, wanted in (
                ("requests_per_minute", settings.requests_per_minute),
                ("tokens_per_minute", settings.tokens_per_minute),
            )
        )
        requests, tokens = (limit and limit / self._processes for limit in (requests, tokens))
        account = hashlib.blake2b(f"{address_of(base_url)}\n{self._key}".encode(), digest_size=16).hexdigest()
        return shared_pacer(account, model, requests, tokens)

    def _count_what_was_spent(self, checkpoint: Checkpoint) -> None:
        for line in (*checkpoint.lines.values(), *checkpoint.earlier):
            usage = Usage(line.get("prompt_tokens"), line.get("completion_tokens"), None, line.get("cached_tokens"))
            self._budget.add(usage, line.get("cost"))


def _warn(rows: int) -> None:
    warnings.warn(
        f"{rows:,} rows without a checkpoint: after a crash all of them would have to be asked and paid for again. Say "
        'checkpoint="answers.jsonl"',
        stacklevel=4,
    )


def _check_whole(name: str, value: Any, least: int) -> None:
    if isinstance(value, bool) or not isinstance(value, Integral) or value < least:
        raise ValueError(f"expected {name} to be a whole number from {least}, got {value!r}")


def _is_number(value: Any) -> bool:
    return isinstance(value, Real) and not isinstance(value, bool)
