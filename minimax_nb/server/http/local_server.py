"""Server of this process: behind a port on 127.0.0.1, or in process where no port can be had or none is wanted."""

from __future__ import annotations

import os
import secrets
import sys
from typing import TYPE_CHECKING, Self

if TYPE_CHECKING:
    from .gate import Gate
    from .in_process import InProcess
    from .port import Port

VARIABLE = "MINIMAX_NB_SERVER"
IN_PROCESS = "inprocess"
_NO_PORTS = sys.platform in ("emscripten", "wasi")


class LocalServer:
    """Server of one gate, on this machine.

    Args:
        gate: what answers, and the hosts it answers to.
        key: the bearer key to ask for.
        port: the port to listen on; 0 for any that is free.
        in_process: whether to answer the HTTP clients of this process alone, without a port; by default what the
            environment variable MINIMAX_NB_SERVER says ("inprocess"), and always where there are no ports (in a browser
            tab).

    Attributes:
        base_url: what an OpenAI client takes as its base URL, once started.
        api_key: the key it has to carry.

    Raises:
        ValueError: the variable has another value.
    """

    def __init__(self, gate: Gate, key: str, port: int = 0, *, in_process: bool | None = None) -> None:
        self.api_key = key
        self._gate = gate
        self._wanted_port = port
        self._in_process = _wanted_in_process() if in_process is None and not port else bool(in_process)
        self._way: Port | InProcess | None = None

    def __repr__(self) -> str:
        name = type(self).__name__
        return f"{name}({self.base_url!r})" if self._way else f"{name}(stopped)"

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *exc_info: object) -> None:
        self.stop()

    @property
    def port(self) -> int:
        """The port it listens on; 0 before it has started. In process: a number that tells servers apart."""
        return self._way.number if self._way else 0

    @property
    def base_url(self) -> str:
        """The URL for an OpenAI client."""
        return f"http://{self._way.address if self._way else '127.0.0.1:0'}/v1"

    @property
    def open_replies(self) -> int:
        """The number of replies that are being sent right now."""
        return len(self._gate.open)

    def start(self) -> Self:
        """Begin to serve.

        Returns:
            The server itself, ready to be asked.

        Raises:
            OSError: the port is in use, or there are no ports here; the message says what to do.
        """
        if self._way is None:
            way = self._new_way()
            way.start()
            self._way = way
        return self

    def stop(self) -> None:
        """End all replies and be gone; nothing happens when it is not running."""
        way, self._way = self._way, None
        if way:
            way.stop()

    def forget(self) -> None:
        """Be gone without a word to the other side, in a forked child."""
        way, self._way = self._way, None
        if way:
            way.forget()

    def _new_way(self) -> Port | InProcess:
        if self._in_process:
            from .in_process import InProcess

            return InProcess(self._gate)
        if _NO_PORTS:
            raise OSError(
                "expected a machine with network ports, and a browser tab has none: only code in this tab can ask. "
                "mm.connect() reaches the embedded server without one; run this command in a terminal of your machine"
            )
        from .port import Port  # uvicorn, which a browser tab has no use for

        return Port(self._gate, self._wanted_port)


def new_key() -> str:
    """Make a key that nobody can guess."""
    return f"nb-{secrets.token_urlsafe(24)}"


def _wanted_in_process() -> bool:
    told = os.environ.get(VARIABLE, "").strip()
    if told not in ("", IN_PROCESS, "port"):
        raise ValueError(
            f"expected {VARIABLE} to be {IN_PROCESS!r} or 'port', got {told[:60]!r}: set it to one of these"
        )
    return _NO_PORTS or told == IN_PROCESS
