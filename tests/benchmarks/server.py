"""What the embedded server adds: tokens a second through it, and many streams at once, beside a bare SSE loop.

Run it with ``python tests/benchmarks/server.py``. Every server runs in a process of its own and sends the same chunks:
the recorder passes on what the bare loop sends, the embedded server plays the tape of that. The client reads without
looking, so the figures are those of servers and sockets. One token an event is finer than the service writes.
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

from table import Table
from texts import tokens

if TYPE_CHECKING:
    from collections.abc import Iterator

MODEL = "MiniMax-M2.7"


async def bare(count: int) -> None:
    """Answer everything with the same stream, one write an event, until standard input closes."""
    head = {"id": "0" * 32, "created": 1, "model": MODEL, "object": "chat.completion.chunk", "usage": None}
    always = {"role": "assistant", "name": "MiniMax AI", "audio_content": ""}
    choices = [{"index": 0, "delta": {"content": text, **always}} for text in tokens("mixed", count)]
    choices[-1]["finish_reason"] = "stop"
    documents = [json.dumps({**head, "choices": [choice]}, ensure_ascii=False) for choice in choices]
    events = [f"data: {document}\n\n".encode() for document in documents]
    pieces = [b"%x\r\n%s\r\n" % (len(event), event) for event in events]

    async def answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        head = await reader.readuntil(b"\r\n\r\n")
        await reader.readexactly(int(head.lower().partition(b"content-length:")[2].split()[0]))
        writer.write(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n")
        for piece in pieces:
            writer.write(piece)
            await writer.drain()
            await asyncio.sleep(0)  # the others' turn
        writer.write(b"0\r\n\r\n")
        await writer.drain()
        writer.close()

    server = await asyncio.start_server(answer, "127.0.0.1", 0, backlog=1024)
    print(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1 none", flush=True)
    await asyncio.to_thread(sys.stdin.read)
    server.close()


def ours(what: str, where: str) -> None:
    """Run the server that plays the tapes of a folder, or the one that records an address, likewise."""
    from minimax_nb.server.app import EmbeddedServer
    from minimax_nb.server.recording.recorder import RecordingServer

    if what == "tape":
        server: Any = EmbeddedServer(tapes=[where], built_in=False, strict=True, speed="max")
    else:
        folder, _, url = where.partition(" ")
        server = RecordingServer(url, "no-key-at-all", folder)
    with server:
        print(server.base_url, server.api_key, flush=True)
        sys.stdin.read()


@contextlib.contextmanager
def served(what: str, where: str) -> Iterator[tuple[str, str]]:
    """A server in a process of its own: its URL and key."""
    command = [sys.executable, __file__, "--serve", what, where]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            url, key = process.stdout.readline().split()
            yield url, key
        finally:
            process.communicate(timeout=60)  # closes its standard input, at which it ends


async def read(url: str, key: str) -> tuple[float, float, int]:
    """Ask once; seconds to the first byte of the reply, seconds in all, and bytes of the body."""
    host, port = url.split("/")[2].split(":")
    body = json.dumps({"model": MODEL, "messages": [{"role": "user", "content": "Ping?"}], "stream": True})
    head = (
        f"POST /v1/chat/completions HTTP/1.1\r\nHost: {host}:{port}\r\nAuthorization: Bearer {key}\r\n"
        f"Content-Type: application/json\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n{body}"
    )
    begun = time.perf_counter()
    reader, writer = await asyncio.open_connection(host, int(port))
    writer.write(head.encode())
    await reader.readuntil(b"\r\n\r\n")
    first, size, tail = 0.0, 0, b""
    while piece := await reader.read(1 << 16):
        first = first or time.perf_counter() - begun
        size += len(piece)
        tail = (tail + piece)[-8:]
        if tail.endswith(b"0\r\n\r\n"):
            break
    writer.close()
    return first, time.perf_counter() - begun, size


async def together(url: str, key: str, streams: int) -> tuple[float, list[tuple[float, float, int]]]:
    """So many streams at once: seconds for all, and each one's figures."""
    begun = time.perf_counter()
    found = await asyncio.gather(*(read(url, key) for _ in range(streams)))
    return time.perf_counter() - begun, list(found)


def measure(table: Table, name: str, where: tuple[str, str], options: argparse.Namespace) -> None:
    """Add a row: the best of some runs of one stream, and one run of many."""
    asyncio.run(read(*where))  # warm
    alone = min((asyncio.run(read(*where)) for _ in range(options.runs)), key=lambda figures: figures[1])
    took, found = asyncio.run(together(*where, options.streams))
    firsts = sorted(first * 1e3 for first, _, _ in found)
    speeds = options.tokens / alone[1], options.streams * options.tokens / took
    table.row(name, speeds[0], alone[0] * 1e3, speeds[1], firsts[len(firsts) // 2], firsts[-1], took, alone[2] / 1e6)


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, default=1000, help="tokens of a reply; default: %(default)s")
    parser.add_argument("--streams", type=int, default=200, help="streams at once; default: %(default)s")
    parser.add_argument("--runs", type=int, default=5, help="runs of one stream; default: %(default)s")
    parser.add_argument("--serve", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.serve:
        what, where = options.serve
        asyncio.run(bare(int(where))) if what == "bare" else ours(what, where)
        return
    columns = [("one stream:", 12), ("tokens/s", 10), ("first ms", 8)]
    columns += [
        (f"{options.streams}: tokens/s", 14),
        ("first ms, median", 16),
        ("last", 7),
        ("all s", 6),
        ("MB each", 7),
    ]
    table = Table(columns)
    with served("bare", str(options.tokens)) as loop, tempfile.TemporaryDirectory() as folder:
        measure(table, "bare loop", loop, options)
        with served("recorder", f"{folder} {loop[0]}") as recorder:
            measure(table, "recorder", recorder, options)
        _keep_one_turn(Path(folder))
        with served("tape", folder) as player:
            measure(table, "tape", player, options)


def _keep_one_turn(folder: Path) -> None:
    """Cut the tape down to its first turn: the others are the same."""
    (path,) = folder.glob("*.json")
    data = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**data, "turns": data["turns"][:1]}), encoding="utf-8")


if __name__ == "__main__":
    main()
