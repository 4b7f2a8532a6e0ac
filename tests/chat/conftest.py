"""What the chat's tests share: a server, a panel with its reader, a tool that holds on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from minimax_nb import Chat
from minimax_nb.server.app import EmbeddedServer

from ..support.panel_reader import Doorstop, Reader
from ..support.scripted import AsyncScript, Script, client_of

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer(speed="max") as running:
        yield running


@pytest.fixture
def sit_down(capsys: pytest.CaptureFixture[str]) -> Iterator[Callable[..., Reader]]:
    """Opens a panel on a chat that answers from a script."""
    readers: list[Reader] = []

    def open_one(*answers: Any, script: type[Script] = AsyncScript, **settings: Any) -> Reader:
        client: Any = client_of(script(*answers))
        readers.append(Reader(Chat(client, display=False, **settings)))
        return readers[-1]

    yield open_one
    for reader in readers:
        reader.panel.close()
    capsys.readouterr()  # without a notebook the saved conversation is printed


@pytest.fixture
def door() -> Iterator[Doorstop]:
    door = Doorstop()
    yield door
    door.free.set()
