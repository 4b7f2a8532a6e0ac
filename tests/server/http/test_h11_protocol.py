"""The sockets: no delayed packets, no connection that holds its place without a request."""

from __future__ import annotations

import contextlib
import socket
import time
from typing import TYPE_CHECKING

import pytest

from minimax_nb.server.app import EmbeddedServer
from minimax_nb.server.http import h11_protocol

if TYPE_CHECKING:
    from collections.abc import Iterator

pytestmark = pytest.mark.port


def connected(server: EmbeddedServer) -> socket.socket:
    return socket.create_connection(("127.0.0.1", server.port), timeout=10)


def models(server: EmbeddedServer, connection: str = "keep-alive") -> bytes:
    return (
        f"GET /v1/models HTTP/1.1\r\nHost: 127.0.0.1:{server.port}\r\nAuthorization: Bearer {server.api_key}\r\n"
        f"Connection: {connection}\r\n\r\n"
    ).encode()


def rest(line: socket.socket) -> bytes:
    """Everything up to the end of the connection."""
    received = b""
    with contextlib.suppress(ConnectionResetError):
        while piece := line.recv(65536):
            received += piece
    return received


def is_closed(line: socket.socket) -> bool:
    line.settimeout(0.05)
    try:
        return line.recv(1) == b""
    except TimeoutError:
        return False
    except ConnectionResetError:
        return True


def test_nagles_algorithm_is_off(server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    seen = []
    made = h11_protocol.TimedH11Protocol.connection_made

    def spy(self: h11_protocol.TimedH11Protocol, transport: object) -> None:
        made(self, transport)  # type: ignore[arg-type]
        seen.append(transport.get_extra_info("socket").getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY))  # type: ignore[attr-defined]

    monkeypatch.setattr(h11_protocol.TimedH11Protocol, "connection_made", spy)
    with connected(server) as line:
        line.sendall(models(server, "close"))
        assert rest(line).startswith(b"HTTP/1.1 200")
    assert seen
    assert all(seen)


@pytest.fixture
def impatient(monkeypatch: pytest.MonkeyPatch) -> Iterator[EmbeddedServer]:
    monkeypatch.setattr(h11_protocol, "HEADERS_S", 0.3)
    monkeypatch.setattr(h11_protocol, "BODY_S", 0.3)
    with EmbeddedServer(speed="max") as running:
        yield running


@pytest.mark.heavy
@pytest.mark.parametrize("begun", [b"", b"POST /v1/chat/comp", b"GET / HTTP/1.1\r\nHost: x\r\n"])
def test_headers_that_do_not_come_end_the_connection(impatient: EmbeddedServer, begun: bytes) -> None:
    with connected(impatient) as line:
        line.sendall(begun)
        assert rest(line).startswith(b"HTTP/1.1 408")


def test_a_byte_now_and_then_does_not_prolong_the_wait(impatient: EmbeddedServer) -> None:
    began = time.monotonic()
    with connected(impatient) as line, contextlib.suppress(BrokenPipeError, ConnectionResetError):
        for _ in range(200):
            line.sendall(b"X")
            if is_closed(line):
                break
    assert time.monotonic() - began < 60


def test_a_further_request_on_the_connection_is_held_to_it_too(impatient: EmbeddedServer) -> None:
    with connected(impatient) as line:
        line.sendall(models(impatient))
        assert line.recv(65536).startswith(b"HTTP/1.1 200")
        line.sendall(b"GET /v1/mod")
        assert b"HTTP/1.1 408" in rest(line)


@pytest.mark.heavy
def test_a_reply_may_take_longer_than_the_headers(impatient: EmbeddedServer) -> None:
    body = (
        b'{"model": "MiniMax-M2", "messages": [{"role": "user", "content": "Hi, how are you?"}],'
        b' "minimax_nb": {"speed": 1}}'
    )
    head = models(impatient, "close").replace(b"GET /v1/models", b"POST /v1/chat/completions")
    with connected(impatient) as line:
        line.sendall(head.replace(b"\r\n\r\n", b"\r\nContent-Length: %d\r\n\r\n" % len(body)) + body)
        assert rest(line).startswith(b"HTTP/1.1 200")


def test_the_oldest_of_too_many_silent_connections_makes_room(
    server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(h11_protocol, "MOST_WAITING", 5)
    with contextlib.ExitStack() as lines:
        silent = [lines.enter_context(connected(server)) for _ in range(20)]
        last = lines.enter_context(connected(server))
        last.sendall(models(server, "close"))
        assert rest(last).startswith(b"HTTP/1.1 200")
        closed = [is_closed(line) for line in silent]
    assert sum(closed) >= 15
    assert closed == sorted(closed, reverse=True), "the oldest go first"


BODY = b'{"model": "MiniMax-M2", "messages": [{"role": "user", "content": "Hi"}]}'


def post(server: EmbeddedServer, *headers: str) -> bytes:
    head = models(server).replace(b"GET /v1/models", b"POST /v1/chat/completions")
    return head.replace(b"\r\n\r\n", "".join(f"\r\n{header}" for header in headers).encode() + b"\r\n\r\n")


@pytest.mark.heavy
@pytest.mark.parametrize(
    ("header", "begun"),
    [
        ("Content-Length: 100", b""),
        ("Content-Length: 100", b"{"),
        ("Content-Length: 100", BODY),
        ("Transfer-Encoding: chunked", b""),
        ("Transfer-Encoding: chunked", b"64\r\n{"),
        ("Transfer-Encoding: chunked", b"1\r\n{\r\n"),
    ],
)
def test_a_body_that_does_not_come_ends_the_connection(impatient: EmbeddedServer, header: str, begun: bytes) -> None:
    with connected(impatient) as line:
        line.sendall(post(impatient, header) + begun)
        assert rest(line).startswith(b"HTTP/1.1 408")


def test_a_body_that_does_not_come_after_a_whole_request_ends_the_connection(impatient: EmbeddedServer) -> None:
    with connected(impatient) as line:
        line.sendall(models(impatient))
        assert line.recv(65536).startswith(b"HTTP/1.1 200")
        line.sendall(post(impatient, "Content-Length: 100") + b"{")
        assert b"HTTP/1.1 408" in rest(line)


def test_a_body_that_was_answered_before_its_end_gets_no_second_answer(impatient: EmbeddedServer) -> None:
    with connected(impatient) as line:
        asked = post(impatient, "Content-Length: 100").replace(b"Host: 127.0.0.1", b"Host: elsewhere.example")
        line.sendall(asked + b"{")
        received = rest(line)
    assert received.startswith(b"HTTP/1.1 4")
    assert not received.startswith(b"HTTP/1.1 408")
    assert received.count(b"HTTP/1.1") == 1


@pytest.mark.heavy
def test_a_body_may_take_its_time_as_long_as_it_comes(impatient: EmbeddedServer) -> None:
    with connected(impatient) as line:
        line.sendall(post(impatient, f"Content-Length: {len(BODY)}"))
        for start in range(0, len(BODY), 8):
            time.sleep(0.1)
            line.sendall(BODY[start : start + 8])
        assert line.recv(65536).startswith(b"HTTP/1.1 200")
