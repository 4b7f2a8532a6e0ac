"""Servers without a port: the HTTP clients of this process reach them through their own transports.

A client of httpx, and so every client of the SDK, hands a request over to its transport, which opens a connection. For
one made-up host the transport asks the gate of a server of this process instead. Statuses, headers, parts in time,
replies that hang or break off and timeouts are as over a port.
"""

from __future__ import annotations

import errno
import itertools
import sys
import warnings
from contextvars import ContextVar
from functools import wraps
from typing import TYPE_CHECKING, Any, TypeVar
from weakref import WeakKeyDictionary, WeakSet

from minimax_nb.hosts import IN_PROCESS

from .backend import BrokenOffError
from .in_process_backend import Blocking, Suspending, TimedOutError, http_module

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Coroutine, Iterator
    from types import ModuleType

    from .gate import Gate
    from .outgoing import Outgoing

_T = TypeVar("_T")

_gates: dict[int, Gate] = {}
_open: WeakKeyDictionary[Any, WeakSet[_Exchange]] = WeakKeyDictionary()
"""The exchanges of each transport: a client that is closed ends its replies."""
_numbers = (number for number in itertools.count(1) if number != 80)  # which HTTP libraries leave out
_patience: ContextVar[float] = ContextVar("minimax_nb_patience", default=float("inf"))
"""Seconds without a byte that whoever asked this server, perhaps through another, is ready to wait."""


class InProcess:
    """A gate that the HTTP clients of this process reach, from ``start`` to ``stop``.

    Args:
        gate: what answers, and the hosts it answers to.

    Attributes:
        number: stands where a port would; no other server of this process has it.
    """

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self.number = next(_numbers)

    @property
    def address(self) -> str:
        """The host with its number."""
        return f"{IN_PROCESS}:{self.number}"

    def start(self) -> None:
        """Begin to serve."""
        for module in _http_modules():
            _reach_from(module)
        self._gate.hosts = {self.address}
        _gates[self.number] = self._gate

    def stop(self) -> None:
        """End all replies and be gone."""
        self.forget()
        for reply in list(self._gate.open):
            reply.cancel()

    def forget(self) -> None:
        """Be gone."""
        _gates.pop(self.number, None)


def _http_modules() -> list[ModuleType]:
    """The HTTP libraries whose clients are to find us: the SDK's, and those that somebody has loaded besides."""
    names = {http_module().__name__, *({"httpx", "httpx2"} & set(sys.modules))}
    return [sys.modules[name] for name in sorted(names)]


def _reach_from(http: ModuleType) -> None:
    """Have the transports of an HTTP library ask us for requests to our host; all others go as ever."""
    # In a browser tab it warns of each option that the SDK hands to a transport, such as the number of connections.
    warnings.filterwarnings(
        "ignore", r"The following transport option\(s\) are not supported on Emscripten", UserWarning
    )
    transport, async_transport = http.HTTPTransport, http.AsyncHTTPTransport
    if getattr(transport.handle_request, "reaches_minimax_nb", False):
        return
    before, async_before = transport.handle_request, async_transport.handle_async_request
    close_before, aclose_before = transport.close, async_transport.aclose

    @wraps(before)
    def handle_request(self: Any, request: Any) -> Any:
        if request.url.host != IN_PROCESS:
            return before(self, request)
        return _respond(http, request, _open.setdefault(self, WeakSet()))

    @wraps(async_before)
    async def handle_async_request(self: Any, request: Any) -> Any:
        if request.url.host != IN_PROCESS:
            return await async_before(self, request)
        return await _respond_async(http, request, _open.setdefault(self, WeakSet()))

    @wraps(close_before)
    def close(self: Any) -> None:
        for exchange in list(_open.pop(self, ())):
            _drive(exchange.end())
        close_before(self)

    @wraps(aclose_before)
    async def aclose(self: Any) -> None:
        for exchange in list(_open.pop(self, ())):
            await exchange.end()
        await aclose_before(self)

    handle_request.reaches_minimax_nb = True  # type: ignore[attr-defined]
    transport.handle_request, transport.close = handle_request, close
    async_transport.handle_async_request, async_transport.aclose = handle_async_request, aclose


def _asked(http: ModuleType, request: Any) -> Gate:
    gate = _gates.get(request.url.port or 0)
    if gate is None:
        raise http.ConnectError(
            f"no server of this process is at {request.url}: it has been stopped, or belongs to another process. "
            "Without MINIMAX_NB_SERVER=inprocess other processes can ask, too.",
            request=request,
        ) from ConnectionRefusedError(errno.ECONNREFUSED, "Connection refused")
    return gate


