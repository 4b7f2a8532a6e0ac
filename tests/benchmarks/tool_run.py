"""What a run of fifty rounds with long tool results costs the kernel and its wire, beside draining the same streams.

Run ``python tests/benchmarks/tool_run.py``; it takes half a minute. The server is a process of its own.
"""

from __future__ import annotations

import json
import multiprocessing
import statistics
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from session import Kernel
from table import Table

ROUNDS = 50
RATE = 400.0
RESULT = "A line of what the tool has found, long enough to be worth reading.\n" * 60
HEAD = {"id": "x", "object": "chat.completion.chunk", "created": 0, "model": "MiniMax-M2.7"}

PREPARE = f"""
import time, openai, minimax_nb as mm
client = openai.OpenAI(base_url={{url!r}}, api_key="none")
RESULT = {RESULT!r}

def look_up(topic: str) -> str:
    '''Look something up.'''
    return RESULT

whole = mm.Chat(client, tools=[look_up], max_rounds={ROUNDS} + 5, display=False)
whole("Go")
tools = [mm.Tool.of(look_up).schema]
places = [place for place, message in enumerate(whole.messages) if message["role"] == "assistant"]

def drain():
    # The same requests: the SDK spends much on taking in a long history.
    for place in places:
        request = dict(model="MiniMax-M2.7", messages=whole.messages[:place], tools=tools, stream=True)
        for chunk in client.chat.completions.create(**request):
            pass

def chat():
    mm.Chat(client, tools=[look_up], max_rounds={ROUNDS} + 5)("Go")
"""
MEASURE = "before = time.process_time()\n{name}()\nresult = time.process_time() - before"


class Scripted(BaseHTTPRequestHandler):
    """A model that thinks and calls the tool, fifty times, and then answers."""

    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        """One round."""
        request = json.loads(self.rfile.read(int(self.headers["content-length"])))
        done = sum(message["role"] == "tool" for message in request["messages"])
        self.send_response(200)
        self.send_header("content-type", "text/event-stream")
        self.send_header("transfer-encoding", "chunked")
        self.end_headers()
        for delta, finish in deltas(done):
            time.sleep(1 / RATE)
            choice = {"index": 0, "delta": delta, **({"finish_reason": finish} if finish else {})}
            event = f"data: {json.dumps({**HEAD, 'choices': [choice]})}\n\n".encode()
            self.wfile.write(f"{len(event):x}\r\n".encode() + event + b"\r\n")
        self.wfile.write(b"0\r\n\r\n")

    def log_message(self, *_: Any) -> None:
        """Say nothing."""


def deltas(done: int) -> list[tuple[dict[str, Any], str | None]]:
    """What is said in the round after so many results."""
    thought = [({"reasoning_content": f" thought {number}"}, None) for number in range(40)]
    if done >= ROUNDS:
        return [*thought, *(({"content": f" word{number}"}, None) for number in range(200)), ({}, "stop")]
    function = {"name": "look_up", "arguments": json.dumps({"topic": f"number {done}"})}
    call = {"index": 0, "id": f"call_{done}", "type": "function", "function": function}
    return [*thought, ({"tool_calls": [call]}, None), ({}, "tool_calls")]


def text_bytes() -> int:
    """Bytes of what was said and of what the tools returned."""
    said = sum(
        len(str(value))
        for done in range(ROUNDS + 1)
        for delta, _ in deltas(done)
        for key, value in delta.items()
        if key != "tool_calls"
    )
    return said + ROUNDS * len(RESULT)


def serve(port: Any) -> None:
    """The server, until its process is ended."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Scripted)
    port.put(server.server_port)
    server.serve_forever()


def main() -> None:
    """Run both three times in turn and print what each took."""
    context = multiprocessing.get_context("spawn")
    port = context.Queue()
    process = context.Process(target=serve, args=(port,), daemon=True)
    process.start()
    url = f"http://127.0.0.1:{port.get(timeout=30)}/v1"
    spent: dict[str, list[float]] = {"drain": [], "chat": []}
    try:
        with Kernel() as kernel:
            kernel.run(PREPARE.format(url=url), timeout=120)
            for _ in range(3):
                for name, times in spent.items():
                    outcome = kernel.run(MEASURE.format(name=name), timeout=120, linger=0.5)
                    times.append(outcome.value)
    finally:
        process.terminate()
    document = [message for message in outcome.messages if message.kind == "update_display_data"]
    whole, last = sum(message.content for message in outcome.messages), sum(message.content for message in document)
    drained, chatted = statistics.median(spent["drain"]), statistics.median(spent["chat"])
    columns = [("contender", 9), ("messages", 8), ("B/B live", 8), ("B/B doc", 8), ("CPU s", 7), ("x drain", 7)]
    table = Table(columns)
    table.row("drain", 0, 0.0, None, drained, 1.0)
    size = text_bytes()
    table.row("chat", len(outcome.messages), (whole - last) / size, last / size, chatted, chatted / drained)


if __name__ == "__main__":
    main()
