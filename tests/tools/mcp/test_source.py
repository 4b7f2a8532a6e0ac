"""Where an MCP server is: commands, addresses, config files, and what is none of these."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from minimax_nb.errors import ConfigurationError
from minimax_nb.tools.mcp.source import ServerSource, read_sources

KEY = "Bearer tk-0123456789"


def one(given: Any, **extra: Any) -> ServerSource:
    """The only server of what is given."""
    [source] = read_sources(given, **extra)
    return source


@pytest.mark.parametrize(
    ("given", "name", "command"),
    [
        ("uvx mcp-server-time", "mcp-server-time", ("uvx", "mcp-server-time")),
        ("npx -y @scope/server .", "server", ("npx", "-y", "@scope/server", ".")),
        ("python -m some.server", "some.server", ("python", "-m", "some.server")),
        ("'/opt/my tools/server.sh' --root '/a b'", "server", ("/opt/my tools/server.sh", "--root", "/a b")),
        (["python", Path("tools/clock.py")], "clock", ("python", "tools/clock.py")),
        (("uvx",), "uvx", ("uvx",)),
    ],
)
def test_a_command_is_a_text_or_its_words(given: Any, name: str, command: tuple[str, ...]) -> None:
    source = one(given, env={"A": "1"}, headers={"B": "2"})
    assert (source.name, source.command, source.url) == (name, command, "")
    assert (source.env, source.headers) == ({"A": "1"}, {})


@pytest.mark.parametrize("given", ["https://tools.example.com/mcp", " HTTPS://tools.example.com/mcp?x=1 "])
def test_an_address_is_reached_over_http(given: str) -> None:
    source = one(given, headers={"Authorization": KEY})
    assert (source.url, source.command) == (given.strip(), ())
    assert "tools.example.com" in source.name.lower()
    assert "/mcp" not in source.name
    assert KEY in source.secrets
    assert KEY not in repr(source)


def test_the_key_of_an_address_is_a_secret() -> None:
    assert {"long-secret-in-a-path", "abc123def456", "hunter22hunter22"} <= set(
        one("https://me:hunter22hunter22@tools.example.com/s/long-secret-in-a-path/mcp?key=abc123def456").secrets
    )


def test_headers_do_not_travel_in_clear_text() -> None:
    with pytest.raises(ConfigurationError, match="expected https://"):
        read_sources("http://tools.example.com/mcp", headers={"Authorization": KEY})
    assert one("http://127.0.0.1:8000/mcp", headers={"Authorization": KEY}).headers == {"Authorization": KEY}
    assert one("http://tools.example.com/mcp").headers == {}


def test_a_config_file_holds_several(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CLOCK_TOKEN", "tk-0123456789")
    config = {
        "mcpServers": {
            "clock": {"command": "uvx", "args": ["clock", "--zone=${ZONE}"], "env": {"TOKEN": "${CLOCK_TOKEN}"}},
            "far": {"type": "http", "url": "https://x.example/mcp", "headers": {"Authorization": "${env:CLOCK_TOKEN}"}},
            "off": {"command": "nothing", "disabled": True},
        }
    }
    monkeypatch.setenv("ZONE", "UTC")
    path = tmp_path / "config.json"
    path.write_text("\ufeff" + json.dumps(config), encoding="utf-8")
    for given in (path, str(path), config, {"servers": config["mcpServers"]}):
        clock, far = read_sources(given, env={"MORE": "1"})
        assert (clock.name, clock.command) == ("clock", ("uvx", "clock", "--zone=UTC"))
        assert clock.env == {"TOKEN": "tk-0123456789", "MORE": "1"}
        assert (far.name, far.url, far.headers) == ("far", "https://x.example/mcp", {"Authorization": "tk-0123456789"})


def test_an_entry_alone_is_a_config() -> None:
    assert one({"command": "uvx", "args": ["clock"]}).command == ("uvx", "clock")
    assert one({"url": "https://x.example/mcp"}).url == "https://x.example/mcp"


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ("", "expected an MCP server as a command"),
        ("  ", "expected an MCP server as a command"),
        ([], "expected an MCP server as a command"),
        ("python 'unclosed", "No closing quotation"),
        (None, "got NoneType"),
        (7, "got int"),
        (["python", 7], "got list"),
        ({}, 'expected {"mcpServers"'),
        ({"mcpServers": []}, 'expected {"mcpServers"'),
        ({"mcpServers": {}}, "at least one server"),
        ({"mcpServers": {"a": {"disabled": True}}}, "at least one server"),
        ({"mcpServers": {"a": "uvx b"}}, "server 'a'"),
        ({"mcpServers": {"a": {"command": 3}}}, "expected command to be a text"),
        ({"mcpServers": {"a": {"command": "x\0y"}}}, "expected command to be a text"),
        ({"mcpServers": {"a": {"command": "x", "args": "y"}}}, "expected args to be a list"),
        ({"mcpServers": {"a": {"command": "x", "env": ["A=1"]}}}, "expected env to be an object"),
        ({"mcpServers": {"a": {"command": "x", "env": {"A": 1}}}}, "expected env.A to be a text"),
        ({"mcpServers": {"a": {"command": "x", "env": {"A": "${NO_SUCH_VARIABLE}"}}}}, "NO_SUCH_VARIABLE to be set"),
        ({"mcpServers": {"a": {"type": "sse", "url": "https://x.example/sse"}}}, "the older sse"),
        ("no/such/file.json", "cannot be read"),
    ],
)
def test_what_is_no_server_is_refused_in_words(given: Any, words: str) -> None:
    with pytest.raises(ConfigurationError) as caught:
        read_sources(given)
    assert words in str(caught.value)


@pytest.mark.parametrize("text", ["", "{", "[1]", '"uvx"'])
def test_a_broken_config_file_is_refused(tmp_path: Path, text: str) -> None:
    path = tmp_path / "config.json"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"config\.json"):
        read_sources(path)


@pytest.mark.parametrize("extra", [{"env": {"A": 1}}, {"headers": {"A": None}}, {"env": {1: "a"}}])
def test_what_is_added_maps_texts_to_texts(extra: Any) -> None:
    with pytest.raises(ConfigurationError, match="to map texts to texts"):
        read_sources("uvx clock", **extra)
