"""How a server waits, works and asks another server: as the loop of a port does it, or within the caller.

The code of a server awaits what stands here and nothing else. Behind a port that is asyncio's own. In process it may be
a backend that blocks and never suspends, so that the same coroutines run to their end without a loop.
"""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import anyio.to_thread

if TYPE_CHECKING:
    from collections.abc import Callable
    from contextlib import AbstractAsyncContextManager

_T = TypeVar("_T")


class BrokenOffError(Exception):
    """Break of a reply: nothing follows, not even its end."""


class Backend(Protocol):
    """What a server awaits."""

    async def sleep(self, seconds: float) -> None:
        """Wait."""

    async def hang(self) -> None:
        """Wait until the reply is ended from outside."""

    async def run(self, function: Callable[..., _T], *args: Any) -> _T:
        """Call what may take long, so that others go on being served where that can be."""

    def http_client(self, *, trust_env: bool) -> AbstractAsyncContextManager[Any] | None:
        """A client for one request to another server; None where one that is kept open may be used.

        Args:
            trust_env: whether it goes through the proxy that the environment names.
        """


class LoopBackend:
    """Backend of a server behind a port, in its own loop."""

    async def sleep(self, seconds: float) -> None:
        """Wait, others meanwhile."""
        await asyncio.sleep(seconds)

    async def hang(self) -> None:
        """Wait until the gate ends it."""
        await asyncio.Event().wait()

    async def run(self, function: Callable[..., _T], *args: Any) -> _T:
        """Call it in a thread of its own."""
        return await anyio.to_thread.run_sync(function, *args, abandon_on_cancel=True)

    def http_client(self, *, trust_env: bool) -> None:  # noqa: ARG002
        """None: one client stays open as long as the server."""
        return
