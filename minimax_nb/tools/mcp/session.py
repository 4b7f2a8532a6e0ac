"""A session with one MCP server, in a thread with a loop of its own, for calls from any thread and any loop."""

from __future__ import annotations

import asyncio
import concurrent.futures
import logging
import os
import tempfile
import threading
from contextlib import AsyncExitStack, suppress
from typing import TYPE_CHECKING, Any, TextIO, cast

from minimax_nb.errors import ConfigurationError, ToolError
from minimax_nb.redaction import Masker

from .listing import tolerant

if TYPE_CHECKING:
    from .source import ServerSource

_SLICE_S = 0.2
_ENDING_S = 10.0
_MOST_PAGES = 1_000
_LAST_WORDS = 800
"""Bytes at most of what a server wrote to standard error that an error repeats, in whole lines."""

_HANDED_ON = [name for each in ("http", "https", "all", "no") for name in (f"{each}_proxy", f"{each}_proxy".upper())]
_HANDED_ON += ["SSL_CERT_FILE", "SSL_CERT_DIR", "REQUESTS_CA_BUNDLE", "NODE_EXTRA_CA_CERTS", "LANG", "LC_ALL", "TZ"]
"""Variables that a server gets besides those of the SDK: the way to the net, for what fetches itself, and the place."""


