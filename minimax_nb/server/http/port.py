"""uvicorn in a thread: a port on 127.0.0.1, its socket, its start and its stop."""

from __future__ import annotations

import asyncio
import contextlib
import os
import socket
import threading
import time
from typing import TYPE_CHECKING

import uvicorn

from .h11_protocol import TimedH11Protocol

if TYPE_CHECKING:
    from .gate import Gate

HOST = "127.0.0.1"
_LOOK_S = 0.002
"""Seconds between two looks at whether all connections have closed."""


class _Server(uvicorn.Server):
    """Server that hears at once that it is to stop, and is gone at once.

    uvicorn looks ten times a second whether it is to stop, for as long as a kernel lives, and then waits for at least a
    tenth of one, in which whoever leaves ``replaying`` or ``recording`` waits too.
    """

    def __init__(self, config: uvicorn.Config) -> None:
        super().__init__(config)
        self._loop: asyncio.AbstractEventLoop | None = None
        self._told = asyncio.Event()

    async def main_loop(self) -> None:
        """Keep the date header right until it is told to stop."""
        self._loop = asyncio.get_running_loop()
        while not await self.on_tick(0):
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._told.wait(), 1)

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Close the port and the connections; replies that do not end within the limit are broken off."""
        for listener in (*self.servers, *(sockets or ())):
            listener.close()
        for connection in list(self.server_state.connections):
            connection.shutdown()
        try:
            async with asyncio.timeout(self.config.timeout_graceful_shutdown):
                while self.server_state.connections or self.server_state.tasks:
                    await asyncio.sleep(_LOOK_S)
                for server in self.servers:
                    await server.wait_closed()
        except TimeoutError:
            for task in self.server_state.tasks:
                task.cancel()
        await self.lifespan.shutdown()

    def leave(self) -> None:
        """End the main loop; from any thread."""
        self.should_exit = True
        if self._loop:
            with contextlib.suppress(RuntimeError):  # the loop has ended already
                self._loop.call_soon_threadsafe(self._told.set)


class Port:
    """A port on 127.0.0.1 with a gate behind it, open from ``start`` to ``stop``.

    Args:
        gate: the app, and the hosts it answers to.
        wanted: the port to listen on; 0 for any that is free.
    """

    def __init__(self, gate: Gate, wanted: int) -> None:
        self._gate = gate
        self._wanted = wanted
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._server: _Server | None = None

    @property
    def number(self) -> int:
        """The port it listens on; 0 before it has started."""
        port: int = self._socket.getsockname()[1] if self._socket else 0
        return port

    @property
    def address(self) -> str:
        """The host with its port."""
        return f"{HOST}:{self.number}"

    def start(self) -> None:
        """Begin to serve, in a thread of its own.

        Raises:
            OSError: the port is in use; the message says what to do.
        """
        self._socket = _listening(self._wanted)
        self._gate.hosts = {f"{name}:{self.number}" for name in (HOST, "localhost")}
        config = uvicorn.Config(
            self._gate.app,
            loop="asyncio",
            http=TimedH11Protocol,
            ws="none",
            lifespan="on",
            interface="asgi3",
            log_config=None,
            log_level="critical",  # an aborted reply is no news to a reader of a notebook
            access_log=False,
            server_header=False,
            proxy_headers=False,
            timeout_graceful_shutdown=2,
        )
        self._server = _Server(config)
        # No portal of anyio: leaving one waits for its thread without a limit, and a forked child could never leave it.
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

    def stop(self) -> None:
        """End all replies, close the port and wait for the thread."""
        server, thread = self._server, self._thread
        self._server = self._thread = None
        if server:
            server.leave()
            self._gate.close()
        if thread and thread is not threading.current_thread():
            thread.join(5)
        self._close_socket()

    def forget(self) -> None:
        """Drop thread and socket without a word to the other side: in a forked child the thread is not there."""
        self._server = self._thread = None
        self._close_socket()

    def _close_socket(self) -> None:
        if self._socket:
            self._socket.close()
            self._socket = None


def _listening(port: int) -> socket.socket:
    # asyncio turns Nagle's algorithm off (TCP_NODELAY) for sockets that name their protocol, and accepted ones name the
    # listener's: without it each kept-alive request waits 40 ms for a delayed ACK.
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM, socket.IPPROTO_TCP)
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
