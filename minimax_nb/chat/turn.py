"""One question of a chat: into the history, on show, into the trace, and taken back if it led to nothing."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING, Any, Self

from minimax_nb.agent.loop import NOT_FINISHED
from minimax_nb.errors import StreamInterrupted
from minimax_nb.message.events import Finished, RoundEnded, RunEvent, ToolResult
from minimax_nb.message.finish_reason import TAKEN_BACK
from minimax_nb.message.reply import Reply
from minimax_nb.stream.last_reply import last_reply_here, left_over

if TYPE_CHECKING:
    from collections.abc import Callable
    from types import TracebackType

    from minimax_nb.display.view import View
    from minimax_nb.message.reply import ToolCall
    from minimax_nb.steps.exchanges import Recollection
    from minimax_nb.steps.recorder import StepRecorder


class Turn:
    """A context in which a run takes place; give it the events.

    However the run ends, the view is finished and the history can be sent. An interrupt leaves it as
    ``StreamInterrupted``, with what had arrived.

    Attributes:
        reply: the last reply so far.
    """

    def __init__(
        self,
        messages: list[Any],
        question: dict[str, Any],
        *,
        recorder: StepRecorder,
        known: Recollection,
        open_view: Callable[[], View],
    ) -> None:
        self.reply = Reply(partial_reason="cut", problem="nothing has arrived yet")
        self._messages = messages
        self._recorder = recorder
        self._question = question
        self._known = known
        self._open_view = open_view
        self._recorded = False
        self._unanswered: dict[int, ToolCall] = {}
        self._reply_before = last_reply_here()
        self._view: View

    def __enter__(self) -> Self:
        self._view = self._open_view()
        self._messages.append(self._question)
        return self

    def take(self, event: RunEvent) -> None:
        """One more event of the run."""
        if isinstance(event, Finished):
            self.reply = event.reply
        elif isinstance(event, RoundEnded):
            self.reply = event.reply
            self._unanswered = dict(enumerate(event.reply.tool_calls))
            self._record_question()
        elif isinstance(event, ToolResult):
            self._unanswered.pop(event.position, None)
        self._recorder.event(event)
        self._known.event(event)
        self._view.feed(event)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if error is None:
            self._view.finish(self.reply)
            return
        for position, call in list(self._unanswered.items()):
            self.take(ToolResult(position, call, NOT_FINISHED, error="not finished"))
        partial = left_over(error, self._reply_before, self._messages)
        if partial is not self.reply and (partial.content or partial.reasoning or partial.tool_calls):
            self._record_question()
            self._recorder.reply(partial)
            self._known.reply(partial)
        if self._messages and self._messages[-1] is self._question:
            self._messages.pop()
            if partial.partial_reason == "interrupted":
                partial = replace(partial, problem=TAKEN_BACK)
        self._view.finish(partial)
        if isinstance(error, KeyboardInterrupt) and not isinstance(error, StreamInterrupted):
            raise StreamInterrupted(partial) from None

    def _record_question(self) -> None:
        if not self._recorded:
            self._recorder.message(self._question)
        self._recorded = True
