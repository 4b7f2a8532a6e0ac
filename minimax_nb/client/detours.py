"""Detours: what answers in the place of an endpoint while its replies are recorded or replayed.

A client made during a detour is given an address that outlives it: in the next one it goes on, and between them it is
told which block it wants.
"""

from __future__ import annotations

import atexit
import os
import threading
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from minimax_nb.errors import ConfigurationError

from .endpoint import Endpoint

if TYPE_CHECKING:
    from collections.abc import Callable

    from minimax_nb.server.recording.switchboard import Switchboard


@dataclass(frozen=True, slots=True, eq=False)
class Detour:
    """One way around.

    Attributes:
        label: how the reader has written it, such as "mm.replaying('tapes')".
        server: gives the server that answers in the place of an endpoint (None for the embedded server).
        line: gives the line that says where requests go, from the one that would have said it.
    """

    label: str
    server: Callable[[Endpoint | None], Endpoint]
    line: Callable[[str], str]


@dataclass(slots=True)
class _Addresses:
    """The addresses that were given out: one port, and a key for each endpoint and block."""

    board: Switchboard | None = None
    known: dict[tuple[Endpoint | None, str], str] = field(default_factory=dict)
    asked: dict[str, tuple[Endpoint | None, str]] = field(default_factory=dict)


_addresses = _Addresses()
_lock = threading.Lock()


def lasting_address(
    asked: Endpoint | None, label: str, answering: Callable[[Endpoint | None], Endpoint | None]
) -> Endpoint:
    """The address of a client that is made during a detour; the same for the same endpoint and block.

    Args:
        asked: where its requests would have gone.
        label: the block that it is made in.
        answering: gives the server that answers now in the place of an endpoint; None for none. Always the same.

    Raises:
        ConfigurationError: no server can be started on this machine.
    """
    with _lock:
        board = _addresses.board
        if board is None:
            board = _addresses.board = _switchboard(answering)
        key = _addresses.known.get((asked, label))
        if key is None:
            key = _addresses.known[asked, label] = board.add_key()
            _addresses.asked[key] = (asked, label)
        return Endpoint(board.base_url, key, "detour")


def lasting_keys() -> list[str]:
    """The keys that were given out so far; no tape is to hold one."""
    return list(_addresses.asked)


def _switchboard(answering: Callable[[Endpoint | None], Endpoint | None]) -> Switchboard:
    from minimax_nb.server.recording.switchboard import Switchboard

    def find(key: str) -> tuple[str, str]:
        asked, label = _addresses.asked[key]
        try:
            server = answering(asked)
        except ConfigurationError as error:
            raise LookupError(str(error)) from error
        if server is None:
            raise LookupError(
                f"expected tapes to be recorded or replayed, and nothing is at the moment. This client was made inside "
                f"of {label} and answers inside of such a block alone. Ask inside of one, or make a client here."
            )
        return server.base_url, server.api_key

    try:
        return Switchboard(find).start()
    except OSError as error:
        raise ConfigurationError(
            f"expected a free port on this machine to record and replay, got none: {error}"
        ) from error


def _stop() -> None:
    if _addresses.board is not None:
        _addresses.board.stop()


def _after_fork() -> None:
    """Drop the parent's server in a forked child, where it has no thread."""
    global _addresses, _lock
    _lock = threading.Lock()
    if _addresses.board is not None:
        _addresses.board.forget()
    _addresses = _Addresses()


atexit.register(_stop)
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork)
