"""What a stream says, one class per kind of event, so that a ``match`` over them can be exhaustive.

``StreamAccumulator.feed`` yields the deltas; the deltas of one kind, joined, give the text of the reply, unless a
``Rewritten`` event says that the text so far has to be read anew.
"""

from __future__ import annotations

from dataclasses import dataclass


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
