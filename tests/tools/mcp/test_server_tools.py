"""``mcp``: a server's tools in a chat, a run and a batch, under names that the API takes."""

from __future__ import annotations

import gc
import subprocess
import sys
import textwrap
from typing import TYPE_CHECKING, Any

import pytest

import minimax_nb as mm
from minimax_nb.errors import ConfigurationError
from minimax_nb.tools.mcp import server_tools

from ...support.agent_runs import results, run
from ...support.chats import chat_of
from ...support.mcp_commands import CLOCKS, runs, wrong
from ...support.mcp_server import serving
from ...support.scripted import Script, call, message
from ...support.tools import double

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from minimax_nb.tools.mcp.server_tools import McpTools


@pytest.fixture(scope="module")
def clocks() -> Iterator[McpTools]:
    with mm.mcp(CLOCKS) as tools:
        yield tools


@pytest.fixture(scope="module")
def served() -> Iterator[str]:
    """The address of the same server over streamable HTTP."""
    with serving() as address:
        yield address


def test_they_are_tools_with_the_servers_schemas(clocks: McpTools) -> None:
    schema = clocks["clock"].schema["function"]
    assert schema["name"] == "clock"
    assert schema["description"].startswith("Tell the time in a city.\n")
    assert schema["parameters"]["properties"]["city"]["enum"] == ["Paris", "Tokyo"]
    assert clocks[0].name == "clock"
    assert [tool.name for tool in clocks[:2]] == ["clock", "add"]
    assert len(clocks) == len(list(clocks))
    assert repr(clocks).splitlines()[:2] == ["McpTools(clocks 1.2): 9 tools", "  clock: Tell the time in a city."]


def test_a_run_calls_them_and_keeps_the_history_valid(clocks: McpTools) -> None:
    wanted = [
        call("clock", '{"city": "Paris"}', "a"),
        call("clock", '{"city": "Rome"}', "b"),
        call("fail", '{"why": "tired"}', "c"),
        call("add", '{"a": "1", "b": "[2, 3]"}', "d"),
        call("everything", "{}", "e"),
        call("clock", "{broken", "f"),
    ]
    _, events = run(Script(message("", *wanted), message("Done.")), [*clocks, double])
    found = {result.call.id: result for result in results(events)}
    assert found["a"].text == "Paris: 12:30"
    assert "Input should be 'Paris' or 'Tokyo'" in found["b"].text
    assert "Error executing tool fail" in found["c"].text
    assert found["d"].text == "6"
    assert len(found["e"].shown) == 2
    assert "are not JSON" in found["f"].text
    assert [each.error is None for each in found.values()] == [True, False, False, True, True, False]


@pytest.mark.parametrize("kind", ["dies", "hangs", "garbage_result", "rpc_error"])
def test_a_server_that_fails_leaves_the_history_valid(kind: str) -> None:
    script = Script(message("", call("good", "{}", "a"), call("good", "{}", "b")), message("So."))
    with mm.mcp(wrong(kind), timeout=0.5) as tools:
        _, events = run(script, tools)
    assert len(results(events)) == 2
    assert all("MCP server" in str(each.error) and "MCP server" in each.text for each in results(events))
    assert events[-1].reply.content == "So."


def test_the_same_over_http(served: str) -> None:
    with mm.mcp(served) as tools:
        assert tools["add"].call({"a": 1, "b": [1]}).text == "2"
        _, events = run(Script(message("", call("clock", '{"city": "Tokyo"}')), message("Done.")), tools)
        assert results(events)[0].text == "Tokyo: 12:30"
        assert "127.0.0.1" not in repr(tools)


def test_approval_is_asked_as_for_functions(clocks: McpTools) -> None:
    script = Script(message("", call("clock", '{"city": "Paris"}')), message("Well."))
    asked: list[Any] = []
    _, events = run(script, clocks, approve=lambda one: asked.append(one.name) or "not now")
    assert asked == ["clock"]
    assert "not now" in results(events)[0].text


def test_a_chat_shows_pictures_and_keeps_the_words(clocks: McpTools) -> None:
    chat, _ = chat_of(message("", call("everything")), message("A face."), tools=clocks)
    assert chat("Show me.").content == "A face."
    assert mm.check_history(chat.messages) == []
    assert "shown to the reader" in chat.messages[2]["content"]


