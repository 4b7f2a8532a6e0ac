"""One row: asked, its tools run, its answer read in the form that was wanted, once more if it does not fit."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from minimax_nb.agent.calls import arun_calls
from minimax_nb.agent.loop import ToolLoop
from minimax_nb.client.explanation import explain
from minimax_nb.errors import ResponseFormatError
from minimax_nb.history.check import check_history

from .table import Outcome
from .verdict import judge

if TYPE_CHECKING:
    from minimax_nb.message.reply import Reply

    from .job import Job
    from .sender import Sender

_LONGEST_ERROR = 2_000


class Stop(Exception):  # noqa: N818 - no error: the run stops, and this row was not asked
    """The run stops; the row stays as it was."""


class RowRun:
    """The run of one row.

    Args:
        job: what the rows have in common.
        messages: the row's own.
        sender: what sends a request.

    Attributes:
        error: what was raised, for a row without an answer.
    """

    def __init__(self, job: Job, messages: list[Any], sender: Sender) -> None:
        self.error: BaseException | None = None
        self._job = job
        self._sender = sender
        history = [*job.shared, *messages]
        self._loop = ToolLoop(history, job.tools.values(), options=job.sent_options, response=job.format)
        self._plain = len(messages) == 1 and isinstance(messages[0].get("content"), str)
        self._given = len(messages)
        self._ended = False
        self._outcome = Outcome()
        self._thoughts: list[str] = []

    def line(self, key: str) -> dict[str, Any] | None:
        """What a checkpoint keeps of it; None where it has cost nothing and there is no answer.

        Args:
            key: the name of the row's question.
        """
        outcome = self._outcome
        if outcome.error is None and not self._ended:
            if outcome.prompt_tokens is None:
                return None
            outcome = replace(outcome, error="the run stopped before there was an answer")
        return outcome.line(key, self._loop.messages[len(self._job.shared) :], self._given)

    async def outcome(self) -> Outcome:
        """Ask until there is an answer.

        Raises:
            Stop: the run stops before there is one.
        """
        try:
            if not self._plain:  # a single text can be sent as it is
                schemas = [tool.schema for tool in self._job.tools.values()] or None
                check_history(self._loop.messages, tools=schemas, model=self._job.model).raise_if_refused()
            await self._answered()
        except Stop:
            raise
        except Exception as error:  # noqa: BLE001 - it is told in the row
            self._give_up(error)
        self._ended = True
        self._outcome.reasoning = "\n\n".join(self._thoughts) or self._outcome.reasoning
        return self._outcome

    async def _answered(self) -> None:
        while True:
            reply = await self._sender.ask(self._loop.request(), self._outcome)
            self._take(reply)
            calls = self._loop.take(reply)
            if calls:
                async for _ in arun_calls(self._loop, calls, None):
                    pass
                continue
            if fault := _fault(reply):
                self._outcome.error = fault
                return
            try:
                is_over = self._loop.is_over()
            except ResponseFormatError as error:
                raise ResponseFormatError(_cut_off(reply) or str(error), reply=reply) from None
            if is_over:
                self._outcome.parsed = self._loop.reply.parsed
                return

    def _take(self, reply: Reply) -> None:
        if reply.reasoning:
            self._thoughts.append(reply.reasoning)
        self._outcome.reply = reply.content
        self._outcome.reasoning = ""
        self._outcome.finish_reason = reply.finish_reason

    def _give_up(self, error: Exception) -> None:
        self.error = error
        text = self._sender.in_words(error)
        self._outcome.error = text[:_LONGEST_ERROR]
        self._outcome.error_code = code = judge(error).code
        if code is not None:  # the service's words may name what is of this request alone
            self._outcome.kind = f"{code}: {explain(error) or text}"


def _fault(reply: Reply) -> str | None:
    """Why a reply is no answer."""
    if reply.partial_reason == "length":
        return None if reply.content.strip() else _cut_off(reply)
    if reply.partial_reason is not None:
        return reply.problem or reply.partial_reason
    return None if reply.content.strip() else "the model answered nothing"


def _cut_off(reply: Reply) -> str | None:
    if reply.partial_reason != "length":
        return None
    where = "in the middle of the answer" if reply.content.strip() else "while the model was thinking"
    return f"the token limit was reached {where}: raise max_completion_tokens"
