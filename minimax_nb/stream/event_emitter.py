"""What is said of a reply while it streams, and how far that agrees with the reply at its end.

Thinking can stand in several fields at once; the first that speaks leads and the others are silent, so nothing is said
twice. Whatever turns out otherwise at the end is said by ``settle``.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from minimax_nb.message.events import ReasoningDelta, Rewritten, StreamEvent, TextDelta, ToolCallDelta
from minimax_nb.message.think import BLANKS, ThinkSplitter

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from minimax_nb.message.reply import ToolCall

THINK_TAGS = "<think>"
"""The source of thinking that stands in the content."""


class EventEmitter:
    """Turns the growth of fields into events."""

    def __init__(self) -> None:
        self._splitter = ThinkSplitter()
        self._leader: str | None = None
        self._reasoning: list[str] = []
        self._content: list[str] = []
        self._arguments: list[list[str]] = []
        self._block_ended = False
        self._knows_unopened = False

    def reasoning(self, source: str, delta: str, events: list[StreamEvent]) -> None:
        """A structured field of thinking grew by ``delta``."""
        leader = self._leader
        if source == leader or ((leader is None or leader == THINK_TAGS) and self._leads(source)):
            self._reasoning.append(delta)
            events.append(ReasoningDelta(delta))

    def reasoning_anew(self, source: str, whole: Callable[[], str], events: list[StreamEvent]) -> None:
        """A structured field of thinking has to be read anew, with ``whole``."""
        if self._leads(source):
            self._reasoning = [whole()]
            events.append(self._rewritten())

    def content(self, delta: str, events: list[StreamEvent]) -> bool:
        """The content grew by ``delta``.

        Returns:
            Whether thinking was in it.
        """
        splitter = self._splitter
        if splitter.plain:
            self._content.append(delta)
            events.append(TextDelta(delta))
            return False
        thought = splitter.feed_block(delta)
        if thought is None:
            return self._split(delta, events)
        if thought:
            self._think(thought, events)
        return bool(thought)

    def content_anew(self, whole: str, events: list[StreamEvent]) -> None:
        """The content is now ``whole``, other than was said."""
        self._start_content_again()
        self._split(whole, [])
        events.append(self._rewritten())

    def tool_call(self, delta: ToolCallDelta, events: list[StreamEvent]) -> None:
        """A tool call grew."""
        position, piece = delta.position, delta.arguments
        while len(self._arguments) <= position:
            self._arguments.append([])
        if piece:
            self._arguments[position].append(piece)
        events.append(delta)

    def settle(self, reasoning: str, content: str, calls: Sequence[ToolCall]) -> list[StreamEvent]:
        """The events that lead from what was said to what is true."""
        events: list[StreamEvent] = []
        said, answered = "".join(self._reasoning), "".join(self._content)
        if reasoning.startswith(said) and content.startswith(answered):
            if len(reasoning) > len(said):
                events.append(ReasoningDelta(reasoning[len(said) :]))
            if len(content) > len(answered):
                events.append(TextDelta(content[len(answered) :]))
        else:
            events.append(Rewritten(reasoning, content))
        self._reasoning, self._content = [reasoning], [content]
        for position, call in enumerate(calls):
            known = position < len(self._arguments)
            before = "".join(self._arguments[position]) if known else ""
            if not known or (len(call.arguments) > len(before) and call.arguments.startswith(before)):
                delta = ToolCallDelta(position, call.id, call.name, call.arguments[len(before) :])
                self.tool_call(delta, events)
        return events

    def _leads(self, source: str) -> bool:
        """Whether a structured field is the one that speaks; with the first of them, lone tags are text."""
        if self._leader is None:
            self._leader = source
        self._splitter.ignore_lone_closings()
        return source == self._leader

    def _split(self, text: str, events: list[StreamEvent]) -> bool:
        thought = False
        for kind, piece in self._splitter.feed(text):
            if kind == "text":
                self._content.append(piece)
                events.append(TextDelta(piece))
            elif kind == "reasoning":
                thought = True
                self._think(piece, events)
            else:
                self._block_ended = True
                if self._splitter.unopened and not self._knows_unopened:
                    self._turn_into_thinking(events)
        return thought

    def _think(self, piece: str, events: list[StreamEvent]) -> None:
        if self._leader is None:
            self._leader = THINK_TAGS
        if self._leader == THINK_TAGS:
            if self._block_ended:
                self._block_ended = False
                if self._reasoning:
                    piece = "\n\n" + piece
            self._reasoning.append(piece)
            events.append(ReasoningDelta(piece))

    def _turn_into_thinking(self, events: list[StreamEvent]) -> None:
        """A closing tag came alone: what was said as the answer was thinking."""
        self._knows_unopened = True
        if self._leader is None and self._content:
            self._leader = THINK_TAGS
            self._reasoning = ["".join(self._content).strip(BLANKS)]
            self._content = []
            events.append(self._rewritten())

    def _start_content_again(self) -> None:
        self._splitter = ThinkSplitter()
        self._knows_unopened = self._block_ended = False
        self._content = []
        if self._leader == THINK_TAGS:
            self._leader, self._reasoning = None, []
        elif self._leader is not None:
            self._splitter.ignore_lone_closings()

    def _rewritten(self) -> Rewritten:
        self._reasoning, self._content = ["".join(self._reasoning)], ["".join(self._content)]
        return Rewritten(self._reasoning[0], self._content[0])
