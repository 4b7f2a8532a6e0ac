"""From what a stream says to what a view has to change: events in, operations out. No kernel, no clock."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minimax_nb.message.events import ReasoningDelta, Rewritten, TextDelta, ToolCallDelta
from minimax_nb.render import reply_html as html
from minimax_nb.render.bundle import bundle
from minimax_nb.render.markdown.blocks import BlockStream
from minimax_nb.render.text.escape import escape_content
from minimax_nb.render.text.text import utf16_length

if TYPE_CHECKING:
    from minimax_nb.message.events import RunEvent
    from minimax_nb.message.reply import Reply

    from .framelog import Operation

THOUGHTS, ANSWER, CALLS, LABEL, NOTE, FOOTER, PAST = range(7)
"""The regions of a view, in the order in which the front end lists them."""


class Painter:
    """Keeps the HTML of one reply's regions and tells what has changed since the last frame."""

    def __init__(self) -> None:
        self._streams = {THOUGHTS: BlockStream(), ANSWER: BlockStream()}
        self._texts: dict[int, list[str]] = {THOUGHTS: [], ANSWER: []}
        self._calls: list[_GrowingCall] = []
        self._phase = "waiting"
        self._changed: list[Operation] = []
        self._lengths: dict[tuple[int, int], int] = {}
        self.size = 0
        """Bytes of model text so far."""

    def take(self, event: RunEvent) -> None:
        """One more event of the stream."""
        match event:
            case ReasoningDelta(text):
                self._append(THOUGHTS, text)
                self._enter("thinking")
            case TextDelta(text):
                self._append(ANSWER, text)
                self._enter("answering" if text.strip() or self._phase == "answering" else self._phase)
            case ToolCallDelta():
                self._grow(event)
                self._enter("calling")
            case Rewritten(reasoning, content):
                self._replace(THOUGHTS, reasoning)
                self._replace(ANSWER, content)
                self._enter("answering" if content.strip() else "thinking")

    def frame(self) -> list[Operation]:
        """What has changed since the last frame."""
        operations, self._changed = self._changed, []
        for region, stream in self._streams.items():
            operations += [self._splice(region, *change) for change in stream.frame()]
        for position, call in enumerate(self._calls):
            if (change := call.frame()) is not None:
                operations.append(self._splice(CALLS, position, *change))
        return operations

    def finish(self, reply: Reply) -> list[Operation]:
        """The last changes, which make the view equal to the finished reply."""
        cut = reply.partial_reason is not None
        for region, text in ((THOUGHTS, reply.reasoning), (ANSWER, reply.content)):
            if "".join(self._texts[region]) != text:
                self._replace(region, text)
        operations, self._changed = self._changed, []
        for region, stream in self._streams.items():
            operations += [self._splice(region, *change) for change in stream.finish(cut=cut)]
        calls = [html.tool_call(call) for call in reply.tool_calls]
        calls += [""] * (len(self._calls) - len(calls))
        operations += [self._splice(CALLS, position, 0, call) for position, call in enumerate(calls)]
        if reply.reasoning.strip():
            operations.append(self._splice(LABEL, 0, 0, html.thoughts_label(reply)))
        operations.append(self._splice(NOTE, 0, 0, html.note(reply)))
        operations.append(self._splice(FOOTER, 0, 0, html.footer(reply)))
        operations.append(("phase", "done"))
        operations.append(("say", _farewell(reply)))
        return operations

    def bundle(self, reply: Reply) -> dict[str, str]:
        """What stays on show in the end."""
        return bundle(reply)

    def _splice(self, region: int, block: int, keep: int, text: str) -> Operation:
        """A change as it travels: what is cut off varies less than what is kept, and packs better."""
        cut = self._lengths.get((region, block), 0) - keep
        self._lengths[region, block] = keep + utf16_length(text)
        return (region, block, cut, text)

    def _append(self, region: int, text: str) -> None:
        self._streams[region].feed(text)
        self._texts[region].append(text)
        self.size += _bytes(text)

    def _replace(self, region: int, text: str) -> None:
        self._streams[region].replace(text)
        self._texts[region] = [text]

    def _grow(self, event: ToolCallDelta) -> None:
        while len(self._calls) <= event.position:
            self._calls.append(_GrowingCall())
        self._calls[event.position].grow(event)
        self.size += _bytes(event.arguments)

    def _enter(self, phase: str) -> None:
        if phase != self._phase:
            self._phase = phase
            self._changed.append(("phase", phase))


class _GrowingCall:
    """One tool call while its arguments arrive: only what is new is written."""

    def __init__(self) -> None:
        self._name = ""
        self._opening = ""
        self._written: list[str] = []
        self._pending: list[str] = []
        self._units = 0

    def grow(self, event: ToolCallDelta) -> None:
        self._name = event.name
        if event.arguments:
            self._pending.append(event.arguments)

    def frame(self) -> tuple[int, str] | None:
        """How much of the HTML stays, in UTF-16 units, and what follows it; None when nothing has changed."""
        opening = html.call_opening(self._name)
        if opening == self._opening and not self._pending:
            return None
        new = escape_content("".join(self._pending))
        self._pending.clear()
        keep, text = self._units, new
        if opening != self._opening:
            self._opening = opening
            keep, text = 0, opening + "".join(self._written) + new
        self._written.append(new)
        self._units = keep + utf16_length(text)
        return keep, text + html.CALL_CLOSING


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def _farewell(reply: Reply) -> str:
    """What a screen reader is told in the end."""
    words = len(reply.content.split())
    return f"Reply finished, {words:,} {'word' if words == 1 else 'words'}" if reply.complete else "Reply broken off"
