"""A reply as text: what is written, on a terminal and in a file."""

from __future__ import annotations

import io
import os
import subprocess
import sys
from typing import Any

import pytest

from minimax_nb.display import terminal
from minimax_nb.display.terminal import TextReply
from minimax_nb.message.events import ReasoningDelta, Rewritten, StreamEvent, TextDelta, ToolCallDelta
from minimax_nb.message.reply import Origin, Reply, ToolCall, Usage

REHEARSED = Reply(content="Yes.", model="M", origin=Origin("practice"))


@pytest.fixture(autouse=True)
def nothing_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(terminal, "_told_last", "")
    monkeypatch.delenv("NO_COLOR", raising=False)
    monkeypatch.setenv("TERM", "xterm")


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
    text = written(
        Reply(content="Yes."), ReasoningDelta("Hm"), ReasoningDelta("."), TextDelta("\n\nYe"), TextDelta("s.")
    )
    assert text == "[thinking]\nHm.\n\n[answer]\nYes.\n"


def test_what_was_not_streamed_is_written_at_the_end() -> None:
    call = ToolCall("c", "get_weather", '{"location": "SF"}')
    reply = Reply(reasoning="Hm.", content="Yes.", tool_calls=(call,))
    assert written(reply) == '[thinking]\nHm.\n\n[answer]\nYes.\n[tool call] get_weather({"location": "SF"})\n'


def test_a_call_is_written_once_when_it_is_whole() -> None:
    reply = Reply(tool_calls=(ToolCall("c", "f", "{}"),))
    assert written(reply, ToolCallDelta(0, "c", "f", "{"), ToolCallDelta(0, "c", "f", "}")) == "[tool call] f({})\n"


def test_a_rewritten_text_is_written_anew() -> None:
    text = written(
        Reply(content="x"), TextDelta("It was thought"), Rewritten("It was thought", ""), TextDelta("Answer")
    )
    assert text == "It was thought\n[thinking]\nIt was thought\n\n[answer]\nAnswer\n"


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


@pytest.mark.parametrize(("name", "value"), [("NO_COLOR", "1"), ("TERM", "dumb")])
def test_a_terminal_without_colours_has_marks(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(name, value)
    text = written(Reply(content="Yes."), ReasoningDelta("Hm."), TextDelta("Yes."), out=Terminal())
    assert text == "[thinking]\nHm.\n\n[answer]\nYes.\n"


def test_an_answer_alone_has_no_mark() -> None:
    assert written(Reply(content="Yes."), TextDelta("Yes.")) == "Yes.\n"


def test_the_origin_is_said_beside_the_text_when_it_changes(capsys: pytest.CaptureFixture[str]) -> None:
    said = "minimax_nb: M · rehearsal, no model involved\n"
    assert written(REHEARSED, TextDelta("Yes.")) == "Yes.\n"
    assert capsys.readouterr() == ("", said)
    written(REHEARSED, TextDelta("Yes."))
    assert capsys.readouterr() == ("", "")
    written(Reply(content="Yes.", model="M", origin=Origin("recorded", "api.minimax.io", "2026-11-23")))
    assert capsys.readouterr().err == "minimax_nb: M · recorded 2026-11-23 at api.minimax.io\n"
    written(REHEARSED)
    assert capsys.readouterr().err == said
    written(Reply(content="Yes."))  # nobody has said where it is from
    assert capsys.readouterr().err == ""


def test_a_terminal_has_it_in_the_footer_alone(capsys: pytest.CaptureFixture[str]) -> None:
    assert "rehearsal" in written(REHEARSED, TextDelta("Yes."), out=Terminal())
    assert capsys.readouterr().err == ""


def test_what_the_encoding_lacks_is_written_as_an_escape() -> None:
    raw = io.BytesIO()
    out = io.TextIOWrapper(raw, encoding="ascii")
    view = terminal.TextReply(out)
    view.feed(TextDelta("24℃"))
    view.finish(Reply(content="24℃"))
    assert raw.getvalue() == b"24\\u2103\n"


def test_a_closed_stream_takes_everything() -> None:
    out = io.StringIO()
    out.close()
    view = terminal.TextReply(out)
    view.feed(TextDelta("Yes."))
    view.finish(Reply(content="Yes."))


SCRIPT = """
import minimax_nb as mm
reply = mm.show([{"choices": [{"delta": {"reasoning_content": "Hm. 24℃"}}]},
    *[{"choices": [{"delta": {"content": f"line {n}: 24℃\\n"}}]} for n in range(20_000)],
    {"choices": [{"delta": {}, "finish_reason": "stop"}]}])
import sys
print('whole' if reply.content.endswith('19999: 24℃\\n') else 'cut', file=sys.stderr)
"""


@pytest.mark.parametrize(
    ("shell", "out"),
    [
        ('"$0" -c "$1" | head -n 2', "[thinking]\nHm. 24℃\n"),
        ('PYTHONIOENCODING=ascii "$0" -c "$1" | head -n 2', "[thinking]\nHm. 24\\u2103\n"),
        ('"$0" -c "$1" | true', ""),
        ('"$0" -c "$1" >&-', ""),
        ('"$0" -c "$1" > out; tail -n 1 out', "line 19999: 24℃\n"),
        ('"$0" -c "$1" 2>&1 >/dev/null', ""),
    ],
)
def test_a_script_survives_whoever_reads_it(shell: str, out: str, tmp_path: Any) -> None:
    environ = {**os.environ, "PYTHONUTF8": "1", "PYTHONWARNINGS": "error"}
    command = ["bash", "-o", "pipefail", "-c", shell, sys.executable, SCRIPT]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, env=environ, cwd=tmp_path, check=False)
    assert done.returncode == 0
    assert done.stderr + done.stdout == f"whole\n{out}"
