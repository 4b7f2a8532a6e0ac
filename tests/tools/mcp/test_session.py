"""A session with servers that behave, and with those that do not: over both transports, to the end of the process."""

from __future__ import annotations

import asyncio
import signal
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import pytest

from minimax_nb.errors import ConfigurationError, ToolError
from minimax_nb.tools.mcp.session import Session
from minimax_nb.tools.mcp.source import read_sources

from ...support.mcp_commands import CLOCKS, runs, wrong

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


def opened(source: Any, timeout_s: float = 20.0, start_timeout_s: float = 60.0, **extra: Any) -> Session:
    """A session with a server."""
    [one] = read_sources(source, **extra)
    return Session(one, timeout_s, start_timeout_s)


def text(session: Session, name: str, /, **arguments: Any) -> str:
    """What a call gives, as text."""
    result = asyncio.run(session.call(name, arguments))
    return "\n".join(part.text for part in result.content)


@pytest.fixture(scope="module")
def clocks() -> Iterator[Session]:
    session = opened(CLOCKS)
    yield session
    session.close()


def test_it_knows_the_server_and_its_tools(clocks: Session) -> None:
    assert clocks.server == "clocks 1.2"
    assert {"clock", "add", "everything"} <= {tool.name for tool in clocks.tools}
    assert clocks.left_out == []


def test_calls_from_many_loops_at_once_are_answered_each(clocks: Session) -> None:
    found: dict[int, str] = {}

    def ask(number: int) -> None:
        found[number] = text(clocks, "add", a=number, b=[1])

    threads = [threading.Thread(target=ask, args=(number,)) for number in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert found == {number: str(number + 1) for number in range(20)}


def test_a_server_sees_no_key_of_this_process(clocks: Session, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINIMAX_API_KEY", "sk-not-for-you")
    assert text(clocks, "variable", name="MINIMAX_API_KEY") == "(not set)"
    assert text(clocks, "variable", name="PATH") != "(not set)"


def test_variables_and_the_way_to_the_net_are_handed_on(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "http://127.0.0.1:9")
    session = opened(CLOCKS, env={"ZONE": "UTC"})
    try:
        assert text(session, "variable", name="ZONE") == "UTC"
        assert text(session, "variable", name="HTTPS_PROXY") == "http://127.0.0.1:9"
    finally:
        session.close()


def test_the_end_of_a_session_ends_the_server() -> None:
    session = opened(CLOCKS)
    pid = int(text(session, "process"))
    session.close()
    session.close()
    assert not runs(pid)
    with pytest.raises(ToolError, match=r"is closed: mm\.mcp\(…\) starts it again"):
        text(session, "process")


def test_closing_during_a_call_breaks_it_off() -> None:
    session = opened(CLOCKS)
    threading.Timer(0.3, session.close).start()
    with pytest.raises(ToolError, match="closed before it answered"):
        text(session, "wait", seconds=60)


def test_a_cancelled_call_is_cancelled_there_too(tmp_path: Path) -> None:
    witness = tmp_path / "witness"
    session = opened(CLOCKS, env={"CANCELLED_FILE": str(witness)})

    async def main() -> None:
        with pytest.raises(TimeoutError):
            await asyncio.wait_for(session.call("wait", {"seconds": 60}), 0.3)

    try:
        asyncio.run(main())
        assert text(session, "add", a=1, b=[]) == "1"
        for _ in range(100):
            if witness.exists():
                break
            time.sleep(0.05)
        assert witness.read_text() == "cancelled"
    finally:
        session.close()


def test_a_call_has_a_limit_and_the_session_goes_on() -> None:
    session = opened(CLOCKS, timeout_s=0.5)
    try:
        with pytest.raises(ToolError, match=r"no answer within 0\.5 s"):
            text(session, "wait", seconds=60)
        assert text(session, "add", a=1, b=[]) == "1"
    finally:
        session.close()


def test_the_last_words_of_a_server_that_dies_are_told_without_its_secrets() -> None:
    session = opened(CLOCKS, env={"TOKEN": "sk-very-secret-1234"})
    try:
        for _ in range(2):
            with pytest.raises(ToolError) as caught:
                text(session, "leave")
            assert "leaving with the key [redacted]" in str(caught.value)
            assert "starts it again" in str(caught.value)
    finally:
        session.close()


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        ("dies", "It wrote: no more memory"),
        ("hangs", "no answer within 1 s"),
        ("garbage_result", "should be a valid list"),
        ("rpc_error", "inside: [redacted]"),
    ],
)
def test_a_server_that_fails_a_call_gives_a_tool_error(kind: str, words: str) -> None:
    session = opened(wrong(kind), timeout_s=1, env={"TOKEN": "tk-0123456789abc"})
    try:
        with pytest.raises(ToolError) as caught:
            text(session, "good")
    finally:
        session.close()
    assert words in str(caught.value)
    assert "the tool 'good' of the MCP server" in str(caught.value)


@pytest.mark.parametrize(("kind", "answer"), [("noise", "done"), ("other_id", "for you"), ("no_content", "")])
def test_noise_on_the_line_is_passed_over(kind: str, answer: str) -> None:
    session = opened(wrong(kind))
    try:
        assert [text(session, "good") for _ in range(3)] == [answer] * 3
    finally:
        session.close()


def test_pages_without_end_have_one() -> None:
    session = opened(wrong("endless_pages"))
    session.close()
    assert len(session.tools) == 1_000


@pytest.mark.parametrize(
    ("source", "words"),
    [
        (["no-such-program-here"], "found no program 'no-such-program-here': install it first"),
        (["uvx-of-nobody/uvx"], "found no program"),
        (["/"], "cannot be started"),
        ([sys.executable, "-c", "import sys; sys.exit('no licence')"], "It wrote: no licence"),
        ([sys.executable, "-c", "print('hello')"], "expected a server that speaks MCP"),
        (wrong("no_list"), "Method not found"),
        ("http://127.0.0.1:9/mcp", "is the address whole?"),
    ],
)
def test_what_is_no_server_is_refused_with_the_reason(source: Any, words: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        opened(source)
    assert words in str(caught.value)


def test_a_server_that_never_answers_is_given_up(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(ConfigurationError, match=r"did not answer within 0\.5 s.*start_timeout"):
        opened(wrong("silent"), start_timeout_s=0.5)
    assert not any("raw_server" in thread.name for thread in threading.enumerate() if thread.is_alive())
    assert capfd.readouterr().err == ""


def test_an_interrupt_breaks_off_the_start() -> None:
    striking = threading.Timer(0.5, signal.raise_signal, [signal.SIGINT])
    striking.start()
    began = time.monotonic()
    try:
        with pytest.raises(KeyboardInterrupt):
            opened(wrong("silent"))
    finally:
        striking.cancel()  # where the fast loop refuses the server's process, it would strike the next test
    assert time.monotonic() - began < 30
