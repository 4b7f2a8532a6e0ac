"""ASGI response of a reply: sent part by part, until its end, its limit, or until the client disconnects."""

from __future__ import annotations

import asyncio
import contextlib
from typing import TYPE_CHECKING, Any, cast

from starlette.responses import StreamingResponse

from .backend import BrokenOffError

if TYPE_CHECKING:
    from collections.abc import Awaitable, Callable

    from starlette.types import Receive, Scope, Send

    from .outgoing import Outgoing

LONGEST_S = 900.0
"""No reply, not even a hanging one, is kept open for longer than this many seconds."""


class ReplyResponse(StreamingResponse):
    """ASGI response that counts as open, can be ended by the gate, and is not sent for longer than a limit.

    Args:
        answer: gives the reply; asked once the client is listened to, so that one that leaves ends it.
        open_: the replies that are being sent.
    """

    def __init__(self, answer: Callable[[], Awaitable[Outgoing]], open_: set[Any]) -> None:
        super().__init__(())
        self._answer = answer
        self._open = open_

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send it."""
        task = cast("asyncio.Task[None]", asyncio.current_task())
        self._open.add(task)
        try:
            # What is over the limit is left unfinished, so the connection drops.
            with contextlib.suppress(TimeoutError):
                async with asyncio.timeout(LONGEST_S):
                    await super().__call__(scope, receive, send)
        finally:
            self._open.discard(task)

    async def stream_response(self, send: Send) -> None:
        """Send it, until its end or without one."""
        reply = await self._answer()
        self.status_code = reply.status
        self.init_headers(reply.headers)
        self.body_iterator = reply.parts
        try:
            with contextlib.suppress(BrokenOffError):  # left unfinished, so the connection drops
                await super().stream_response(send)
        finally:
            await reply.aclose()
