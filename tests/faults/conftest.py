"""One server for all faults of a file; each test says what goes wrong with the next answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from ..support.faults import tape_server

if TYPE_CHECKING:
    from collections.abc import Iterator

    from minimax_nb.server.app import EmbeddedServer


@pytest.fixture(scope="module")
def running() -> Iterator[EmbeddedServer]:
    with tape_server() as server:
        yield server


@pytest.fixture
def service(running: EmbeddedServer) -> Iterator[EmbeddedServer]:
    """The server; ``service.handler.fault`` is what goes wrong."""
    yield running
    running.handler.fault = None
