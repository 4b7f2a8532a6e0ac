"""Switchboard: a server whose address lasts, while the servers that answer behind it come and go.

A client that was made while tapes were recorded or replayed holds an address. With this one it reaches whatever is
recording or replaying now, and is told so in words when nothing is.
"""

from __future__ import annotations

import contextlib
import secrets
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from minimax_nb.server.api_error import ApiError, unauthorised
from minimax_nb.server.http.gate import Gate, InboundRequest
from minimax_nb.server.http.local_server import LocalServer, new_key
from minimax_nb.server.http.outgoing import error_reply

from .proxy import Proxied, http_client

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Callable

    from starlette.applications import Starlette

    from minimax_nb.server.http.backend import Backend
    from minimax_nb.server.http.outgoing import Outgoing

_STATUS = 404
"""One that no client sends a request again for."""


class Switchboard(LocalServer):
    """Server on this machine that passes each request on to the server that answers at the moment.

    Args:
        find: gives the base URL and the key of the server for a key of ours; may take its time. A ``LookupError`` says
            why there is none.

    Attributes:
        keys: the keys that it asks for; each stands for one way.
    """

    def __init__(self, find: Callable[[str], tuple[str, str]]) -> None:
        self.keys: list[str] = []
        self._find = find
        self._http: Any = None
        super().__init__(Gate(lambda header: bool(self._key(header)), self._answer, self._connected), new_key())

    def add_key(self) -> str:
        """Make one more key."""
        key = new_key()
        self.keys.append(key)
        return key

    @contextlib.asynccontextmanager
    async def _connected(self, _: Starlette) -> AsyncIterator[None]:
        async with http_client(self.base_url) as self._http:
            yield

    def _key(self, header: str) -> str:
        """The key of ours in an ``Authorization`` header, or ""."""
        scheme, _, sent = header.partition(" ")
        given = sent.strip().encode()
        known = [key for key in self.keys if secrets.compare_digest(given, key.encode())]
        return known[0] if known and scheme.lower() == "bearer" else ""

    async def _answer(self, inbound: InboundRequest, backend: Backend) -> Outgoing:
        key = self._key(inbound.headers.get("authorization", ""))
        if not key:
            return error_reply(unauthorised())
        if ".." in inbound.path.split("/"):
            return error_reply(ApiError(_STATUS, "not_found_error", "there is no such path"))
        try:
            base_url, own_key = await backend.run(self._find, key)
        except LookupError as error:
            return error_reply(ApiError(_STATUS, "no_block_error", str(error.args[0])))
        url = base_url + quote(inbound.path.removeprefix("/v1")) + (f"?{inbound.query}" if inbound.query else "")
        return await Proxied(self._http, url, own_key, inbound, backend, ours=True).reply()
