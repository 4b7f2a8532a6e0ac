"""One request's way to the endpoint and its reply's way back, with somebody listening."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

import anyio.to_thread

from minimax_nb.hosts import host_of, is_loopback
from minimax_nb.server.api_error import ApiError
from minimax_nb.server.http.gate import Asked, refusal
from minimax_nb.server.tape.recorded import Recorded, form_of

from .tee import Listener

try:
    import httpx2 as httpx
except ImportError:  # openai 3 brings httpx2, openai 2 httpx; both have what is used here
    import httpx  # type: ignore[no-redef]

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping

    from starlette.types import Send

_LEFT_HERE = {"authorization", "host", "content-length", "transfer-encoding", "connection", "accept-encoding", "cookie"}
_BROUGHT_BACK = {
    "content-type", "cache-control", "retry-after", "retry-after-ms", "x-should-retry", "x-request-id",
    "trace-id", "minimax-request-id", "x-mm-request-id", "x-session-id",
}  # fmt: skip
_TIMEOUT_S = 600.0
"""As the SDK's own; a client with less patience leaves earlier, and then the request ends."""
_CONNECT_TIMEOUT_S = 10.0
_MOST_STORES = 8


def connections(base_url: str) -> httpx.AsyncClient:
    """Connections that stay open from request to request, through the user's proxy if there is one.

    Args:
        base_url: where they lead; no proxy can reach a server on this machine.
    """
    return httpx.AsyncClient(
        trust_env=not is_loopback(host_of(base_url)),
        timeout=httpx.Timeout(_TIMEOUT_S, connect=_CONNECT_TIMEOUT_S),
        limits=httpx.Limits(max_connections=None, max_keepalive_connections=20),
        follow_redirects=True,
    )


class Passage:
    """A request that is passed on, and its reply.

    Args:
        http: the connections.
        url: where it goes.
        key: the endpoint's key, which takes the place of ours.
        asked: the request.
    """

    def __init__(self, http: httpx.AsyncClient, url: str, key: str, asked: Asked) -> None:
        self._http = http
        self._url = url
        self._key = key
        self._asked = asked
        self._listener: Listener | None = None
        self._form: dict[str, bool] = {}
        self._keep: Callable[[Recorded], None] | None = None
        self._stored_events = self._stores = 0

    def listen(self, request: Mapping[str, Any], keep: Callable[[Recorded], None]) -> None:
        """Have the reply listened to.

        Args:
            request: the parsed body.
            keep: is given the reply when it is whole, and again when more of it has come; blocks until it is on disk.
        """
        self._form = form_of(request)
        self._listener = Listener(stream=self._form["stream"], include_usage=self._form["stream_options.include_usage"])
        self._keep = keep

    async def send(self, send: Send) -> None:
        """Ask the endpoint, and send what it answers as it comes."""
        headers = {name: value for name, value in self._asked.headers.items() if name not in _LEFT_HERE}
        headers |= {"authorization": f"Bearer {self._key}", "accept-encoding": "identity"}
        begun = False
        try:
            async with self._http.stream(
                self._asked.method, self._url, headers=headers, content=self._asked.body
            ) as response:
                begun = True
                await self._bring(response, send)
        except httpx.HTTPError as error:
            if not begun:
                host = host_of(self._url)
                what = f"{host} could not be reached while recording: {type(error).__name__}"
                await refusal(ApiError(502, "server_error", what), self._asked.arrived)(send)
            # Else the reply is left unfinished, as it came.

    async def _bring(self, response: httpx.Response, send: Send) -> None:
        listener = self._listener if response.status_code == 200 else None
        back = [(name, value) for name, value in response.headers.items() if name.lower() in _BROUGHT_BACK]
        back.append(("minimax-nb-host", host_of(self._url)))  # the reader is told who has answered
        raw = [(name.lower().encode("latin-1"), value.encode("latin-1")) for name, value in back]
        await send({"type": "http.response.start", "status": response.status_code, "headers": raw})
        held = b""
        try:
            async for data in response.aiter_bytes():
                if listener:
                    listener.hear(data, time.monotonic() - self._asked.arrived)
                    await self._store(listener)
                if listener and not self._form["stream"]:
                    # It is whole only with its end, so its last piece waits for that.
                    held, data = data, held  # noqa: PLW2901
                if data:
                    await send({"type": "http.response.body", "body": data, "more_body": True})
        except httpx.HTTPError:
            await send({"type": "http.response.body", "body": held, "more_body": True})
            raise
        if listener:
            listener.end()
            await self._store(listener, ended=True)
        await send({"type": "http.response.body", "body": held, "more_body": False})

    async def _store(self, listener: Listener, *, ended: bool = False) -> None:
        """Keep the reply if it is whole by now, before what made it so goes out: who has it all finds it recorded."""
        events = listener.whole()
        if events is None or self._keep is None or len(events) == self._stored_events:
            return
        # Its usage and its end may follow. An endpoint that goes on and on is not written anew for each piece.
        if not ended and self._stores >= _MOST_STORES and len(events) < 2 * self._stored_events:
            return
        self._stored_events = len(events)
        self._stores += 1
        split, usage = self._form["reasoning_split"], self._form["stream_options.include_usage"]
        await anyio.to_thread.run_sync(self._keep, Recorded(self._form["stream"], split, usage, events, {}))
