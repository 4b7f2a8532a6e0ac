"""A reply as plain streamed text, for terminals and for output that goes into a file."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, TextIO

from minimax_nb.message.events import ReasoningDelta, Rewritten, StreamEvent, TextDelta, ToolCallDelta
from minimax_nb.render import reply_html as html
from minimax_nb.render.text.text import visible

if TYPE_CHECKING:
    from minimax_nb.message.reply import Reply

_DIM, _PLAIN = "\x1b[2m", "\x1b[0m"


class TextReply:
    """Writes a reply as it comes: the thinking dimmed on a terminal, the answer, the tool calls.

    What the model writes cannot steer the terminal: control characters come out visible.
    """

    def __init__(self, out: TextIO | None = None) -> None:
        self._out = out if out is not None else sys.stdout
        self._colour = self._out.isatty()
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
        self._out.flush()

    def _write(self, part: str, text: str) -> None:
        if not text or (self._part != part and not text.strip()):
            return
        if self._part != part:
            self._begin(part)
            text = text.lstrip("\n")
        dim = self._colour and part in {"thinking", "footer"}
        self._out.write(f"{_DIM}{visible(text)}{_PLAIN}" if dim else visible(text))
        self._line_begun = not text.endswith("\n")
        self._out.flush()

    def _begin(self, part: str) -> None:
        """Ends the part before; an empty line stands between the thinking and what follows it."""
        if self._line_begun:
            self._out.write("\n")
        if self._part == "thinking" and part:
            self._out.write("\n")
        self._part, self._line_begun = part, False
