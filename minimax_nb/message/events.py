"""What a stream says, one class per kind of event, so that a ``match`` over them can be exhaustive.

``StreamAccumulator.feed`` yields the deltas; the deltas of one kind, joined, give the text of the reply, unless a
``Rewritten`` event says that the text so far has to be read anew. ``run_tools`` yields those of every reply, and
between them what the tools do.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from .reply import Reply, ToolCall


@dataclass(slots=True)
class ReasoningDelta:
    """More thinking: ``text`` continues the reasoning so far."""

    text: str


@dataclass(slots=True)
class TextDelta:
    """More answer: ``text`` continues the content so far."""

    text: str


@dataclass(slots=True)
class ToolCallDelta:
    """More of a tool call.

    Attributes:
        position: which call of this turn, 0-based, in order of arrival.
        id: its id so far ("" until known).
        name: its name so far ("" until known).
        arguments: the piece that continues its arguments, perhaps "".
    """

    position: int
    id: str
    name: str
    arguments: str


@dataclass(slots=True)
class Rewritten:
    """What was said so far has to be read anew; the full texts as they now stand.

    A closing tag came without its opening one, or a stream that looked like snapshots turned out to be incremental.
    """

    reasoning: str
    content: str


StreamEvent = ReasoningDelta | TextDelta | ToolCallDelta | Rewritten


@dataclass(slots=True)
class RoundStarted:
    """A request goes to the model; ``round`` counts from 1."""

    round: int


@dataclass(slots=True)
class RoundEnded:
    """The reply is there, whole or partial.

    Attributes:
        round: which request of this run it answers.
        reply: the reply; its message is the one that has gone into the history.
        elapsed_s: seconds from request to end, by this machine's clock.
    """

    round: int
    reply: Reply
    elapsed_s: float


@dataclass(slots=True)
class ApprovalRequested:
    """It is being decided whether a call may run.

    Attributes:
        position: which call of this turn, 0-based.
        call: the call.
    """

    position: int
    call: ToolCall


@dataclass(slots=True)
class ToolStarted:
    """A tool begins to run.

    Attributes:
        position: which call of this turn, 0-based.
        call: the call.
    """

    position: int
    call: ToolCall


@dataclass(slots=True)
class ToolResult:
    """A call is answered.

    Attributes:
        position: which call of this turn, 0-based.
        call: the call.
        text: what the model is told.
        shown: what the tool returned, if the reader should see more than the text (a table, a figure), or a tuple of
            such things from a list or dict; else None.
        error: why the tool gave nothing, for the reader; None when it did.
        started_s: when it began, in seconds from the end of the reply that called it.
        duration_s: how long it ran, in seconds; None when it did not run.
    """

    position: int
    call: ToolCall
    text: str
    shown: Any = None
    error: str | None = None
    started_s: float = 0.0
    duration_s: float | None = None


@dataclass(slots=True)
class Finished:
    """The run is over: ``reply`` calls no more tools."""

    reply: Reply


RunEvent = StreamEvent | RoundStarted | RoundEnded | ApprovalRequested | ToolStarted | ToolResult | Finished
