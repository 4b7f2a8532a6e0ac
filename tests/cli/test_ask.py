"""``minimax-nb ask``: what goes where, and what becomes of half an answer."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from typing import TYPE_CHECKING

import pytest

from minimax_nb.cli import ask
from minimax_nb.cli.main import main
from minimax_nb.errors import StreamInterrupted
from minimax_nb.message.reply import Reply

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

THINKING, ANSWER = "Let me think it over.", "Forty-two.\nThat is *all*: 24℃."
QUESTION = "What is the answer?"


@pytest.fixture
def tape(tmp_path: Path) -> Path:
    """A tape that answers one question, with and without context, with and without a system message."""
    turn = {"reply": {"reasoning": THINKING, "content": ANSWER}}
    asked = [QUESTION, f"{QUESTION}\n\nline 1\nline 2", "line 1\nline 2"]
    system = {"role": "system", "content": "Be brief.", "optional": True}
    turns = [{"request": {"messages": [system, {"role": "user", "content": text}]}, **turn} for text in asked]
    path = tmp_path / "ask.json"
    path.write_text(json.dumps({"provenance": {"kind": "authored"}, "turns": turns}))
    return path


@pytest.mark.parametrize(
    ("words", "pipe"),
    [
        ([QUESTION], b""),
        (QUESTION.split(), b""),
        ([QUESTION], b"line 1\nline 2\n"),
        ([], b"line 1\nline 2\n"),
        ([], b"\xef\xbb\xbfline 1\nline 2\r\n"),
        ([QUESTION, "--native"], b""),
        ([QUESTION, "--no-thinking", "-m", "MiniMax-M2"], b""),
        ([QUESTION, "--system", "Be brief."], b""),
    ],
)
def test_the_answer_alone_goes_to_standard_output(
    words: list[str],
    pipe: bytes,
    tape: Path,
    embedded: Callable[..., object],
    piped: Callable[[bytes], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    embedded(tapes=[tape], strict=True)
    piped(pipe)
    assert main(["ask", *words]) == 0
    out, err = capsys.readouterr()
    assert out == f"{ANSWER}\n"
    model = "MiniMax-M2" if "-m" in words else "MiniMax-M2.7"
    assert err == (
        "minimax_nb: requests go to 127.0.0.1 with the key from OPENAI_API_KEY.\n"
        f"minimax_nb: {model} · authored example\n"
    )


@pytest.mark.parametrize("quirk", ["unopened-think", "bare-think", "snapshot", "split-tags", "final-message"])
def test_what_turns_out_to_be_thinking_is_not_printed(
    quirk: str,
    tape: Path,
    embedded: Callable[..., object],
    piped: Callable[[bytes], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    embedded(tapes=[tape], quirks=[quirk])
    assert main(["ask", "--native", QUESTION]) == 0
    assert capsys.readouterr().out == f"{ANSWER}\n"


@pytest.mark.parametrize("pipe", [b"", b"\n \n"])
def test_no_question_is_told(pipe: bytes, piped: Callable[[bytes], None], capsys: pytest.CaptureFixture[str]) -> None:
    piped(pipe)
    assert main(["ask"]) == 2
    assert "expected a question" in capsys.readouterr().err


def test_a_pipe_that_is_no_text_is_told(piped: Callable[[bytes], None], capsys: pytest.CaptureFixture[str]) -> None:
    piped(b"ab\xff")
    assert main(["ask", "what?"]) == 2
    out, err = capsys.readouterr()
    assert not out
    assert "expected UTF-8 text in standard input, got the byte 0xff at offset 2" in err


@pytest.mark.parametrize(
    ("fault", "said"),
    [
        ("sensitive", "Rephrase it"),
        ("base-resp", "Wait for the next"),
        ("cut", "dropped before the reply was whole"),
        ("end", "the answer is not whole"),
        ("midstream-error", "wait a little"),
        ("empty", "no chat completion"),
        ("garbage", "the answer is not whole"),
    ],
)
def test_what_goes_wrong_is_said_in_a_line(
    fault: str,
    said: str,
    tape: Path,
    embedded: Callable[..., object],
    piped: Callable[[bytes], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    embedded(tapes=[tape], fault=fault)
    assert main(["ask", QUESTION]) == 1
    out, err = capsys.readouterr()
    assert said in err
    assert ANSWER.startswith(out.strip())
    assert "Traceback" not in err


@pytest.mark.parametrize("words", [["a\udcff"], ["hi", "--system", "\udcff"], ["hi", "-m", "\udcff"]])
def test_bytes_that_are_no_text_are_told(
    words: list[str], piped: Callable[[bytes], None], capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["ask", *words]) == 2
    assert "expected text in UTF-8 on the command line" in capsys.readouterr().err


def test_an_unknown_model_is_told_with_those_that_are_served(
    embedded: Callable[..., object], piped: Callable[[bytes], None], capsys: pytest.CaptureFixture[str]
) -> None:
    embedded()
    assert main(["ask", "-m", "MiniMax-M1", "hi"]) == 1
    assert "MiniMax-M2.7" in capsys.readouterr().err


def test_stopping_leaves_what_arrived(
    monkeypatch: pytest.MonkeyPatch,
    embedded: Callable[..., object],
    piped: Callable[[bytes], None],
    capsys: pytest.CaptureFixture[str],
) -> None:
    def stopped(*args: object, **kwargs: object) -> Reply:
        raise StreamInterrupted(Reply(content="half", reasoning="thoughts", partial_reason="interrupted"))

    embedded()
    monkeypatch.setattr(ask, "collect", stopped)
    assert main(["ask", "hi"]) == 130
    assert capsys.readouterr().out == "half\n"


def test_a_model_cannot_steer_the_terminal(
    tmp_path: Path, embedded: Callable[..., object], piped: Callable[[bytes], None], capsys: pytest.CaptureFixture[str]
) -> None:
    turn = {"request": {"messages": [{"role": "user", "content": "hi"}]}, "reply": {"content": "\x1b]0;title\x07 ok"}}
    tape = tmp_path / "t.json"
    tape.write_text(json.dumps({"provenance": {"kind": "authored"}, "turns": [turn]}))
    embedded(tapes=[tape])
    assert main(["ask", "hi"]) == 0
    out = capsys.readouterr().out
    assert "\x1b" not in out
    assert out.endswith(" ok\n")


@pytest.mark.skipif(os.name != "posix", reason="pseudo-terminals are a matter of POSIX")
@pytest.mark.port
class TestOnATerminal:
    """In a process of its own, whose output is a terminal."""

    def run(self, *words: str, until: str | None = None) -> tuple[int, str]:
        """The exit code and what the terminal showed; with ``until``, Ctrl-C once it shows that."""
        import pty
        import select

        ours, theirs = pty.openpty()
        command = [sys.executable, "-m", "minimax_nb", "ask", *words]
        process = subprocess.Popen(command, stdin=theirs, stdout=theirs, stderr=subprocess.DEVNULL)
        os.close(theirs)
        shown, deadline = b"", time.monotonic() + 60
        try:
            while time.monotonic() < deadline:
                if not select.select([ours], [], [], 1)[0]:
                    continue
                try:
                    data = os.read(ours, 65536)
                except OSError:  # so Linux says that the other side has closed
                    break
                if not data:
                    break
                shown += data
                if until is not None and until.encode() in shown:
                    process.send_signal(signal.SIGINT)
                    until = None
            return process.wait(20), shown.decode()
        finally:
            process.kill()
            process.wait()
            os.close(ours)

    def test_the_thinking_is_dimmed(self, tape: Path, embedded: Callable[..., object]) -> None:
        embedded(tapes=[tape])
        code, shown = self.run(QUESTION)
        assert code == 0
        plain = shown.replace("\x1b[2m", "").replace("\x1b[0m", "").replace("\r\n", "\n")
        assert plain.startswith(f"{THINKING}\n\n{ANSWER}\n")
        assert "\x1b[2m" in shown.partition("Forty")[0]
        assert "\x1b[" not in shown[shown.index("Forty") : shown.index("℃")]
        assert "written by hand" in plain or "recording" in plain or "lesson" in plain or "authored" in plain

    def test_the_thinking_can_be_left_out(self, tape: Path, embedded: Callable[..., object]) -> None:
        embedded(tapes=[tape])
        code, shown = self.run(QUESTION, "--no-thinking")
        assert code == 0
        assert shown.replace("\r\n", "\n").startswith(f"{ANSWER}\n")

    def test_ctrl_c_leaves_what_arrived(self, tape: Path, embedded: Callable[..., object]) -> None:
        server = embedded(tapes=[tape], fault="hang:3", quirks=["characters"])
        code, shown = self.run(QUESTION, until="L")
        assert code == 130
        assert "Traceback" not in shown
        assert "interrupted" in shown.lower()
        assert server is not None
