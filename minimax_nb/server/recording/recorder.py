"""Recording server: it passes requests on to a real endpoint with the user's key, and records the replies.

Only whole replies of chat completions are kept. An error, a reply that breaks off and one whose reader leaves early are
passed on and forgotten. What is written is what matching needs and what the model said: no header, no query, no
other field of the request; and known secrets are taken out even of that.
"""

from __future__ import annotations

import contextlib
import hmac
import itertools
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl, quote

from minimax_nb.hosts import host_of
from minimax_nb.server.api_error import ApiError, unauthorised
from minimax_nb.server.http.gate import Gate, InboundRequest
from minimax_nb.server.http.local_server import LocalServer, new_key
from minimax_nb.server.http.outgoing import error_reply
from minimax_nb.server.service.rules import parse_body
from minimax_nb.server.tape.match import is_comparable
from minimax_nb.server.tape.redact import secrets_in
from minimax_nb.server.tape.writer import RecordedTurn, TapeWriter

from .proxy import Proxied, http_client

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable, Iterable

    from starlette.applications import Starlette

    from minimax_nb.server.http.backend import Backend
    from minimax_nb.server.http.outgoing import Outgoing


class RecordingServer(LocalServer):
    """Server on this machine that asks a real endpoint and records what it answers.

    Args:
        base_url: the endpoint's base URL.
        key: its key; it never leaves for anywhere else, and is in no tape.
        folder: where the tape goes.
        port: the port to listen on; 0 for any that is free.
        in_process: as for ``LocalServer``.
        unwritten: gives further texts that are to be in no tape, such as keys of a server before this one.

    Attributes:
        tape: the path of the tape, which is written as soon as there is a whole reply.
    """

    def __init__(
        self,
        base_url: str,
        key: str,
        folder: str | Path,
        *,
        port: int = 0,
        in_process: bool | None = None,
        unwritten: Callable[[], Iterable[str]] = tuple,
    ) -> None:
        self._unwritten = unwritten
        self._upstream = base_url.rstrip("/")
        self._upstream_key = key
        self._writer = TapeWriter(Path(folder), host_of(base_url))
        self._numbers = itertools.count()
        self._http: Any = None
        super().__init__(Gate(self._authorizes, self._answer, self._connected), new_key(), port, in_process=in_process)

    @property
    def tape(self) -> Path:
        """The path of the tape."""
        return self._writer.path

    @property
    def recorded(self) -> int:
        """The number of replies that have been recorded."""
        return self._writer.kept

    def start(self) -> RecordingServer:
        """Begin to record.

        Returns:
            The server itself, ready to be inbound.

        Raises:
            OSError: the port is in use, or no tape can be written in the folder.
        """
        if self._way is None:
            self._writer.open()
            try:
                super().start()
            except OSError:
                self._writer.close()
                raise
        return self

    def stop(self) -> None:
        """End all replies and write the tape; nothing happens when it is not running.

        Raises:
            OSError: not everything that was recorded could be written.
        """
        super().stop()
        self._writer.close()

    @contextlib.asynccontextmanager
    async def _connected(self, _: Starlette) -> AsyncIterator[None]:
        async with http_client(self._upstream) as self._http:
            yield

    def _authorizes(self, authorization: str) -> bool:
        scheme, _, key = authorization.partition(" ")
        return scheme.lower() == "bearer" and hmac.compare_digest(key.strip().encode(), self.api_key.encode())

    async def _answer(self, inbound: InboundRequest, backend: Backend) -> Outgoing:
        if not self._authorizes(inbound.headers.get("authorization", "")):
            return error_reply(unauthorised())
        if ".." in inbound.path.split("/"):
            return error_reply(ApiError(404, "not_found_error", "there is no such path"))
        number = next(self._numbers)
        request = _chat_request(inbound)
        url = self._upstream + quote(inbound.path.removeprefix("/v1")) + (f"?{inbound.query}" if inbound.query else "")
        proxied = Proxied(self._http, url, self._upstream_key, inbound, backend)
        if request is not None:
            known = {self._upstream_key, self.api_key, *self._unwritten()}
            known |= set(secrets_in(inbound.headers, dict(parse_qsl(inbound.query))))
            proxied.record(
                request, lambda reply: self._writer.keep(RecordedTurn(number, request, reply, frozenset(known)))
            )
        return await proxied.reply()


def _chat_request(inbound: InboundRequest) -> dict[str, Any] | None:
    """Parse the body of a request whose reply can be recorded; None for all others."""
    if inbound.method != "POST" or not inbound.path.rstrip("/").endswith("/chat/completions"):
        return None
    try:
        request = parse_body(inbound.body)
    except ApiError:  # the endpoint will say so itself
        return None
    return request if is_comparable(request) else None
