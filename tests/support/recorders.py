"""A recorder before a server that poses as the service."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

import openai

from minimax_nb.server.recording.recorder import RecordingServer
from minimax_nb.server.tape import read as tape

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from minimax_nb.server.app import EmbeddedServer


UPSTREAM_KEY = "up-4be1c07d92a35f68"
PING = {"role": "user", "content": "Ping?"}


@contextmanager
def recorder(service: EmbeddedServer, folder: Path) -> Iterator[tuple[RecordingServer, openai.OpenAI]]:
    with (
        RecordingServer(service.base_url, UPSTREAM_KEY, folder) as server,
        openai.OpenAI(base_url=server.base_url, api_key=server.api_key, max_retries=0, timeout=20) as client,
    ):
        yield server, client


def turns(folder: Path) -> list[tape.TapeTurn]:
    return tape.in_folder(folder)
