"""A reply as plain streamed text, for terminals and for output that goes into a file or a pipe."""

from __future__ import annotations

import os
import sys
from contextlib import suppress
from typing import TYPE_CHECKING, TextIO

from minimax_nb.frontend import current_shell
from minimax_nb.message.events import ReasoningDelta, Rewritten, StreamEvent, TextDelta, ToolCallDelta
from minimax_nb.render import reply_html as html
from minimax_nb.render.text.text import visible

if TYPE_CHECKING:
    from minimax_nb.message.reply import Reply

_DIM, _PLAIN = "\x1b[2m", "\x1b[0m"


class Output:
    """Text stream whose reader may leave at any time, as ``| head`` does: then the rest is written nowhere.

    What its encoding lacks is written as an escape. A stream that is closed, or missing, takes everything and keeps
    nothing.

    Args:
        stream: the stream; None for standard output.

    Attributes:
        colour: whether it is a terminal that understands colours.
    """

    def __init__(self, stream: TextIO | None = None) -> None:
        self._stream: TextIO | None = stream if stream is not None else sys.stdout
        if self._stream is not None and self._stream.closed:
            self._stream = None
        plain = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
        self.colour = self._stream is not None and self._stream.isatty() and not plain

    def write(self, text: str) -> None:
        """Write, and let it out at once."""
        if self._stream is None:
            return
        try:
            try:
                self._stream.write(text)
            except UnicodeEncodeError:
                encoding = self._stream.encoding
                self._stream.write(text.encode(encoding, "backslashreplace").decode(encoding))
            self._stream.flush()
        except BrokenPipeError:
            let_go(self._stream)
            self._stream = None


def let_go(stream: TextIO) -> None:
    """Point a stream whose reader has left at nothing, or Python complains about it once more at its end."""
    with suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, stream.fileno())
        os.close(nowhere)


_told_last = ""


def tell_origin(reply: Reply, *, again: bool = True) -> None:
    """Say on standard error which model has answered, and where from; in a notebook below the answer.

    Args:
        reply: the reply.
        again: whether to say what was said last.
    """
    global _told_last
    if reply.origin is None:
        return
    said = " · ".join([*([reply.model] if reply.model else []), html.origin_words(reply.origin)])
    if again or said != _told_last:
        _told_last = said
        stream = sys.stdout if current_shell() is not None else sys.stderr
        if stream is not None:
            Output(stream).write(f"minimax_nb: {visible(said)}\n")


class TextReply:
    """Writes a reply as it comes: the thinking, the answer, the tool calls.

    On a terminal the thinking is dimmed. Elsewhere it stands under ``[thinking]`` and what follows under ``[answer]``,
    and where the reply came from is said on standard error whenever that changes. What the model writes cannot steer
    the terminal: control characters come out visible.
    """

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = Output(out)
        self._colour = self._out.colour
        self._part = ""
        self._line_begun = False

    def feed(self, event: StreamEvent) -> None:
        """One more event of the stream."""
        match event:
            case ReasoningDelta(text):
                self._write("thinking", text)
            case TextDelta(text):
                self._write("answer", text)
            case Rewritten(reasoning, content):
                self._begin("")
                self._write("thinking", reasoning)
                self._write("answer", content)
            case ToolCallDelta():
                pass  # a call is written when it is whole

    def finish(self, reply: Reply) -> None:
        """Ends the text: what was not streamed, the tool calls, the mark of a partial reply, the footer."""
        if not self._part:
            self._write("thinking", reply.reasoning)
            self._write("answer", reply.content)
        for call in reply.tool_calls:
            self._begin("call")
            self._write("call", f"[tool call] {call.name}({call.arguments})")
        if said := html.remark(reply):
            self._begin("note")
            self._write("note", f"[{' '.join(said)}]")
        if self._colour and (facts := html.footer_facts(reply)):
            self._begin("footer")
            self._write("footer", " · ".join(facts))
        self._begin("")
        if not self._colour:
            tell_origin(reply, again=False)

    def line(self, text: str) -> None:
        """A line of its own."""
        self._begin("")
        self._out.write(f"{text}\n")

    def _write(self, part: str, text: str) -> None:
        if not text or (self._part != part and not text.strip()):
            return
        if self._part != part:
            before = self._part
            self._begin(part)
            text = text.lstrip("\n")
            if not self._colour and (part == "thinking" or (part, before) == ("answer", "thinking")):
                self._out.write(f"[{part}]\n")
        dim = self._colour and part in {"thinking", "footer"}
        self._out.write(f"{_DIM}{visible(text)}{_PLAIN}" if dim else visible(text))
        self._line_begun = not text.endswith("\n")

    def _begin(self, part: str) -> None:
        """Ends the part before; an empty line stands between the thinking and what follows it."""
        if self._line_begun:
            self._out.write("\n")
        if self._part == "thinking" and part:
            self._out.write("\n")
        self._part, self._line_begun = part, False
