"""Sender of requests: each at its turn, within the budget, and again where it failed in a way that passes."""

from __future__ import annotations

import asyncio
import json
import random
import time
from dataclasses import replace
from typing import TYPE_CHECKING, Any

from openai import AsyncOpenAI
from pydantic_core import from_json

from minimax_nb.catalog import cost_usd
from minimax_nb.client.endpoint import host_behind
from minimax_nb.client.explanation import in_words
from minimax_nb.client.hints import is_unknown_model
from minimax_nb.errors import StreamFormatError, StreamServiceError
from minimax_nb.message.completion import from_completion
from minimax_nb.message.reply import Origin, Reply
from minimax_nb.message.usage_log import session
from minimax_nb.stream.reading import acollect

from .row import Stop
from .verdict import Verdict, judge

if TYPE_CHECKING:
    from .budget import Budget, Reserved
    from .gate import Gate
    from .pacer import Pacer
    from .table import Outcome, Stopped, Table

_FIRST_BACKOFF_S = 0.5
_LONGEST_BACKOFF_S = 30.0
_SHORT_S = 0.2
_FAILURES_IN_A_ROW = 20
_LONGEST_SILENCE_S = 120.0
_LONGEST_HOLD_S = 3600.0


class Sender:
    """What sends a batch's requests.

    Args:
        client: an async client of this loop.
        pacer: says when a request may go.
        gate: says how many may be in flight.
        budget: says whether there is money and tokens left.
        table: where requests, tokens and costs are counted.
        attempts: requests for one reply, at most; refusals for their number apart.

    Attributes:
        stopping: set when nothing more is to be sent.
        waiting: what all wait for after a refusal: "1002 rate limit"; "" when nobody waits.
    """

    def __init__(
        self, client: Any, *, pacer: Pacer, gate: Gate, budget: Budget, table: Table, attempts: int, key: str
    ) -> None:
        self.stopping = asyncio.Event()
        self.waiting = ""
        self._client = client
        self._pacer = pacer
        self._gate = gate
        self._budget = budget
        self._table = table
        self._attempts = attempts
        self._secret = key
        self._landed = asyncio.Event()
        self._next_to_go = asyncio.Lock()  # one waits for a place at a time: a change of pace holds for all others
        self._failures = 0
        self._answered_at = time.monotonic()
        self._refused_since: float | None = None  # the first refusal that no answer has followed

    @property
    def held_s(self) -> float:
        """Seconds that all still have to wait after a refusal."""
        return self._pacer.held_s

    def stop(self, how: Stopped, problem: str, why: str = "") -> None:
        """Send nothing more; the first reason counts.

        Args:
            how: how the run ended.
            problem: what was said, such as the service's words; "" where there is no more to say.
            why: the reason in a few words, where ``how`` alone would be misleading.
        """
        if not self.stopping.is_set():
            self._table.stopped, self._table.problem, self._table.why = how, problem, why
            self.stopping.set()
            self._landed.set()

    async def ask(self, request: dict[str, Any], outcome: Outcome) -> Reply:
        """Send a request, again if need be.

        Args:
            request: the arguments of ``create``.
            outcome: the row's, in which requests, tokens and seconds are counted.

        Raises:
            Stop: nothing more is to be sent.
            Exception: what the last attempt raised.
        """
        attempt = 0
        characters = _characters(request["messages"])
        while True:
            reserved, generation = await self._turn(characters)
            self._table.requests += 1
            began = time.perf_counter()
            try:
                reply = await self._sent(request)
            except Exception as error:  # noqa: BLE001 - judged, and raised again where it is not worth another attempt
                verdict = judge(error)
                outcome.seconds = (outcome.seconds or 0.0) + _since(began)
                attempt += verdict.action != "wait"
                outcome.attempts += verdict.action != "wait"
                if isinstance(error, StreamServiceError) and error.reply is not None:
                    self._count(error.reply, outcome, characters)
                if verdict.action == "wait":
                    self._pacer.refused(generation, verdict.pause_s)
                    self._gate.narrow()
                    self.waiting = verdict.reason
                self._leave(reserved, 0)
                await self._after(error, verdict, attempt)
                continue
            outcome.attempts += 1
            self._answered(reply, outcome, _since(began), characters)
            usage = reply.usage
            self._leave(reserved, (usage.prompt_tokens or 0) + (usage.completion_tokens or 0))
            return reply

    def in_words(self, error: BaseException) -> str:
        """An error as one text, with its hint and without the key."""
        return in_words(error, self._secret)

    async def _turn(self, characters: int) -> tuple[Reserved, int]:
        """Wait until a request may go, and take its place.

        Returns:
            What was reserved for it, and the pacer's generation.

        Raises:
            Stop: none may go any more.
        """
        while True:
            await self._gate.enter()
            reserved = self._budget.estimate(characters)
            if self.stopping.is_set() or not self._budget.reserve(reserved):
                self._gate.leave()
                await self._wait_for_money()
                continue
            async with self._next_to_go:
                generation = self._pacer.generation
                if wait := self._pacer.place(reserved.tokens):
                    await self._sleep(wait)
            if not self.stopping.is_set() and generation == self._pacer.generation:
                if not self._pacer.held_s:
                    self.waiting = ""
                return reserved, generation
            self._leave(reserved, 0)

    async def _wait_for_money(self) -> None:
        """Wait until a request in flight has shown what it really cost, unless the budget is spent."""
        if self._budget.spent:
            self.stop("budget", "the budget is spent")
        if self.stopping.is_set():
            raise Stop
        self._landed.clear()
        await self._landed.wait()

    async def _sleep(self, seconds: float) -> None:
        if seconds < _SHORT_S:
            await asyncio.sleep(seconds)
            return
        try:
            await asyncio.wait_for(self.stopping.wait(), seconds)
        except TimeoutError:
            return

    def _leave(self, reserved: Reserved, used: int) -> None:
        self._pacer.settle(reserved.tokens, used)
        self._budget.release(reserved)
        self._gate.leave()
        self._landed.set()

    async def _sent(self, request: dict[str, Any]) -> Reply:
        completions = self._client.chat.completions
        if request.get("stream") or not isinstance(self._client, AsyncOpenAI):
            return await acollect(completions.create(**request))
        # The bytes, for the SDK would make objects of them that are taken apart again.
        raw = await completions.with_raw_response.create(**request)
        response = raw.http_response
        reply = from_completion(_read(response))
        if reply.origin is None and (host := host_behind(str(response.url), response.headers)):
            reply = replace(reply, origin=Origin("service", host))
        session.count(reply, fresh=True)
        return reply

    def _answered(self, reply: Reply, outcome: Outcome, measured_s: float, characters: int) -> None:
        self._pacer.answered()
        self._failures = 0
        self._answered_at = time.monotonic()
        self._refused_since = None
        self._count(reply, outcome, characters)
        told = reply.timing.total_s  # a tape's own time, the same on every run
        seconds = measured_s if told is None else told
        outcome.seconds = round((outcome.seconds or 0.0) + seconds, 6)
        tokens = reply.usage.completion_tokens
        outcome.tokens_per_s = reply.timing.tokens_per_s or (tokens / seconds if tokens and seconds > 0 else None)

    def _count(self, reply: Reply, outcome: Outcome, characters: int) -> None:
        usage = reply.usage
        outcome.count(usage, reply.cost)
        self._budget.count(reply, characters)
        self._table.tokens += (usage.prompt_tokens or 0) + (usage.completion_tokens or 0)
        self._table.completion_tokens += usage.completion_tokens or 0
        self._table.cost += reply.cost or 0.0
        self._table.list_cost += cost_usd(reply.model, usage) or 0.0
        self._table.unpriced += reply.cost is None

    async def _after(self, error: Exception, verdict: Verdict, attempt: int) -> None:
        """What a failed request leads to; returns if it is to be sent again.

        Raises:
            Stop: the run stops, and this row was not given up.
            Exception: the error, if the row is given up.
        """
        if verdict.action == "wait":
            now = time.monotonic()
            self._refused_since = now if self._refused_since is None else self._refused_since
            if now - self._refused_since < _LONGEST_HOLD_S:
                return
        self._failures += 1
        silent_s = time.monotonic() - self._answered_at
        hopeless = self._failures >= max(_FAILURES_IN_A_ROW, 2 * self._gate.limit) and (
            self._table.answered == self._table.resumed or (verdict.action == "again" and silent_s > _LONGEST_SILENCE_S)
        )
        if verdict.action in ("stop", "wait") or is_unknown_model(str(error)) or hopeless:
            self.stop("refused", self.in_words(error))
            raise error
        if verdict.action == "row" or attempt >= self._attempts:
            raise error
        backoff = min(_FIRST_BACKOFF_S * 2 ** (attempt - 1), _LONGEST_BACKOFF_S) * (0.5 + random.random())  # noqa: S311
        await self._sleep(backoff if verdict.pause_s is None else verdict.pause_s)
        if self.stopping.is_set():  # it may still have come to an answer: it counts as not asked
            raise Stop


def _since(began: float) -> float:
    """Seconds by the performance counter; none where it was set back."""
    return max(0.0, time.perf_counter() - began)


def _read(response: Any) -> Any:
    """The JSON of a response."""
    try:
        return from_json(response.content)
    except ValueError:  # half a character, as of an emoji at the token limit, is not to its taste
        try:
            return json.loads(response.content)
        except ValueError:
            raise StreamFormatError(
                f"expected a chat completion, got {response.text[:80]!r}; check that the base URL points at a chat "
                "completions service"
            ) from None


def _characters(messages: list[Any]) -> int:
    total = 0
    for message in messages:
        content = message.get("content") if isinstance(message, dict) else None
        if isinstance(content, str):
            total += len(content)
        elif isinstance(content, list):
            total += sum(len(str(part.get("text", ""))) for part in content if isinstance(part, dict))
    return total