def test_names_are_such_as_the_api_takes_and_each_is_once() -> None:
    with mm.mcp(wrong("names")) as tools:
        names = [tool.name for tool in tools]
        assert len(set(names)) == len(names) == 5
        assert names[0] == "a_b_c"
        assert all(name.replace("_", "").replace("-", "").isalnum() or set(name) == {"_"} for name in names)
        assert max(map(len, names)) == 64
        assert tools[names[1]].call({}).text == "done"


def test_two_servers_with_the_same_tools() -> None:
    command, *args = wrong("noise")
    config = {name: {"command": command, "args": args} for name in ("one", "two")}
    with mm.mcp({"mcpServers": config}) as tools:
        assert [tool.name for tool in tools] == ["good", "two_good"]
        assert {tool.call({}).text for tool in tools} == {"done"}


def test_what_no_model_could_call_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with mm.mcp(wrong("schemas")) as tools:
        assert [tool.name for tool in tools] == ["good", "untyped", "deep"]
    said = " ".join(capsys.readouterr().err.split())
    assert "left out" in said
    assert "'array' (expected an inputSchema of type object, got array)" in said


def test_thousands_of_tools_are_listed_in_short() -> None:
    with mm.mcp(wrong("thousands"), only="tool_2999") as tools:
        assert [tool.name for tool in tools] == ["tool_2999"]
    with mm.mcp(wrong("thousands")) as tools:
        assert repr(tools).endswith("… and 2,980 more")


def test_only_some_are_taken(clocks: McpTools) -> None:
    with mm.mcp(CLOCKS, only=["add", "clock"]) as tools:
        assert [tool.name for tool in tools] == ["clock", "add"]
    with pytest.raises(ConfigurationError, match=r"no tool 'clok'; did you mean 'clock'\?"):
        mm.mcp(CLOCKS, only=["clok"])
    with pytest.raises(KeyError, match="did you mean 'clock'"):
        clocks["clok"]


def test_a_server_without_tools_is_an_empty_list() -> None:
    with mm.mcp(wrong("no_tools")) as tools:
        assert list(tools) == []
        assert repr(tools) == "McpTools(no_tools 0): 0 tools"


@pytest.mark.parametrize("options", [{"timeout": 0}, {"timeout": "5"}, {"start_timeout": float("inf")}])
def test_limits_are_seconds(options: Any) -> None:
    with pytest.raises(ConfigurationError, match="in seconds, above 0"):
        mm.mcp(CLOCKS, **options)


def test_a_missing_package_is_said_with_the_way_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_tools, "find_spec", lambda name: None)
    with pytest.raises(ConfigurationError, match=r"pip install 'minimax-nb\[mcp\]'"):
        mm.mcp(CLOCKS)


def test_one_bad_server_of_two_ends_the_other(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[str] = []
    close = server_tools.Session.close
    monkeypatch.setattr(server_tools.Session, "close", lambda self: (closed.append(self.source.name), close(self)))
    good = {"command": CLOCKS[0], "args": CLOCKS[1:]}
    with pytest.raises(ConfigurationError, match="no-such-program"):
        mm.mcp({"mcpServers": {"good": good, "bad": {"command": "no-such-program"}}})
    assert closed == ["good"]


def test_a_tool_that_is_kept_keeps_the_server_and_nothing_else_does() -> None:
    tools: Any = mm.mcp(CLOCKS)
    pid = int(tools["process"].call({}).text)
    kept: Any = tools["add"]
    del tools
    gc.collect()
    assert kept.call({"a": 1, "b": []}).text == "1"
    del kept
    gc.collect()
    assert not runs(pid)


@pytest.mark.parametrize("end", ["", "os._exit(0)", "import signal; os.kill(os.getpid(), signal.SIGKILL)"])
def test_the_server_ends_with_the_process(end: str, tmp_path: Path) -> None:
    script = tmp_path / "script.py"
    code = f"""
        import os, sys
        sys.path.insert(0, os.getcwd())
        import minimax_nb as mm
        tools = mm.mcp({CLOCKS!r})
        print(tools["process"].call({{}}).text, flush=True)
        {end}
    """
    script.write_text(textwrap.dedent(code), encoding="utf-8")
    done = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, timeout=60, check=False)
    assert not runs(int(done.stdout)), done.stderr
    assert "Traceback" not in done.stderr