def _patience_of(request: Any) -> float:
    read = request.extensions.get("timeout", {}).get("read")
    return float("inf") if read is None else float(read)


def _question(request: Any, body: bytes) -> dict[str, Any]:
    return {
        "method": request.method,
        "path": request.url.path,
        "query": request.url.query.decode("ascii", "replace"),
        "headers": {name.lower(): value for name, value in request.headers.items()},
        "body": body,
    }


class _Exchange:
    """One request and its reply.

    Args:
        http: the HTTP library of whoever asks.
        request: its request.
        kind: the backend.
    """

    def __init__(self, http: ModuleType, request: Any, kind: type[Blocking | Suspending]) -> None:
        self._http = http
        self._request = request
        self._gate = _asked(http, request)
        self._own = _patience_of(request)
        self._patience = min(self._own, _patience.get())
        self.backend = kind(self._patience)
        self._reply: Outgoing | None = None
        self._gate.open.add(self.backend)

    def __del__(self) -> None:  # whoever asked has dropped the reply without closing it
        if hasattr(self, "backend"):
            self._gate.open.discard(self.backend)

    async def begin(self, body: bytes) -> Outgoing:
        """Give the reply, as soon as its head is there."""
        self._reply = await self._step(self._gate.reply(**_question(self._request, body), backend=self.backend))
        return self._reply

    async def part(self) -> bytes | None:
        """Give the next part; None at the end."""
        if self._reply is None:
            return None
        try:
            part: bytes = await self._step(self._reply.parts.__anext__())
        except StopAsyncIteration:
            return None
        return part

    async def end(self) -> None:
        """Close it."""
        self._gate.open.discard(self.backend)
        if self._reply is not None:
            await self._reply.aclose()

    async def _step(self, awaited: Any) -> Any:
        token = _patience.set(self._patience)
        try:
            return await awaited
        except BrokenOffError:
            what = "the server has broken the reply off (incomplete chunked read)"
            raise self._http.RemoteProtocolError(what, request=self._request) from None
        except TimedOutError:
            if self._own > self._patience:  # whoever asked the server that asks us has lost patience
                raise
            raise self._http.ReadTimeout("timed out", request=self._request) from None
        finally:
            _patience.reset(token)


def _drive(coroutine: Coroutine[Any, Any, _T]) -> _T:
    """Run a coroutine that never suspends to its end."""
    try:
        coroutine.send(None)
    except StopIteration as done:
        value: _T = done.value
        return value
    coroutine.close()
    raise RuntimeError("expected a backend that blocks, got one that suspends")


def _respond(http: ModuleType, request: Any, open_: WeakSet[_Exchange]) -> Any:
    body = request.read()
    exchange = _Exchange(http, request, Blocking)
    open_.add(exchange)
    try:
        reply = _drive(exchange.begin(body))
    except BaseException:
        _drive(exchange.end())
        raise

    class Parts(http.SyncByteStream):  # type: ignore[misc,name-defined]
        def __iter__(self) -> Iterator[bytes]:
            try:
                while (part := _drive(exchange.part())) is not None:
                    yield part
            except BaseException:  # a connection that fails is gone, whether or not its reader closes it
                _drive(exchange.end())
                raise

        def close(self) -> None:
            _drive(exchange.end())

    return _response(http, reply, Parts())


async def _respond_async(http: ModuleType, request: Any, open_: WeakSet[_Exchange]) -> Any:
    body = await request.aread()
    exchange = _Exchange(http, request, Suspending)
    open_.add(exchange)
    try:
        reply = await exchange.begin(body)
    except BaseException:
        await exchange.end()
        raise

    class Parts(http.AsyncByteStream):  # type: ignore[misc,name-defined]
        async def __aiter__(self) -> AsyncIterator[bytes]:
            try:
                while (part := await exchange.part()) is not None:
                    yield part
            except BaseException:
                await exchange.end()
                raise

        async def aclose(self) -> None:
            await exchange.end()

    return _response(http, reply, Parts())


def _response(http: ModuleType, reply: Outgoing, stream: Any) -> Any:
    return http.Response(
        reply.status, headers=list(reply.headers.items()), stream=stream, extensions={"http_version": b"HTTP/1.1"}
    )
