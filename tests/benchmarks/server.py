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
from typing import TYPE_CHECKING

from loopback import Loopback, Request
from table import Table

if TYPE_CHECKING:
    from collections.abc import Iterator

QUESTION = "Ping?"
_SERVE = """
import sys
from minimax_nb.server.app import EmbeddedServer
from minimax_nb.server.recorder import RecordingServer
what, where, key = sys.argv[1:]
if what == "player":
    server = EmbeddedServer(tapes=[where], built_in=False, strict=True, speed="max", key=key)
else:
    folder, url = where.split(" ", 1)
    server = RecordingServer(url, key, folder)
with server:
    print(server.base_url, server.api_key, flush=True)
    sys.stdin.read()
"""


@contextlib.contextmanager
def served(what: str, where: str) -> Iterator[tuple[str, str]]:
    """One of our servers in a process of its own: its URL and key."""
    command = [sys.executable, "-c", _SERVE, what, where, "no-key-at-all"]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        try:
            url, key = process.stdout.readline().split()
            yield url, key
        finally:
            process.communicate(timeout=60)  # closes its standard input, at which it ends


async def read(url: str, key: str, model: str) -> tuple[float, float, int]:
    """Ask once; seconds to the first byte of the reply, seconds in all, and bytes of the body."""
    host, port = url.split("/")[2].split(":")
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": QUESTION}], "stream": True})
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


async def together(url: str, key: str, model: str, streams: int) -> tuple[float, list[tuple[float, float, int]]]:
    """So many streams at once: seconds for all, and each one's figures."""
    begun = time.perf_counter()
    found = await asyncio.gather(*(read(url, key, model) for _ in range(streams)))
    return time.perf_counter() - begun, list(found)


def measure(table: Table, name: str, url: str, key: str, request: Request, *, streams: int, runs: int) -> None:
    """Add a row: the best of some runs of one stream, and one run of many."""
    asyncio.run(read(url, key, request.model))  # warm
    alone = min((asyncio.run(read(url, key, request.model)) for _ in range(runs)), key=lambda figures: figures[1])
    took, found = asyncio.run(together(url, key, request.model, streams))
    firsts = sorted(first for first, _, _ in found)
    each = max(size for _, _, size in found) / 1e6
    table.row(
        name,
        request.count / alone[1],
        alone[0] * 1e3,
        streams * request.count / took,
        firsts[len(firsts) // 2] * 1e3,
        firsts[-1] * 1e3,
        took,
        each,
    )


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tokens", type=int, default=1000, help="tokens of a reply; default: %(default)s")
    parser.add_argument("--streams", type=int, default=200, help="streams at once; default: %(default)s")
    parser.add_argument("--runs", type=int, default=5, help="runs of one stream; default: %(default)s")
    options = parser.parse_args()
    request = Request("mixed", options.tokens)
    columns = [("", 16), ("tokens/s", 10), ("first ms", 9), ("together t/s", 13)]
    columns += [("first ms, median", 17), ("first ms, last", 15), ("all s", 7), ("MB each", 8)]
    table = Table(columns)
    sizes = {"streams": options.streams, "runs": options.runs}
    with Loopback() as loopback, tempfile.TemporaryDirectory() as folder:
        bare = f"{loopback.url}/v1"
        measure(table, "bare loop", bare, "", request, **sizes)
        with served("recorder", f"{folder} {bare}") as (url, key):
            asyncio.run(read(url, key, request.model))
            measure(table, "recorder", url, key, request, **sizes)
        _keep_one_turn(Path(folder))
        with served("player", folder) as (url, key):
            measure(table, "tape", url, key, request, **sizes)


def _keep_one_turn(folder: Path) -> None:
    """Cut the tape down to its first turn: the others are the same."""
    (path,) = folder.glob("*.json")
    data = json.loads(path.read_text(encoding="utf-8"))
    path.write_text(json.dumps({**data, "turns": data["turns"][:1]}), encoding="utf-8")


if __name__ == "__main__":
    main()
