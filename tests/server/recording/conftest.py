"""A server that poses as the service."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from minimax_nb.server.app import EmbeddedServer

from ...support.recorders import UPSTREAM_KEY

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def service() -> Iterator[EmbeddedServer]:
    with EmbeddedServer(speed="max", key=UPSTREAM_KEY) as running:
        yield running
