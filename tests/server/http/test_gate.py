"""Admission: what a page in a browser, a rebound name or a flood of bytes can reach, and cannot."""

from __future__ import annotations

import json
import socket
from typing import TYPE_CHECKING

import pytest

from minimax_nb.server.http import asgi_response, gate

if TYPE_CHECKING:
    from minimax_nb.server.app import EmbeddedServer

pytestmark = pytest.mark.port

BODY = json.dumps({"model": "MiniMax-M2", "messages": [{"role": "user", "content": "Hi, how are you?"}]})


def raw(server: EmbeddedServer, request: str) -> tuple[int, str]:
    """Send bytes as they are; the status and everything that comes back."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as line:
        line.sendall(request.encode())
        received = b""
        while piece := line.recv(65536):
            received += piece
    text = received.decode()
    return int(text.split(" ", 2)[1]), text


def request(
    server: EmbeddedServer,
    *,
    method: str = "POST",
    host: str | None = None,
    key: str | None = "",
    body: str = BODY,
    more: str = "",
) -> str:
    key = server.api_key if key == "" else key
    authorization = f"Authorization: Bearer {key}\r\n" if key else ""
    return (
        f"{method} /v1/chat/completions HTTP/1.1\r\nHost: {host or f'127.0.0.1:{server.port}'}\r\n{authorization}{more}"
        f"Connection: close\r\nContent-Length: {len(body.encode())}\r\n\r\n{body}"
    )


def test_the_holder_of_the_key_is_served(server: EmbeddedServer) -> None:
    for host in (None, f"localhost:{server.port}", f"LOCALHOST:{server.port}"):
        assert raw(server, request(server, host=host))[0] == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "127.0.0.1.evil.example:{port}", "0.0.0.0:{port}"]
)
def test_another_host_name_is_turned_away(server: EmbeddedServer, host: str) -> None:
    status, text = raw(server, request(server, host=host.format(port=server.port)))
    assert status == 403
    assert server.api_key not in text


@pytest.mark.parametrize("key", [None, "wrong"])
def test_without_the_key_there_is_nothing(server: EmbeddedServer, key: str | None) -> None:
    status, text = raw(
        server, request(server, key=key, more="Content-Type: text/plain\r\nOrigin: http://evil.example\r\n")
    )
    assert status == 401
    assert "access-control" not in text.lower()


def test_a_preflight_is_refused_and_no_page_is_let_read(server: EmbeddedServer) -> None:
    more = "Origin: http://evil.example\r\nAccess-Control-Request-Method: POST\r\n"
    status, text = raw(server, request(server, method="OPTIONS", key=None, body="", more=more))
    assert status == 405
    assert "access-control" not in text.lower()
    _, allowed = raw(server, request(server, more="Origin: http://evil.example\r\n"))
    assert "access-control" not in allowed.lower()


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "HEAD", "TRACE"])
def test_other_methods_are_refused(server: EmbeddedServer, method: str) -> None:
    assert raw(server, request(server, method=method, body=""))[0] == 405


def test_it_listens_on_the_loopback_address_alone(server: EmbeddedServer) -> None:
    assert server.base_url.startswith("http://127.0.0.1:")
    with pytest.raises(OSError, match=r"."), socket.create_connection(("127.0.0.2", server.port), timeout=2):
        pass


def test_a_body_over_the_limit_is_refused(server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "_LARGEST_BODY", 100)
    assert raw(server, request(server, body="x" * 101))[0] == 413


def test_a_body_without_authorization_is_not_waited_for(server: EmbeddedServer) -> None:
    status, _ = raw(server, request(server, key="wrong").replace("Content-Length: ", "Content-Length: 9"))
    assert status == 401


def test_more_replies_than_the_limit_are_refused(server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(gate, "_MOST_OPEN", 0)
    status, text = raw(server, request(server))
    assert status == 503
    assert "(1041)" in text


def test_a_hanging_reply_is_not_kept_for_ever(server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(asgi_response, "LONGEST_S", 0.05)
    status, text = raw(server, request(server, body=BODY[:-1] + ', "stream": true, "minimax_nb": {"fault": "hang:1"}}'))
    assert status == 200
    assert not text.endswith("0\r\n\r\n")


@pytest.mark.parametrize(
    ("more", "head", "is_complete"),
    [
        ("", "content-length: ", True),
        (', "stream": true', "transfer-encoding: chunked\r\n", True),
        (', "minimax_nb": {"fault": "cut"}', "content-length: ", False),
        (', "stream": true, "minimax_nb": {"fault": "cut:2"}', "transfer-encoding: chunked\r\n", False),
        (', "stream": true, "minimax_nb": {"fault": "cut:0"}', "transfer-encoding: chunked\r\n", False),
        (', "stream": true, "minimax_nb": {"fault": "empty"}', "transfer-encoding: chunked\r\n", True),
    ],
)
def test_replies_are_framed(server: EmbeddedServer, more: str, head: str, is_complete: bool) -> None:
    status, text = raw(server, request(server, body=f"{BODY[:-1]}{more}}}"))
    headers, _, body = text.partition("\r\n\r\n")
    _, found, length = f"{headers}\r\n".lower().partition(head)
    assert (status, found) == (200, head)
    if "length" in head:
        assert (len(body.encode()) == int(length.split()[0])) == is_complete
    else:
        assert body.endswith("0\r\n\r\n") == is_complete


@pytest.mark.parametrize("path", ["/", "/v1", "/v1/responses", "/v1/../etc/passwd", "/%00", "/v1/chat/completions/x"])
def test_other_paths_say_what_there_is(server: EmbeddedServer, path: str) -> None:
    status, text = raw(server, request(server).replace("/v1/chat/completions", path, 1))
    assert status == 404
    assert "/v1/chat/completions" in text


def test_the_path_works_with_and_without_v1(server: EmbeddedServer) -> None:
    assert raw(server, request(server).replace("/v1/chat", "/chat", 1))[0] == 200
