"""A bare streaming server in a process of its own: a text of chosen kind, length and pace, one token an event.

The name of the model says what to stream, as ``prose-4000-100-native``: kind of text, tokens, tokens per second (0: as
fast as it goes), and where the thinking is (``native``: none; ``split``: the first third, in the fields of its own).
``GET /last`` says when the last byte of the last reply left. The process ends when its standard input closes.
"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
import time
import urllib.request
from contextlib import suppress
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Self

from texts import tokens


@dataclass(frozen=True)
class Request:
    """What to stream: kind of text, tokens, tokens per second (0: no pause), split reasoning or none."""

    kind: str
    count: int
    rate: int = 0
    form: str = "native"

    @property
    def model(self) -> str:
        """The model name that asks for it."""
        return f"{self.kind}-{self.count}-{self.rate}-{self.form}"

    @classmethod
    def of(cls, model: str) -> Request:
        """The request that a model name stands for."""
        kind, count, rate, form = model.split("-")
        return cls(kind, int(count), int(rate), form)

    def pieces(self) -> tuple[list[str], list[str]]:
        """The tokens of the reasoning and of the answer."""
        found = tokens(self.kind, self.count)
        cut = self.count // 3 if self.form == "split" else 0
        return found[:cut], found[cut:]

    @property
    def text_bytes(self) -> int:
        """How long the text is as UTF-8."""
        return len("".join(tokens(self.kind, self.count)).encode())


class Loopback:
    """The server's process, seen from the benchmark."""

    def __enter__(self) -> Self:
        self._process = subprocess.Popen(
            [sys.executable, str(Path(__file__))], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
        )
        assert self._process.stdout is not None
        self.url = self._process.stdout.readline().strip()
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate()  # closes its standard input, at which it ends

    def last_byte_at(self) -> float:
        """When the last byte of the last reply left, on the clock of ``time.monotonic``, which processes share."""
        with urllib.request.urlopen(f"{self.url}/last", timeout=10) as response:
            return float(json.load(response))


_last_byte_at = 0.0


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"  # chunked, and the connection stays open, as with the service
    disable_nagle_algorithm = True

    def do_GET(self) -> None:
        self._answer(json.dumps(_last_byte_at).encode(), "application/json")

    def do_POST(self) -> None:
        body = json.loads(self.rfile.read(int(self.headers["Content-Length"])))
        request = Request.of(body["model"])
        usage = bool((body.get("stream_options") or {}).get("include_usage"))
        chunks = list(_events(request, usage=usage))
        self.send_response(200)
        self.send_header("Content-Type", "text/event-stream")
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        try:
            self._stream(chunks, request.rate)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _stream(self, chunks: list[bytes], rate: int) -> None:
        global _last_byte_at
        start = time.monotonic()
        for position, chunk in enumerate(chunks):
            if rate:
                wait = start + position / rate - time.monotonic()
                if wait > 0:
                    time.sleep(wait)
            self.wfile.write(chunk)
        self.wfile.write(b"0\r\n\r\n")
        _last_byte_at = time.monotonic()

    def _answer(self, body: bytes, kind: str) -> None:
        self.send_response(200)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


class _Server(ThreadingHTTPServer):
    daemon_threads = True

    def handle_error(self, *_: Any) -> None:
        """Say nothing: a client that goes away midway is a case to measure, not an accident."""


def _events(request: Request, *, usage: bool) -> list[bytes]:
    """Every event of the stream in the service's form, each as one HTTP chunk."""
    always = {"role": "assistant", "name": "MiniMax AI", "audio_content": ""}
    detail = {"type": "reasoning.text", "id": "reasoning-text-1", "format": "MiniMax-response-v1", "index": 0}
    thinking, answer = request.pieces()
    deltas: list[dict[str, Any]] = [
        {"content": "", **always, "reasoning_content": text, "reasoning_details": [{**detail, "text": text}]}
        for text in thinking
    ]
    deltas += [{"content": text, **always} for text in answer]
    found = [_event(request, [{"index": 0, "delta": delta}]) for delta in deltas]
    found.append(_event(request, [{"index": 0, "delta": {"content": "", **always}, "finish_reason": "stop"}]))
    if usage:
        counts = {"prompt_tokens": 9, "completion_tokens": request.count, "total_tokens": request.count + 9}
        found.append(_event(request, [], usage=counts))
    found.append(_http_chunk(b"data: [DONE]\n\n"))
    return found


def _event(request: Request, choices: list[Any], usage: dict[str, int] | None = None) -> bytes:
    document = {
        "id": "0123456789abcdef0123456789abcdef",
        "choices": choices,
        "created": 1790000000,
        "model": request.model,
        "object": "chat.completion.chunk",
        "usage": usage,
        "input_sensitive": False,
        "output_sensitive": False,
        "input_sensitive_type": 0,
        "output_sensitive_type": 0,
        "output_sensitive_int": 0,
    }
    return _http_chunk(f"data: {json.dumps(document, ensure_ascii=False)}\n\n".encode())


def _http_chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


def main() -> None:
    """Serve until standard input closes."""
    server = _Server(("127.0.0.1", 0), _Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    print(f"http://127.0.0.1:{server.server_address[1]}", flush=True)
    with suppress(KeyboardInterrupt):
        sys.stdin.read()


if __name__ == "__main__":
    main()
