"""How a server of this process is reached: over a port, or not."""

from __future__ import annotations

from typing import TYPE_CHECKING

import openai
import pytest

import minimax_nb as mm
from minimax_nb.errors import ConfigurationError
from minimax_nb.server import app
from minimax_nb.server.app import EmbeddedServer
from minimax_nb.server.http import local_server

from ...support.chat_requests import HI

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(autouse=True)
def no_server() -> Iterator[None]:
    app.stop()
    yield
    app.stop()


@pytest.mark.parametrize(
    ("variable", "asked", "in_process"),
    [
        (None, None, False),
        ("", None, False),
        ("port", None, False),
        ("inprocess", None, True),
        (" inprocess ", None, True),
        ("inprocess", False, False),
        ("port", True, True),
        (None, True, True),
    ],
)
def test_the_variable_decides_unless_the_caller_does(
    monkeypatch: pytest.MonkeyPatch, variable: str | None, asked: bool | None, in_process: bool
) -> None:
    monkeypatch.delenv("MINIMAX_NB_SERVER", raising=False)
    if variable is not None:
        monkeypatch.setenv("MINIMAX_NB_SERVER", variable)
    with EmbeddedServer(speed="max", in_process=asked) as server:
        assert server.base_url.startswith("http://minimax-nb.localhost:" if in_process else "http://127.0.0.1:")


@pytest.mark.port
def test_who_names_a_port_gets_one(monkeypatch: pytest.MonkeyPatch, server: EmbeddedServer) -> None:
    monkeypatch.setenv("MINIMAX_NB_SERVER", "inprocess")
    with pytest.raises(OSError, match="choose another port"):
        EmbeddedServer(port=server.port or 1).start()


def test_another_value_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINIMAX_NB_SERVER", "thread")
    with pytest.raises(ValueError, match="expected MINIMAX_NB_SERVER to be 'inprocess' or 'port', got 'thread'"):
        EmbeddedServer()
    with pytest.raises(ConfigurationError, match=r"MINIMAX_NB_SERVER.*'thread'"):
        mm.configure()


def test_where_there_are_no_ports_it_answers_in_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MINIMAX_NB_SERVER", raising=False)
    monkeypatch.setattr(local_server, "_NO_PORTS", True)
    monkeypatch.setenv("MINIMAX_NB_SPEED", "max")
    mm.configure()
    with openai.OpenAI() as client:
        assert client.base_url.host == "minimax-nb.localhost"
        assert client.chat.completions.create(model="MiniMax-M2", messages=HI).choices[0].finish_reason == "stop"  # type: ignore[arg-type]
    with pytest.raises(OSError, match=r"a browser tab has none.*mm\.connect\(\) reaches the embedded server"):
        EmbeddedServer(in_process=False).start()


def test_it_says_where_it_is_and_not_its_key() -> None:
    server = EmbeddedServer(in_process=True)
    assert repr(server) == "EmbeddedServer(stopped)"
    with server:
        assert repr(server) == f"EmbeddedServer('http://minimax-nb.localhost:{server.port}/v1')"
        assert server.api_key not in repr(server)
    assert repr(server) == "EmbeddedServer(stopped)"
