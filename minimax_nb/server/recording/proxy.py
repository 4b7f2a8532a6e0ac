"""Reverse proxy of one request, with a tee of its reply."""

from __future__ import annotations

import time
from contextlib import AsyncExitStack, nullcontext
from typing import TYPE_CHECKING, Any

from minimax_nb.hosts import host_of, is_loopback
from minimax_nb.server.api_error import ApiError
from minimax_nb.server.http.backend import BrokenOffError
from minimax_nb.server.http.outgoing import Outgoing, error_reply
from minimax_nb.server.tape.recorded import RecordedReply, form_of

from .tee import ReplyTee

try:
    import httpx2 as httpx
except ImportError:  # openai 3 brings httpx2, openai 2 httpx; both have what is used here
    import httpx  # type: ignore[no-redef]

if TYPE_CHECKING:
    from collections.abc import AsyncGenerator, Callable, Mapping

    from minimax_nb.server.http.backend import Backend
    from minimax_nb.server.http.gate import InboundRequest

_DROPPED_REQUEST_HEADERS = {
    "authorization",
    "host",
    "content-length",
    "transfer-encoding",
    "connection",
    "accept-encoding",
    "cookie",
}
_KEPT_RESPONSE_HEADERS = {
    "content-type", "cache-control", "retry-after", "retry-after-ms", "x-should-retry", "x-request-id",
    "trace-id", "minimax-request-id", "x-mm-request-id", "x-session-id",
}  # fmt: skip
_HOST_HEADER = "minimax-nb-host"
_TIMEOUT_S = 600.0
"""As the SDK's own; a client with less patience leaves earlier, and then the request ends."""
_CONNECT_TIMEOUT_S = 10.0
_MOST_WRITES = 8


def http_client(base_url: str) -> httpx.AsyncClient:
    """Make an HTTP client that keeps connections open, and goes through the user's proxy if there is one.

    Args:
        base_url: where they lead; no proxy can reach a server on this machine.
    """
    return httpx.AsyncClient(
        trust_env=not is_loopback(host_of(base_url)),
        timeout=httpx.Timeout(_TIMEOUT_S, connect=_CONNECT_TIMEOUT_S),
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=20),
        follow_redirects=True,
    )


class Proxied:
    """Another server's reply to the same request.

    Args:
        http: the HTTP client that is kept open; None where there is none.
        url: where it goes.
        key: the endpoint's key, which takes the place of ours.
        inbound: the request.
        backend: what is waited with.
        ours: whether the other server is one of this process: then it says itself who has answered.
    """

    def __init__(
        self,
        http: httpx.AsyncClient | None,
        url: str,
        key: str,
        inbound: InboundRequest,
        backend: Backend,
        *,
        ours: bool = False,
    ) -> None:
        self._ours = ours
        self._http = http
        self._url = url
        self._key = key
        self._inbound = inbound
        self._backend = backend
        self._tee: ReplyTee | None = None
        self._form: dict[str, bool] = {}
        self._store: Callable[[RecordedReply], None] | None = None
        self._written_events = self._writes = 0

    def record(self, request: Mapping[str, Any], store: Callable[[RecordedReply], None]) -> None:
        """Record the reply.

        Args:
            request: the parsed body.
            store: is given the reply when it is whole, and again when more of it has come; blocks until it is on disk.
        """
        self._form = form_of(request)
        self._tee = ReplyTee(stream=self._form["stream"], include_usage=self._form["stream_options.include_usage"])
        self._store = store

    async def reply(self) -> Outgoing:
        """Ask the endpoint, and give what it answers as it comes."""
        headers = {name: value for name, value in self._inbound.headers.items() if name not in _DROPPED_REQUEST_HEADERS}
        headers |= {"authorization": f"Bearer {self._key}", "accept-encoding": "identity"}
        host = host_of(self._url)
        opened = AsyncExitStack()
        try:
            http = await opened.enter_async_context(
                self._backend.http_client(trust_env=not is_loopback(host)) or nullcontext(self._http)
            )
            response = await opened.enter_async_context(
                http.stream(self._inbound.method, self._url, headers=headers, content=self._inbound.body)
            )
        except httpx.HTTPError as error:
            await opened.aclose()
            what = f"{host} could not be reached while recording: {type(error).__name__}"
            return error_reply(ApiError(502, "server_error", what))
        except BaseException:
            await opened.aclose()
            raise
        kept = {name.lower(): value for name, value in response.headers.items()}
        who = kept.get(_HOST_HEADER) if self._ours else host  # the reader is told who has answered
        kept = {name: value for name, value in kept.items() if name in _KEPT_RESPONSE_HEADERS}
        return Outgoing(
            response.status_code, {**kept, **({_HOST_HEADER: who} if who else {})}, self._relay(response), opened
        )

    async def _relay(self, response: httpx.Response) -> AsyncGenerator[bytes]:
        """Yield the endpoint's bytes, each after the tee has them and after what they complete is stored."""
        tee = self._tee if response.status_code == 200 else None
        held = b""
        try:
            async for data in response.aiter_bytes():
                if tee:
                    tee.feed(data, time.monotonic() - self._inbound.arrived)
                    await self._write(tee)
                if tee and not self._form["stream"]:
                    # It is whole only with its end, so its last bytes wait for that.
                    held, data = data, held  # noqa: PLW2901
                if data:
                    yield data
        except httpx.HTTPError as error:  # the reply is left unfinished, as it came
            yield held
            raise BrokenOffError from error
        if tee:
            tee.close()
            await self._write(tee, ended=True)
        yield held

    async def _write(self, tee: ReplyTee, *, ended: bool = False) -> None:
        """Store the reply if it is complete by now, before what made it so goes out: a reader finds it recorded."""
        events = tee.complete_events()
        if events is None or self._store is None or len(events) == self._written_events:
            return
        # Its usage and its end may follow. An endpoint that goes on and on is not written anew for each event.
        if not ended and self._writes >= _MOST_WRITES and len(events) < 2 * self._written_events:
            return
        self._written_events = len(events)
        self._writes += 1
        split, usage = self._form["reasoning_split"], self._form["stream_options.include_usage"]
        await self._backend.run(self._store, RecordedReply(self._form["stream"], split, usage, events, {}))
