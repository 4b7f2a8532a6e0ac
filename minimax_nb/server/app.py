"""Embedded server: the handler behind HTTP on 127.0.0.1, or in process, for the holder of its key alone.

``start()`` gives the one server of this process; ``EmbeddedServer`` makes further ones.
"""

from __future__ import annotations

import atexit
import os
import threading
from typing import TYPE_CHECKING

from .api_error import ApiError
from .http.gate import Gate, InboundRequest
from .http.local_server import LocalServer, new_key
from .http.outgoing import Outgoing, timed_reply
from .service.handler import Handler, parse_speed
from .tape import read as tape

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from .http.backend import Backend


class EmbeddedServer(LocalServer):
    """Server on this machine that speaks the documented API.

    Args:
        tapes: folders or files of tapes to answer from, before the built-in ones.
        built_in: whether the tapes of the lessons answer, too.
        port: the port to listen on; 0 for any that is free.
        strict: answer what no tape matches with an error instead of a rehearsal.
        quirks: names from ``minimax_nb.server.quirks.quirks.QUIRKS``, for every reply.
        fault: a fault for every request, such as "rate-limit" or "cut:3".
        speed: how many times faster than real time replies come, or "max"; by default what the environment variable
            MINIMAX_NB_SPEED says, else 1.
        key: the bearer key to ask for; a random one by default.
        in_process: as for ``LocalServer``: whether to answer within this process, without a port.

    Attributes:
        base_url: what an OpenAI client takes as its base URL, once started.
        api_key: the key it has to carry.
        without_tapes: those of the folders and files given that hold no tape.

    Raises:
        TapeFormatError: a tape is broken.
        ValueError: there is no such quirk, fault or speed.
    """

    def __init__(
        self,
        *,
        tapes: Sequence[str | Path] = (),
        built_in: bool = True,
        port: int = 0,
        strict: bool = False,
        quirks: Sequence[str] = (),
        fault: str | None = None,
        speed: float | str | None = None,
        key: str | None = None,
        in_process: bool | None = None,
    ) -> None:
        key = key or new_key()
        found = [(folder, tape.in_folder(folder)) for folder in tapes]
        self.without_tapes = [str(folder) for folder, turns in found if not turns]
        turns = [turn for _, turns in found for turn in turns]
        try:
            rate = parse_speed(speed or os.environ.get("MINIMAX_NB_SPEED") or 1)
            self.handler = Handler(
                [*turns, *(tape.built_in() if built_in else ())], key, strict, tuple(quirks), fault, rate
            )
        except ApiError as error:
            raise ValueError(error.reason) from None
        super().__init__(Gate(self.handler.authorizes, self._answer), key, port, in_process=in_process)

    async def _answer(self, inbound: InboundRequest, backend: Backend) -> Outgoing:
        # However much there is to work out, the others go on being served.
        response = await backend.run(self.handler.handle, inbound.method, inbound.path, inbound.headers, inbound.body)
        return await timed_reply(response, inbound.arrived, backend)


_running: EmbeddedServer | None = None
_starting = threading.Lock()


def start() -> EmbeddedServer:
    """Return the embedded server of this process, started when it is first asked for.

    Returns:
        The running server, with ``base_url`` and ``api_key``.
    """
    global _running
    with _starting:
        if _running is None:
            _running = EmbeddedServer().start()
        return _running


def stop() -> None:
    """Stop the embedded server of this process, if it runs."""
    global _running
    with _starting:
        if _running is not None:
            _running.stop()
            _running = None


def _after_fork() -> None:
    """Drop the parent's server in a forked child: it would share its port, and has no thread there."""
    global _running, _starting
    _starting = threading.Lock()
    if _running is not None:
        _running.forget()
        _running = None


atexit.register(stop)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
