"""Where no answer came, the hint names who refused and why."""

from __future__ import annotations

import asyncio
import os
import shutil
import socket
import ssl
import subprocess
from contextlib import suppress
from typing import TYPE_CHECKING, Any

import openai
import pytest

from minimax_nb import explain
from minimax_nb.client.sdk import AsyncClient, Client
from minimax_nb.client.unanswered import connection_hint, failure_behind

from ..support.servers import accepting, closed_port

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

KEY = "mm-key-9d41ab77"


def hints(url: str) -> list[str]:
    """What a synchronous, an async and a plain client are told."""
    options: dict[str, Any] = {"base_url": url, "api_key": KEY, "max_retries": 0, "timeout": 5}
    told = []
    for kind in (Client, openai.OpenAI):
        with kind(**options) as client, pytest.raises(openai.APIConnectionError) as caught:
            client.models.list()
        told.append(explain(caught.value))

    async def ask() -> None:
        async with AsyncClient(**options) as client:
            await client.models.list()

    with pytest.raises(openai.APIConnectionError) as caught:
        asyncio.run(ask())
    return [*told, explain(caught.value)]


@pytest.fixture
def nowhere() -> int:
    """A port that refuses every connection."""
    return closed_port()


@pytest.fixture
def hanging_up() -> Iterator[int]:
    """A server that ends every connection without a word."""
    with accepting(lambda connection: connection.recv(1)) as port:
        yield port


@pytest.fixture
def self_signed(tmp_path: Path) -> Iterator[int]:
    """A TLS server whose certificate no authority vouches for."""
    if shutil.which("openssl") is None:
        pytest.skip("makes a certificate with openssl, which is not installed")
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    words = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost"]
    subprocess.run([*words, "-keyout", key, "-out", certificate], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)

    def shake_hands(connection: socket.socket) -> None:
        with suppress(OSError):
            context.wrap_socket(connection, server_side=True).close()

    with accepting(shake_hands) as port:
        yield port


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost"])
def test_a_refused_connection_names_the_host_that_refused(nowhere: int, host: str) -> None:
    for hint in hints(f"http://{host}:{nowhere}/v1"):
        assert hint.startswith(f"{host}:{nowhere} refused the connection")
        assert "configure()" not in hint


def test_a_proxy_that_refuses_is_named(nowhere: int) -> None:
    os.environ["HTTPS_PROXY"] = f"http://me:secret@127.0.0.1:{nowhere}"
    for hint in hints("https://gateway.example/v1"):
        assert hint.startswith(f"The proxy 127.0.0.1:{nowhere} (HTTPS_PROXY) refused the connection")
        assert "secret" not in hint


def test_a_proxy_that_wants_a_password_is_named(hanging_up: int) -> None:
    os.environ["ALL_PROXY"] = f"127.0.0.1:{hanging_up}"
    for hint in hints("https://gateway.example/v1"):
        assert hint.startswith(f"The proxy 127.0.0.1:{hanging_up} (ALL_PROXY)")


def test_a_certificate_that_fails_is_called_that(self_signed: int) -> None:
    for hint in hints(f"https://localhost:{self_signed}/v1"):
        assert hint.startswith(f"The certificate of localhost:{self_signed} was not accepted (self")
        assert "SSL_CERT_FILE" in hint


def test_a_server_without_tls_is_told_from_one_with_a_bad_certificate() -> None:
    def refuse(connection: socket.socket) -> None:
        connection.recv(1)
        connection.sendall(b"HTTP/1.1 400 Bad Request\r\n\r\n")

    with accepting(refuse) as port:
        for hint in hints(f"https://127.0.0.1:{port}/v1"):
            assert "write http:// in place of https://" in hint


def test_a_server_that_hangs_up_is_told(hanging_up: int) -> None:
    for hint in hints(f"http://127.0.0.1:{hanging_up}/v1"):
        assert f"127.0.0.1:{hanging_up} closed the connection" in hint


def test_a_name_that_is_not_known_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(*_: Any, **__: Any) -> Any:
        raise socket.gaierror(-2, "Name or service not known")

    monkeypatch.setattr(socket, "getaddrinfo", unknown)
    for hint in hints("https://gatevay.example/v1"):
        assert hint.startswith("No address is known for the name of gatevay.example.")


@pytest.mark.parametrize(
    ("error", "failure"),
    [
        (ConnectionRefusedError(111, "Connection refused"), "refused"),
        (ExceptionGroup("all failed", [OSError("x"), ConnectionRefusedError()]), "refused"),
        (OSError("[Errno 111] Connection refused"), "refused"),
        (ConnectionResetError(), "closed"),
        (ssl.SSLCertVerificationError(1, "certificate verify failed"), "certificate"),
        (OSError("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: no issuer"), "certificate"),
        (ssl.SSLError(1, "[SSL: WRONG_VERSION_NUMBER] wrong version number"), "tls"),
        (OSError("[Errno 11001] getaddrinfo failed"), "name"),
        (OSError("[Errno 8] nodename nor servname provided, or not known"), "name"),
        (type("ProxyError", (OSError,), {})("407 Proxy Authentication Required"), "proxy"),
        (OSError("odd"), ""),
    ],
)  # fmt: skip
@pytest.mark.parametrize("depth", [0, 1, 5])
def test_the_cause_is_found_however_deep_it_lies(error: BaseException, failure: str, depth: int) -> None:
    for number in range(depth):
        outer = RuntimeError("connection error")
        if number % 2:
            outer.__cause__ = error
        else:
            outer.__context__ = error
        error = outer
    assert failure_behind(error)[0] == failure


def test_a_chain_without_an_end_is_not_followed_for_ever() -> None:
    first, second = OSError("a"), OSError("b")
    first.__cause__, second.__cause__ = second, first
    assert failure_behind(first) == ("", "")


@pytest.mark.parametrize("failure", ["certificate", "tls", "name", "refused", "proxy", "closed", "timeout", ""])
@pytest.mark.parametrize("proxy", ["", "p:3128 (HTTPS_PROXY)"])
def test_every_failure_has_a_hint_that_names_somebody(failure: Any, proxy: str) -> None:
    hint = connection_hint("gateway.example", failure, detail="because.", proxy=proxy)
    assert ("gateway.example" in hint) or (proxy and proxy in hint)
    assert hint.endswith(".")
    assert connection_hint("", failure).startswith(("The endpoint", "The certificate of", "No address"))
    assert "configure()" not in hint
