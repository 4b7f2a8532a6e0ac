"""What holds for every test: no key and no proxy in the environment, and no way past this machine."""

from __future__ import annotations

import os
import signal
import socket
import ssl
from ipaddress import ip_address
from typing import TYPE_CHECKING, Any

import openai
import pytest
from hypothesis import HealthCheck, settings

from minimax_nb.client import configure as client
from minimax_nb.client.endpoint import VARIABLES

if TYPE_CHECKING:
    from collections.abc import Iterator

pytest.register_assert_rewrite("tests.support")

IN_PROCESS = os.environ.get("MINIMAX_NB_SERVER") == "inprocess"

PREFIXES = ("OPENAI_", *VARIABLES)

# How long an example takes says nothing on cores that are shared, least of all with coverage.
settings.register_profile("shared cores", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("shared cores")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Put the browser last: it is slow, and Playwright keeps an event loop in the thread that async tests need."""
    for item in items:
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
        if IN_PROCESS and item.get_closest_marker("port"):
            item.add_marker(pytest.mark.skip(reason="needs a port, and MINIMAX_NB_SERVER is inprocess"))
    items.sort(key=lambda item: item.get_closest_marker("browser") is not None)


@pytest.fixture(autouse=True)
def clean_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """Take away keys, addresses and proxies, and forget what ``configure`` was told."""
    for name in [name for name in os.environ if name.startswith(PREFIXES) or name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.setattr(client, "_process", client._Process())


@pytest.fixture(autouse=True)
def restored_environment() -> Iterator[None]:
    """Put the environment back: ``configure`` sets variables by itself."""
    before = dict(os.environ)
    yield
    os.environ.clear()
    os.environ.update(before)


@pytest.fixture(autouse=True)
def closed_clients(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Close what a test leaves open: collected as garbage, a client's sockets may warn in whichever test is on then."""
    made: list[openai.OpenAI] = []
    make = openai.OpenAI.__init__

    def remember(self: openai.OpenAI, *args: Any, **options: Any) -> None:
        make(self, *args, **options)
        made.append(self)

    monkeypatch.setattr(openai.OpenAI, "__init__", remember)
    yield
    for one in made:
        one.close()


@pytest.fixture(autouse=True, scope="session")
def loopback_only() -> Iterator[None]:
    """Refuse every connection that leaves this machine."""
    with pytest.MonkeyPatch.context() as patch:
        for name in ("connect", "connect_ex"):
            patch.setattr(socket.socket, name, _guarded(getattr(socket.socket, name)))
        yield


@pytest.fixture(autouse=True, scope="session")
def interruptible() -> Iterator[None]:
    """Let Ctrl-C be heard, and inherited: a shell has jobs in the background ignore it."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


@pytest.fixture(autouse=True, scope="session")
def no_certificates() -> Iterator[None]:
    """Read none: nothing here speaks TLS, and a client reads them for longer than most tests take."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ssl.SSLContext, "load_verify_locations", lambda self, *args, **kwargs: None)
        patch.setattr(ssl.SSLContext, "load_default_certs", lambda self, *args, **kwargs: None)
        yield


def _guarded(connect: Any) -> Any:
    def guard(self: socket.socket, address: Any) -> Any:
        if self.family in (socket.AF_INET, socket.AF_INET6) and not _is_here(address[0]):
            raise AssertionError(f"a test tried to reach {address!r}; tests stay on 127.0.0.1")
        return connect(self, address)

    return guard


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
