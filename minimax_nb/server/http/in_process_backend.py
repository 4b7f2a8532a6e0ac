"""Backends of a server in process: one blocks the thread that asks, one suspends the task that asks."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any, Self, TypeVar

import anyio
import anyio.to_thread

from minimax_nb.runtime import background

from .backend import BrokenOffError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterator
    from contextlib import AbstractAsyncContextManager
    from types import ModuleType

_T = TypeVar("_T")

_SLICE_S = 0.05
"""So often a wait looks whether it is to end, lets an interrupt through, and lets a live view go on."""
_READ_TIMEOUT_S = 600.0
"""As the SDK's own; whoever has less patience leaves earlier."""


class TimedOutError(Exception):
    """Silence for longer than whoever asked is ready to wait."""


class Waiting:
    """Backend of one reply in process; the base of those that block and those that suspend."""

    def __init__(self, patience: float) -> None:
        self._patience = patience
        self._cancelled = False

    def cancel(self) -> None:
        """End the reply where it waits."""
        self._cancelled = True

    def _slices(self, seconds: float) -> Iterator[float]:
        """Cut a wait into slices; end it where the reply is cancelled or nobody is ready to wait for longer."""
        now = time.monotonic()
        end, limit = now + seconds, now + self._patience
        while not self._cancelled and now < min(end, limit):
            background.idle()
            yield min(_SLICE_S, min(end, limit) - now)
            now = time.monotonic()
        if self._cancelled:
            raise BrokenOffError
        if limit <= end and seconds > 0:
            raise TimedOutError


class Blocking(Waiting):
    """Backend that never suspends: a coroutine that awaits nothing else runs to its end in one step."""

    async def sleep(self, seconds: float) -> None:
        """Wait, and hold the thread."""
        for piece in self._slices(seconds):
            background.pause(piece)

    async def hang(self) -> None:
        """Wait until nobody is ready to wait any longer."""
        await self.sleep(float("inf"))

    async def run(self, function: Callable[..., _T], *args: Any) -> _T:
        """Call it."""
        return function(*args)

    def http_client(self, *, trust_env: bool) -> AbstractAsyncContextManager[Any]:
        """A client that blocks, in the shape of one that does not."""
        return _BlockingClient(http_module(), trust_env=trust_env)


class Suspending(Waiting):
    """Backend in the loop of whoever asks."""

    async def sleep(self, seconds: float) -> None:
        """Wait, others meanwhile."""
        for piece in self._slices(seconds):
            await anyio.sleep(piece)

    async def hang(self) -> None:
        """Wait until nobody is ready to wait any longer."""
        await self.sleep(float("inf"))

    async def run(self, function: Callable[..., _T], *args: Any) -> _T:
        """Call it in a thread of its own, where there are threads."""
        if not background.THREADS:
            return function(*args)
        return await anyio.to_thread.run_sync(function, *args, abandon_on_cancel=True)

    def http_client(self, *, trust_env: bool) -> AbstractAsyncContextManager[Any]:
        """A client of this loop."""
        client: AbstractAsyncContextManager[Any] = http_module().AsyncClient(
            trust_env=trust_env, timeout=_READ_TIMEOUT_S, follow_redirects=True
        )
        return client


class _BlockingClient:
    """A client that blocks, with the methods of one that does not, of which none suspends."""

    def __init__(self, http: ModuleType, *, trust_env: bool) -> None:
        self._client = http.Client(trust_env=trust_env, timeout=_READ_TIMEOUT_S, follow_redirects=True)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        self._client.close()

    def stream(self, method: str, url: str, **options: Any) -> _BlockingStream:
        """Ask for a reply."""
        return _BlockingStream(self._client.stream(method, url, **options))


class _BlockingStream:
    """A reply of a client that blocks."""

    def __init__(self, opening: Any) -> None:
        self._opening = opening

    async def __aenter__(self) -> Self:
        self._response = self._opening.__enter__()
        self.status_code, self.headers = self._response.status_code, self._response.headers
        return self

    async def __aexit__(self, *exc_info: object) -> None:
        self._opening.__exit__(None, None, None)

    async def aiter_bytes(self) -> AsyncIterator[bytes]:
        """Yield its body."""
        for data in self._response.iter_bytes():
            yield data


def http_module() -> ModuleType:
    """Return the SDK's HTTP library."""
    try:
        import httpx2 as httpx
    except ImportError:  # openai 3 brings httpx2, openai 2 httpx; both have what is used here
        import httpx  # type: ignore[no-redef]
    return httpx
