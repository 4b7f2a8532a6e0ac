"""A reply as text: what is written, on a terminal and in a file."""

from __future__ import annotations

import io

from minimax_nb.display.terminal import TextReply
from minimax_nb.message.events import ReasoningDelta, Rewritten, StreamEvent, TextDelta, ToolCallDelta
from minimax_nb.message.reply import Reply, ToolCall, Usage


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def written(reply: Reply, *events: StreamEvent, out: io.StringIO | None = None) -> str:
    out = out or io.StringIO()
    view = TextReply(out)
    for event in events:
        view.feed(event)
    view.finish(reply)
    return out.getvalue()


def test_thinking_and_answer_stand_apart() -> None:
    text = written(Reply(), ReasoningDelta("Hm"), ReasoningDelta("."), TextDelta("\n\nYe"), TextDelta("s."))
    assert text.startswith("Hm.\n\nYes.\n")


def test_what_was_not_streamed_is_written_at_the_end() -> None:
    call = ToolCall("c", "get_weather", '{"location": "SF"}')
    reply = Reply(reasoning="Hm.", content="Yes.", tool_calls=(call,))
    assert written(reply) == 'Hm.\n\nYes.\n[tool call] get_weather({"location": "SF"})\n'


def test_a_call_is_written_once_when_it_is_whole() -> None:
    reply = Reply(tool_calls=(ToolCall("c", "f", "{}"),))
    assert written(reply, ToolCallDelta(0, "c", "f", "{"), ToolCallDelta(0, "c", "f", "}")) == "[tool call] f({})\n"


def test_a_rewritten_text_is_written_anew() -> None:
    text = written(
        Reply(content="x"), TextDelta("It was thought"), Rewritten("It was thought", ""), TextDelta("Answer")
    )
    assert text == "It was thought\nIt was thought\n\nAnswer\n"


def test_a_terminal_sees_the_thinking_dimmed_and_a_footer() -> None:
    reply = Reply(content="Yes.", model="M", usage=Usage(completion_tokens=5))
    text = written(reply, ReasoningDelta("Hm."), TextDelta("Yes."), out=Terminal())
    assert text == "\x1b[2mHm.\x1b[0m\n\nYes.\n\x1b[2mM · 5 tokens\x1b[0m\n"


def test_the_model_cannot_steer_the_terminal() -> None:
    call = ToolCall("c", "\x1b[31mf", "\x1b]0;title\x07")
    text = written(
        Reply(content="x", tool_calls=(call,), partial_reason="error", problem="\x1b[5m"), TextDelta("\x1b[2J")
    )
    assert "\x1b" not in text
    assert "␛[2J" in text


def test_a_partial_reply_is_marked() -> None:
    assert written(Reply(content="Ye", partial_reason="cut"), TextDelta("Ye")).endswith(
        "Ye\n[Cut off. The stream ended before the reply did.]\n"
    )
