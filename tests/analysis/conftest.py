"""What the tests of compared models share."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from openai import OpenAI

from minimax_nb.server.app import EmbeddedServer

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture(scope="module")
def client() -> Iterator[OpenAI]:
    with EmbeddedServer(speed="max") as server, OpenAI(base_url=server.base_url, api_key=server.api_key) as client:
        yield client
