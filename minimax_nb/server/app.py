"""The handler behind a socket: real HTTP on 127.0.0.1, in a thread of its own, for the holder of its key alone.

``start()`` gives the one server of this process; ``EmbeddedServer`` makes further ones.
"""

from __future__ import annotations

import atexit
import os
import secrets
import socket
import threading
import time
from typing import TYPE_CHECKING, Self

import uvicorn

from . import tape
from .door import Door
from .handler import Handler, speed_from
from .refusals import ApiError

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

HOST = "127.0.0.1"


class EmbeddedServer:
    """A server on this machine that speaks the documented API.

    Args:
        tapes: folders or files of tapes to answer from, before the built-in ones.
        port: the port to listen on; 0 for any that is free.
        strict: answer what no tape matches with an error instead of a rehearsal.
        quirks: names from ``minimax_nb.server.quirks.QUIRKS``, for every reply.
        fault: a fault for every request, such as "rate-limit" or "cut:3".
        speed: how many times faster than real time replies come, or "max"; by default what the environment variable
            MINIMAX_NB_SPEED says, else 1.
        key: the bearer key to ask for; a random one by default.

    Attributes:
        base_url: what an OpenAI client takes as its base URL, once started.
        api_key: the key it has to carry.

    Raises:
        TapeFormatError: a tape is broken.
        ValueError: there is no such quirk, fault or speed.
    """

    def __init__(
        self,
        *,
        tapes: Sequence[str | Path] = (),
        port: int = 0,
        strict: bool = False,
        quirks: Sequence[str] = (),
        fault: str | None = None,
        speed: float | str | None = None,
        key: str | None = None,
    ) -> None:
        self.api_key = key or f"nb-{secrets.token_urlsafe(24)}"
        turns = [turn for folder in tapes for turn in tape.in_folder(folder)] + tape.built_in()
        try:
            pace = speed_from(speed or os.environ.get("MINIMAX_NB_SPEED") or 1)
            self.handler = Handler(turns, self.api_key, strict, tuple(quirks), fault, pace)
        except ApiError as error:
            raise ValueError(error.message) from None
        self._wanted_port = port
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._server: uvicorn.Server | None = None
        self._door = Door(self.handler)

    def __repr__(self) -> str:
        return f"EmbeddedServer({self.base_url!r})" if self._thread else "EmbeddedServer(stopped)"

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    @property
    def port(self) -> int:
        """The port it listens on; 0 before it has started."""
        port: int = self._socket.getsockname()[1] if self._socket else 0
        return port

    @property
    def base_url(self) -> str:
        """The URL for an OpenAI client."""
        return f"http://{HOST}:{self.port}/v1"

    @property
    def open_replies(self) -> int:
        """How many replies are being sent right now."""
        return len(self._door.open)

    def start(self) -> Self:
        """Begin to serve, in a thread of its own.

        Returns:
            The server itself, ready to be asked.

        Raises:
            OSError: the port is in use; the message says what to do.
        """
        if self._thread:
            return self
        self._socket = _listening(self._wanted_port)
        self._door.hosts = {f"{name}:{self.port}" for name in (HOST, "localhost")}
        config = uvicorn.Config(
            self._door.app,
            loop="asyncio",
            http="h11",
            ws="none",
            lifespan="off",
            interface="asgi3",
            log_config=None,
            log_level="critical",  # an aborted reply is no news to a reader of a notebook
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=2,
        )
        self._server = uvicorn.Server(config)
        self._thread = threading.Thread(
            target=self._server.run, args=([self._socket],), name="minimax_nb embedded server", daemon=True
        )
        self._thread.start()
        deadline = time.monotonic() + 10
        while not self._server.started and self._thread.is_alive() and time.monotonic() < deadline:
            time.sleep(0.002)
        if not self._server.started:
            self.stop()
            raise OSError("the embedded server did not start within 10 seconds; start it again or restart the kernel")
        return self

    def stop(self) -> None:
        """End all replies, close the port and wait for the thread; nothing happens when it is not running."""
        server, thread = self._server, self._thread
        self._server = self._thread = None
        if server:
            server.should_exit = True
            self._door.close()
        if thread and thread is not threading.current_thread():
            thread.join(5)
        if self._socket:
            self._socket.close()
            self._socket = None

    def forget(self) -> None:
        """Drop everything without a word to the other side: in a forked child the thread is not there."""
        self._server = self._thread = None
        if self._socket:
            self._socket.close()
            self._socket = None


_running: EmbeddedServer | None = None
_starting = threading.Lock()


def start() -> EmbeddedServer:
    """The embedded server of this process, started when it is first asked for.

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
    """The parent's server is not the child's: it would share its port, and has no thread there."""
    global _running, _starting
    _starting = threading.Lock()
    if _running is not None:
        _running.forget()
        _running = None


atexit.register(stop)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)


def _listening(port: int) -> socket.socket:
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        if os.name == "posix":
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind((HOST, port))
        made.listen(1024)
    except (OSError, OverflowError) as error:
        made.close()
        raise OSError(
            f"expected to listen on port {port} of {HOST}, which is not to be had ({error}); "
            "choose another port, or 0 for any that is free"
        ) from error
    return made