class Session:
    """An open session; calls may come from any thread.

    Args:
        source: the server.
        timeout_s: seconds that a call may take.
        start_timeout_s: seconds that starting it and asking for its tools may take.

    Attributes:
        source: the server.
        tools: what it offers, as the SDK gives it.
        left_out: what it offers that is no tool, in words.
        server: its name and version, as it says; "" where it does not.

    Raises:
        ConfigurationError: it cannot be started or reached, or does not speak MCP; the message says why.
    """

    def __init__(self, source: ServerSource, timeout_s: float, start_timeout_s: float) -> None:
        self.source = source
        self.tools: list[Any] = []
        self.left_out: list[str] = []
        self.server = ""
        self._timeout_s = timeout_s
        self._start_timeout_s = start_timeout_s
        self._masker = Masker(source.secrets)
        self._client: Any = None
        self._task: asyncio.Task[Any] | None = None
        self._errors = tempfile.TemporaryFile("w+b")  # noqa: SIM115 - it is closed with the session
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._opened: concurrent.futures.Future[None] = concurrent.futures.Future()
        # Its SDK logs what goes wrong; without a handler that would be printed into the notebook.
        logging.getLogger("mcp").addHandler(logging.NullHandler())
        self._thread = threading.Thread(target=self._live, name=f"minimax-nb-mcp-{source.name[:40]}", daemon=True)
        self._thread.start()
        self._wait_until_open()

    def close(self) -> None:
        """End the session, and the server if it was started here; nothing happens when it has ended."""
        with suppress(RuntimeError):  # the loop is closed
            self._loop.call_soon_threadsafe(self._stop.set)
        if threading.current_thread() is not self._thread:
            self._thread.join(_ENDING_S)

    async def call(self, name: str, arguments: dict[str, Any]) -> Any:
        """Call a tool; a cancellation here cancels it there.

        Args:
            name: the tool, as the server calls it.
            arguments: its arguments.

        Returns:
            The SDK's ``CallToolResult``.

        Raises:
            ToolError: the server has ended, does not answer in time, or answers with something else.
        """
        if self._client is None:
            raise ToolError(f"the MCP server {self.source.name!r} is closed: mm.mcp(…) starts it again")
        coroutine = self._called(name, arguments)
        try:
            future = asyncio.run_coroutine_threadsafe(coroutine, self._loop)
        except RuntimeError:  # it ends at this moment
            coroutine.close()
            raise ToolError(f"the MCP server {self.source.name!r} has just been closed") from None
        return await asyncio.wrap_future(future)

    async def _called(self, name: str, arguments: dict[str, Any]) -> Any:
        from mcp import MCPError

        where = f"the tool {name!r} of the MCP server {self.source.name!r}"
        call = asyncio.ensure_future(self._client.call_tool(name, arguments))
        stopped = asyncio.ensure_future(self._stop.wait())
        try:
            done, _ = await asyncio.wait([call, stopped], timeout=self._timeout_s, return_when="FIRST_COMPLETED")
            if call in done:
                return call.result()
            raise ToolError(
                f"{where}: the server was closed before it answered"
                if done
                else f"{where}: no answer within {self._timeout_s:g} s. mm.mcp(…, timeout=…) allows more"
            )
        except MCPError as error:
            closed = "closed" in str(error).lower()
            more = f"{self._last_words()}. mm.mcp(…) starts it again" if closed else ""
            raise ToolError(self._masker.text(f"{where}: {error}{more}")) from error
        except ToolError:
            raise
        except Exception as error:
            leaf = _leaf(error)
            raise ToolError(self._masker.text(f"{where}: {type(leaf).__name__}: {leaf}{self._last_words()}")) from error
        finally:
            for task in (call, stopped):
                task.cancel()
            await asyncio.gather(call, stopped, return_exceptions=True)

    def _live(self) -> None:
        """The thread: opens the session, waits until it is to end, closes it."""
        asyncio.set_event_loop(self._loop)
        try:
            with suppress(BaseException):  # told to who waits for it to open; what breaks as it ends, to nobody
                self._loop.run_until_complete(self._session())
        finally:
            self._client = None
            self._errors.close()
            self._loop.close()

    async def _session(self) -> None:
        """All in one task: the SDK's contexts are to be left where they were entered."""
        self._task = asyncio.current_task()
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout(self._start_timeout_s):
                    await self._open(stack)
            except BaseException as error:
                self._opened.set_exception(ConfigurationError(self._why_not(error)))
                raise
            self._opened.set_result(None)
            await self._stop.wait()
            self._client = None

    async def _open(self, stack: AsyncExitStack) -> None:
        import httpx2
        from mcp import Client, StdioServerParameters, stdio_client
        from mcp.client.streamable_http import streamable_http_client
        from mcp.types import PaginatedRequestParams

        source = self.source
        transport: Any
        if source.url:
            # A call has its own limit, so that a stream may be silent for as long as that allows.
            patience = httpx2.Timeout(30.0, read=None)
            http = await stack.enter_async_context(httpx2.AsyncClient(headers=dict(source.headers), timeout=patience))
            transport = streamable_http_client(source.url, http_client=http)
        else:
            command, *args = source.command
            env = {name: os.environ[name] for name in _HANDED_ON if name in os.environ} | dict(source.env)
            # A line that is no UTF-8 is noise like any other, and no reason to end.
            parameters = StdioServerParameters(command=command, args=args, env=env, encoding_error_handler="replace")
            transport = stdio_client(parameters, errlog=cast("TextIO", self._errors))  # its number alone counts
        client = await stack.enter_async_context(Client(tolerant(transport, self.left_out)))
        about = client.server_info
        self.server = f"{about.name} {about.version}".strip() if about is not None else ""
        cursor = None
        for _ in range(_MOST_PAGES):
            params = None if cursor is None else PaginatedRequestParams(cursor=cursor)
            page = await client.session.list_tools(params=params)
            self.tools += page.tools
            if not (cursor := page.next_cursor):
                break
        self._client = client

    def _wait_until_open(self) -> None:
        """Wait in slices, so that an interrupt gets through; it breaks off the start."""
        try:
            while not self._opened.done():
                with suppress(concurrent.futures.TimeoutError):
                    self._opened.exception(_SLICE_S)
        except KeyboardInterrupt:
            if self._task is not None:
                self._loop.call_soon_threadsafe(self._task.cancel)
            self._thread.join(_ENDING_S)
            raise
        if (error := self._opened.exception()) is not None:
            self._thread.join(_ENDING_S)
            raise error

    def _why_not(self, error: BaseException) -> str:
        """Why a server could not be started or reached, and what to do."""
        leaf, source = _leaf(error), self.source
        command = source.command[0] if source.command else ""
        if isinstance(leaf, TimeoutError | asyncio.CancelledError):
            why = f"it did not answer within {self._start_timeout_s:g} s. mm.mcp(…, start_timeout=…) allows more"
            said = f"the MCP server {source.name!r}: {why}{self._last_words()}"
        elif command and isinstance(leaf, FileNotFoundError):
            runner = {"uvx": " (it comes with uv)", "npx": " (it comes with Node.js)"}.get(command, "")
            said = (
                f"expected a command that starts an MCP server, found no program {command!r}{runner}: install it first"
            )
        elif command and isinstance(leaf, OSError):
            said = f"the MCP server {source.name!r}: {command!r} cannot be started: {leaf.strerror or leaf}"
        else:
            said = f"expected a server that speaks MCP, {source.name!r} does not: {leaf or type(leaf).__name__}"
            said += self._hint(leaf) + self._last_words()
        return self._masker.text(said)

    def _hint(self, error: BaseException) -> str:
        """What to do about an address that does not answer as an MCP server."""
        status = getattr(getattr(error, "response", None), "status_code", None)
        if status in (401, 403) or "unauthorized" in str(error).lower():
            return "; it wants a key: mm.mcp(…, headers={…})"
        return "; is the address whole? Many end in /mcp" if self.source.url else ""

    def _last_words(self) -> str:
        """The end of what the server wrote to standard error, as a further sentence."""
        try:
            size = os.fstat(self._errors.fileno()).st_size
            text = os.pread(self._errors.fileno(), _LAST_WORDS, max(0, size - _LAST_WORDS)).decode("utf-8", "replace")
        except (OSError, ValueError):  # it is closed
            return ""
        if size > _LAST_WORDS and "\n" in text.rstrip():
            text = text.partition("\n")[2]
        return f". It wrote: {text.strip()}" if text.strip() else ""


def _leaf(error: BaseException) -> BaseException:
    """The first error in a group of groups."""
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error
