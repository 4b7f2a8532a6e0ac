"""An MCP server made with the official SDK: ``python -m tests.support.mcp_server``, or ``serving()`` over HTTP."""

from __future__ import annotations

import asyncio
import base64
import os
import sys
import threading
import time
import zlib
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Literal

import uvicorn
from mcp.server import MCPServer
from mcp.types import (
    AudioContent,
    BlobResourceContents,
    CallToolResult,
    EmbeddedResource,
    ImageContent,
    ResourceLink,
    TextContent,
    TextResourceContents,
)

if TYPE_CHECKING:
    from collections.abc import Iterator

server = MCPServer("clocks", version="1.2")


def png(red: int = 200) -> bytes:
    """A PNG picture of one pixel."""

    def chunk(name: bytes, data: bytes) -> bytes:
        return len(data).to_bytes(4, "big") + name + data + zlib.crc32(name + data).to_bytes(4, "big")

    head = chunk(b"IHDR", bytes([0, 0, 0, 1, 0, 0, 0, 1, 8, 2, 0, 0, 0]))
    return b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes([0, red, 0, 0]))) + chunk(b"IEND", b"")


@server.tool()
def clock(city: Literal["Paris", "Tokyo"], seconds: bool = False) -> str:
    """Tell the time in a city.

    The second paragraph is for the model too.
    """
    return f"{city}: 12:30" + ":15" * seconds


@server.tool()
def add(a: int, b: list[int]) -> int:
    """Add numbers."""
    return a + sum(b)


@server.tool()
def fail(why: str) -> str:
    """Fail."""
    raise RuntimeError(why)


@server.tool()
async def wait(seconds: float) -> str:
    """Wait, and leave a file behind that says how it ended."""
    try:
        await asyncio.sleep(seconds)
    except asyncio.CancelledError:
        if path := os.environ.get("CANCELLED_FILE"):
            with open(path, "w", encoding="utf-8") as file:
                file.write("cancelled")
        raise
    return "waited"


@server.tool()
def variable(name: str) -> str:
    """Tell a variable of the environment."""
    return os.environ.get(name, "(not set)")


@server.tool()
def process() -> str:
    """Tell the number of the process."""
    return str(os.getpid())


@server.tool()
def leave() -> str:
    """End the process in the middle of a call."""
    print("leaving with the key sk-very-secret-1234", file=sys.stderr, flush=True)
    os._exit(3)


@server.tool()
def everything() -> Any:
    """Return a part of each kind."""
    data = base64.b64encode(png()).decode("ascii")
    page = TextResourceContents(uri="clock://face", mime_type="text/plain", text="a round face")
    blob = BlobResourceContents(uri="clock://hand.png", mime_type="image/png", blob=data)
    return CallToolResult(
        content=[
            TextContent(type="text", text="first"),
            ImageContent(type="image", data=data, mime_type="image/png"),
            ImageContent(type="image", data="?broken?", mime_type="image/png"),
            AudioContent(type="audio", data=data, mime_type="audio/wav"),
            EmbeddedResource(type="resource", resource=page),
            EmbeddedResource(type="resource", resource=blob),
            ResourceLink(type="resource_link", name="tower", uri="clock://tower", description="a tall one"),
        ]
    )


@server.tool()
def much(characters: int) -> str:
    """Return a long text."""
    return "x" * characters


@contextmanager
def serving() -> Iterator[str]:
    """Serve it over streamable HTTP from a thread; give the address. Once in a process: the SDK takes no second run."""
    one = uvicorn.Server(uvicorn.Config(server.streamable_http_app(), host="127.0.0.1", port=0, log_level="error"))
    thread = threading.Thread(target=one.run, daemon=True)
    thread.start()
    while not one.started and thread.is_alive():
        time.sleep(0.02)
    try:
        yield f"http://127.0.0.1:{one.servers[0].sockets[0].getsockname()[1]}/mcp"
    finally:
        one.should_exit = True
        thread.join(20)


if __name__ == "__main__":
    server.run()
