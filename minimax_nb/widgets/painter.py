"""From what a stream says to what a view has to change: events in, operations out. No kernel, no clock."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal

from minimax_nb.message.events import ReasoningDelta, Rewritten, TextDelta, ToolCallDelta
from minimax_nb.render import reply_html as html
from minimax_nb.render.bundle import bundle
from minimax_nb.render.markdown.blocks import BlockStream
from minimax_nb.render.regions import Region
from minimax_nb.render.text.escape import escape_content
from minimax_nb.render.text.markup import EMPTY, Html, join_html
from minimax_nb.render.text.text import utf16_length

from .operations import DONE, RegionSplice

if TYPE_CHECKING:
    from minimax_nb.message.events import RunEvent
    from minimax_nb.message.reply import Reply
    from minimax_nb.render.text.markup import Bundle

    from .operations import Operation, Phase


class Painter:
    """The painter of one reply: keeps the HTML of its regions, and tells what has changed since the last frame."""

    def __init__(self) -> None:
        self._streams = {Region.THOUGHTS: BlockStream(), Region.ANSWER: BlockStream()}
        self._texts: dict[Region, list[str]] = {Region.THOUGHTS: [], Region.ANSWER: []}
        self._calls: list[_GrowingCall] = []
        self._phase: Phase | Literal["waiting"] = "waiting"
        self._changed: list[Operation] = []
        self._lengths: dict[tuple[Region, int], int] = {}
        self.size = 0
        """Bytes of model text so far."""

    def take(self, event: RunEvent) -> None:
        """Take one more event of the stream."""
        match event:
            case ReasoningDelta(text):
                self._append(Region.THOUGHTS, text)
                self._enter("thinking")
            case TextDelta(text):
                self._append(Region.ANSWER, text)
                if text.strip():
                    self._enter("answering")
            case ToolCallDelta():
                self._grow(event)
                self._enter("calling")
            case Rewritten(reasoning, content):
                self._replace(Region.THOUGHTS, reasoning)
                self._replace(Region.ANSWER, content)
                self._enter("answering" if content.strip() else "thinking")

    def frame(self) -> list[Operation]:
        """Give what has changed since the last frame."""
        operations, self._changed = self._changed, []
        for region, stream in self._streams.items():
            operations += [self._splice(region, *change) for change in stream.frame()]
        for position, call in enumerate(self._calls):
            if (change := call.frame()) is not None:
                operations.append(self._splice(Region.CALLS, position, *change))
        return operations

    def finish(self, reply: Reply) -> list[Operation]:
        """Give the last changes, which make the view equal to the finished reply."""
        cut = reply.partial_reason is not None
        for region, text in ((Region.THOUGHTS, reply.reasoning), (Region.ANSWER, reply.content)):
            if "".join(self._texts[region]) != text:
                self._replace(region, text)
        operations, self._changed = self._changed, []
        for region, stream in self._streams.items():
            operations += [self._splice(region, *change) for change in stream.finish(cut=cut)]
        calls = [html.tool_call(call) for call in reply.tool_calls]
        calls += [EMPTY] * (len(self._calls) - len(calls))
        operations += [self._splice(Region.CALLS, position, 0, call) for position, call in enumerate(calls)]
        if reply.reasoning.strip():
            operations.append(self._splice(Region.LABEL, 0, 0, html.thoughts_label(reply)))
        operations.append(self._splice(Region.NOTE, 0, 0, html.note(reply)))
        operations.append(self._splice(Region.FOOTER, 0, 0, html.footer(reply)))
        operations.append(DONE)
        operations.append(("say", _farewell(reply)))
        return operations

    def bundle(self, reply: Reply) -> Bundle:
        """Write what stays on show in the end."""
        return bundle(reply)

    def _splice(self, region: Region, block: int, keep: int, text: Html) -> RegionSplice:
        """Write a change as it travels: what is cut off varies less than what is kept, and packs better."""
        cut = self._lengths.get((region, block), 0) - keep
        self._lengths[region, block] = keep + utf16_length(text)
        return RegionSplice(region, block, cut, text)

    def _append(self, region: Region, text: str) -> None:
        self._streams[region].feed(text)
        self._texts[region].append(text)
        self.size += _bytes(text)

    def _replace(self, region: Region, text: str) -> None:
        self._streams[region].replace(text)
        self._texts[region] = [text]

    def _grow(self, event: ToolCallDelta) -> None:
        while len(self._calls) <= event.position:
            self._calls.append(_GrowingCall())
        self._calls[event.position].grow(event)
        self.size += _bytes(event.arguments)

    def _enter(self, phase: Phase) -> None:
        if phase != self._phase:
            self._phase = phase
            self._changed.append(("phase", phase))


class _GrowingCall:
    """One tool call while its arguments arrive: only what is new is written."""

    def __init__(self) -> None:
        self._name = ""
        self._opening = EMPTY
        self._written: list[Html] = []
        self._pending: list[str] = []
        self._units = 0

    def grow(self, event: ToolCallDelta) -> None:
        self._name = event.name
        if event.arguments:
            self._pending.append(event.arguments)

    def frame(self) -> tuple[int, Html] | None:
        """Give how much of the HTML stays, in UTF-16 units, and what follows it; None when nothing has changed."""
        opening = html.call_opening(self._name)
        if opening == self._opening and not self._pending:
            return None
        new = escape_content("".join(self._pending))
        self._pending.clear()
        keep, text = self._units, new
        if opening != self._opening:
            self._opening = opening
            keep, text = 0, join_html((opening, *self._written, new))
        self._written.append(new)
        self._units = keep + utf16_length(text)
        return keep, join_html((text, html.CALL_CLOSING))


def _bytes(text: str) -> int:
    return len(text) if text.isascii() else len(text.encode("utf-8", "surrogatepass"))


def _farewell(reply: Reply) -> str:
    """Say what a screen reader is told in the end."""
    words = len(reply.content.split())
    return f"Reply finished, {words:,} {'word' if words == 1 else 'words'}" if reply.complete else "Reply broken off"
