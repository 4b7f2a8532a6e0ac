"""One turn of a chat panel: in a thread of its own, with a loop of its own, so that it can be stopped at any moment."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from functools import partial
from typing import TYPE_CHECKING, Any

from minimax_nb.display.run_view import show_beside
from minimax_nb.message.events import Finished, RoundEnded, ToolResult
from minimax_nb.message.reply import Reply
from minimax_nb.runtime import background
from minimax_nb.widgets.frame_sender import FrameSender
from minimax_nb.widgets.run_painter import RunPainter

from .panel_view import PanelReply

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextvars import Context

    from minimax_nb.message.events import RunEvent
    from minimax_nb.message.reply import ToolCall

    from .attachments import Parts
    from .panel_host import PanelHost


class PanelTurn:
    """A question that is being answered; also the view that the chat shows its turn in.

    Attributes:
        question: its text.
        parts: the pictures and videos that go with it.
        view: the widget of the growing reply.
        reply: the last reply, once it has ended.
        error: what broke it off.
        stopping: whether the reader wants it to end.
        asks: the call that waits for the reader's leave.
    """

    def __init__(self, question: str, parts: Parts, changed: Callable[[], None]) -> None:
        self.question = question
        self.parts = parts
        self.view = PanelReply()
        self.reply: Reply | None = None
        self.error: BaseException | None = None
        self.stopping = False
        self.asks: ToolCall | None = None
        self._changed = changed
        self._frames = FrameSender(RunPainter(), self.view)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[Any] | None = None
        self._decision: asyncio.Future[bool | str] | None = None

    def start(self, chat: PanelHost, context: Context, ended: Callable[[PanelTurn], None]) -> None:
        """Begin.

        Args:
            chat: the conversation.
            context: of the cell that what tools print and show belongs to.
            ended: told when it is over, however that came about.
        """
        self._frames.start()

        background.start(partial(self._converse, chat, ended), context)

    def feed(self, event: RunEvent) -> None:
        """One more event of the run.

        Raises:
            asyncio.CancelledError: the reader has stopped it; for clients that do not let the loop do so.
        """
        if self.stopping and not isinstance(event, RoundEnded | Finished | ToolResult):
            raise asyncio.CancelledError
        self._frames.feed(event)
        if isinstance(event, ToolResult):
            show_beside(event.shown)

    def finish(self, reply: Reply) -> None:
        """The run is over."""
        if self.reply is None:
            self.reply = reply
            self._frames.finish(reply)

    def stop(self) -> None:
        """End it as soon as can be; also while a tool runs, which is then left to itself."""
        self.stopping = True
        if self._loop is not None and self._task is not None:
            with suppress(RuntimeError):  # the loop has ended meanwhile
                self._loop.call_soon_threadsafe(self._task.cancel)

    async def approve(self, call: ToolCall) -> bool | str:
        """Ask the reader for leave to run a call; a text is the reason why not."""
        self._decision = asyncio.get_running_loop().create_future()
        self.asks = call
        self._changed()
        try:
            return await self._decision
        finally:
            self.asks = None
            self._changed()

    def decide(self, *, yes: bool, why: str = "") -> None:
        """The reader's answer to ``approve``.

        Args:
            yes: whether the call may run.
            why: why it may not, for the model to read.
        """
        decision = self._decision
        if self.asks is not None and decision is not None and self._loop is not None:
            self._loop.call_soon_threadsafe(_settle, decision, yes or why)

    async def _converse(self, chat: PanelHost, ended: Callable[[PanelTurn], None]) -> None:
        self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
        try:
            if not self.stopping:
                text: list[Any] = [{"type": "text", "text": self.question}] if self.question.strip() else []
                content = [*text, *self.parts] if self.parts else self.question
                await chat.answer_in(self, content, self.approve)
        except BaseException as error:  # noqa: BLE001 - it is shown to the reader, who is the one to know
            self.error = error
        finally:
            stopped = self.error is None or isinstance(self.error, asyncio.CancelledError | KeyboardInterrupt)
            problem = None if stopped else f"{type(self.error).__name__}: {self.error}"
            self.finish(Reply(partial_reason="interrupted" if stopped else "error", problem=problem))
            ended(self)  # before the loop closes: it waits for a tool that was left to itself


def _settle(leave: asyncio.Future[bool | str], decision: bool | str) -> None:
    if not leave.done():
        leave.set_result(decision)
