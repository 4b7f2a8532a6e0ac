"""From the replies and tool results of a run, or from its messages, to its steps."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any

from minimax_nb.message.calls import read_tool_calls
from minimax_nb.message.events import RoundEnded, RunEvent, ToolResult
from minimax_nb.message.media_words import pictures_in
from minimax_nb.message.parts import content_text, read_message
from minimax_nb.message.reply import Reply, ToolCall, Usage
from minimax_nb.message.sdk_objects import as_dict

from .steps import Kind, Round, Step

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

_NOISE_S = 0.05
"""Below this a tool's time is the machine's noise; it counts as none, so that a saved notebook stays the same."""


class StepRecorder:
    """Collects the steps of a run, from its events or from messages.

    Attributes:
        now: seconds of work so far.
    """

    def __init__(self) -> None:
        self.now = 0.0
        self._replied_s = 0.0
        self._timed = False
        self._hurried = False
        self._steps: list[Step] = []
        self._rounds: list[Round] = []
        self._calls: dict[str, ToolCall] = {}
        self._order: dict[str, int] = {}  # of the calls of the last reply

    @classmethod
    def of(cls, steps: Iterable[Step], rounds: Iterable[Round]) -> StepRecorder:
        """A recorder that goes on after these steps and rounds.

        Args:
            steps: what has happened.
            rounds: the requests that they belong to.
        """
        recorder = cls()
        recorder._steps, recorder._rounds = list(steps), list(rounds)
        known = [step for step in recorder._steps if step.started_s is not None and step.duration_s is not None]
        ends = [(step.started_s or 0.0) + (step.duration_s or 0.0) for step in known]
        ends += [
            entry.started_s + (entry.timing.total_s or 0.0) for entry in recorder._rounds if entry.started_s is not None
        ]
        recorder._timed = bool(ends)
        recorder.now = recorder._replied_s = max(ends, default=0.0)
        for step in recorder._steps:
            if step.kind == "call" and step.call_id:
                recorder._calls[step.call_id] = ToolCall(step.call_id, step.name or "", step.arguments or "")
        return recorder

    def message(self, message: Mapping[str, Any] | Any) -> None:
        """A message whose time is not known: of a dict, a ``Reply`` or an SDK object.

        Raises:
            TypeError: it is none of them.
        """
        if isinstance(message, Reply):
            self.reply(message)
            return
        data = as_dict(message)
        if not data:
            raise TypeError(
                f"expected a message, a dict with a role, got {type(message).__name__} {str(message)[:60]!r}"
            )
        role, text = data.get("role"), content_text(data.get("content"))
        if role == "assistant":
            reasoning, content, _ = read_message(data)
            self.reply(Reply(message=data, reasoning=reasoning, content=content, tool_calls=read_tool_calls(data)))
        elif role in {"tool", "function"}:
            call_id = str(data.get("tool_call_id") or "")
            call = self._calls.get(call_id)
            name = data.get("name") if call is None else call.name
            self._add_result(
                None if name is None else str(name), call_id, text, arguments=None if call is None else call.arguments
            )
        else:
            kind: Kind = "system" if role in {"system", "developer"} else "user"
            pictures = pictures_in(data.get("content"))
            self._steps.append(Step(kind, len(self._rounds) + 1, text, pictures=pictures))

    def reply(self, reply: Reply, elapsed_s: float | None = None) -> None:
        """A reply of the model: a new round.

        Args:
            reply: the reply, whole or partial.
            elapsed_s: seconds from request to end by the caller's clock, for a reply that does not say itself. Where
                a tape says more than twice as much, it is played without its pauses, and the times of tools, which
                ran by this machine's clock, count as none: a saved notebook stays the same.
        """
        timing, usage = reply.timing, reply.usage
        total = elapsed_s if timing.total_s is None else timing.total_s
        # A tape that is played without its pauses: its times and this machine's are of different clocks.
        self._hurried = elapsed_s is not None and timing.total_s is not None and elapsed_s < timing.total_s / 2
        started = None if total is None else self.now
        self._rounds.append(
            Round(
                number=len(self._rounds) + 1,
                model=reply.model,
                finish_reason=reply.finish_reason,
                partial_reason=reply.partial_reason,
                usage=usage,
                timing=timing,
                origin=reply.origin,
                started_s=_rounded(started),
            )
        )
        thinks = bool(reply.reasoning.strip())
        spoken = int(bool(reply.content.strip())) + len(reply.tool_calls)
        think_tokens, rest_tokens = _divided(usage, thinks, spoken)
        begin, first, last = started or 0.0, timing.first_token_s, timing.last_token_s
        # Where thinking and speaking are not told apart by the clock, the parts of a reply have no time of their own.
        split = thinks and timing.reasoning_s is not None
        middle = None if first is None else first + (timing.reasoning_s or 0.0) if split else None if thinks else first
        if thinks:
            end = middle if spoken else last
            self._add("think", *_span(begin, first, end), text=reply.reasoning, tokens=think_tokens)
        alone = spoken == 1
        start, length = _span(begin, middle, last)
        rest = (start, length if alone else None, rest_tokens if alone else None)
        if reply.content.strip():
            self._add("answer", rest[0], rest[1], text=reply.content, tokens=rest[2])
        self._order = {call.id: at for at, call in enumerate(reply.tool_calls)}
        for call in reply.tool_calls:
            self._calls[call.id] = call
            self._add(
                "call", rest[0], rest[1], tokens=rest[2], name=call.name, arguments=call.arguments, call_id=call.id
            )
        if total is not None:
            self._timed = True
            self.now += total
        self._replied_s = self.now

    def event(self, event: RunEvent) -> range:
        """An event of a run; those that add no step are passed over.

        Returns:
            The places of the steps that it adds.
        """
        match event:
            case RoundEnded(reply=reply, elapsed_s=elapsed):
                count = len(self._steps)
                self.reply(reply, elapsed)
                return range(count, len(self._steps))
            case ToolResult():
                place = self.result(
                    event.call,
                    event.text,
                    error=event.error is not None,
                    started_s=event.started_s,
                    duration_s=event.duration_s,
                )
                return range(place, place + 1)
        return range(0)

    def result(
        self, call: ToolCall, text: str, *, error: bool = False, started_s: float = 0.0, duration_s: float | None = None
    ) -> int:
        """What a tool gave. Whichever tool is done first, results stand in the order of their calls.

        Args:
            call: the call that it answers.
            text: what the model is told.
            error: whether the tool failed.
            started_s: when it began, in seconds from the end of the reply that called it.
            duration_s: how long it took, in seconds.

        Returns:
            The place of its step; those from there on have moved by one.
        """
        start = self._replied_s + self._tick(started_s)
        length = None if duration_s is None else self._tick(duration_s)
        known = None if duration_s is None else start
        if length is not None:
            self.now = max(self.now, start + length)
        return self._add_result(call.name, call.id, text, known, length, arguments=call.arguments, error=error)

    def _add_result(
        self,
        name: str | None,
        call_id: str,
        text: str,
        started_s: float | None = None,
        duration_s: float | None = None,
        *,
        arguments: str | None = None,
        error: bool = False,
    ) -> int:
        """Add a result before those of the same turn that answer later calls; give its place."""
        self._add(
            "result",
            started_s,
            duration_s,
            text=text,
            name=name,
            arguments=arguments,
            call_id=call_id,
            error=error,
        )
        place = len(self._steps) - 1
        at = self._order.get(call_id, len(self._order))
        while self._answers_later(self._steps[place - 1], at):
            place -= 1
        self._steps.insert(place, self._steps.pop())
        return place

    def _answers_later(self, step: Step, at: int) -> bool:
        """Whether a step is the result of a call of this turn after the one at ``at``."""
        same = step.kind == "result" and step.round == len(self._rounds)
        return same and self._order.get(step.call_id or "", -1) > at

    def _tick(self, seconds: float) -> float:
        return 0.0 if self._hurried or seconds < _NOISE_S else round(seconds, 2)

    def __len__(self) -> int:
        return len(self._steps)

    def steps(self, start: int = 0) -> tuple[Step, ...]:
        """The steps so far, from the one at ``start`` on, with their share of the whole."""
        steps = self._steps[start:]
        if not self._timed or self.now <= 0:
            return tuple(steps)
        return tuple(
            step if step.duration_s is None else replace(step, share=round(step.duration_s / self.now, 4))
            for step in steps
        )

    def rounds(self) -> tuple[Round, ...]:
        """The rounds so far."""
        return tuple(self._rounds)

    def _add(
        self,
        kind: Kind,
        started_s: float | None = None,
        duration_s: float | None = None,
        *,
        text: str = "",
        tokens: int | None = None,
        name: str | None = None,
        arguments: str | None = None,
        call_id: str | None = None,
        error: bool = False,
    ) -> None:
        speed = tokens / duration_s if tokens and duration_s else None
        self._steps.append(
            Step(
                kind=kind,
                round=max(1, len(self._rounds)),
                text=text,
                name=name,
                arguments=arguments,
                call_id=call_id,
                error=error,
                started_s=_rounded(started_s),
                duration_s=_rounded(duration_s),
                tokens=tokens,
                tokens_per_s=None if speed is None else round(speed, 2),
            )
        )


def steps_of(messages: Iterable[Any]) -> tuple[tuple[Step, ...], tuple[Round, ...]]:
    """The steps and rounds of a list of messages, without times.

    Args:
        messages: dicts, ``Reply`` values or SDK objects.

    Raises:
        TypeError: one of them is no message.
    """
    recorder = StepRecorder()
    for message in messages:
        recorder.message(message)
    return recorder.steps(), recorder.rounds()


def _divided(usage: Usage, thinks: bool, spoken: int) -> tuple[int | None, int | None]:
    """The tokens of the thinking and of all the rest of a reply."""
    whole, thinking = usage.completion_tokens, usage.reasoning_tokens
    if not thinks:
        return None, whole
    if not thinking:  # not counted apart: 0 is what back ends say that do not count
        return (None if spoken else whole), None
    return thinking, None if whole is None or whole < thinking else whole - thinking


def _span(begin: float, start: float | None, end: float | None) -> tuple[float | None, float | None]:
    """Start and duration, on the run's clock."""
    if start is None:
        return None, None
    return begin + start, None if end is None else max(0.0, end - start)


def _rounded(seconds: float | None) -> float | None:
    return None if seconds is None else round(seconds, 6)
