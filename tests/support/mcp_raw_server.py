"""MCP servers that do it wrong, written without an SDK: ``python -m tests.support.mcp_raw_server KIND``."""

from __future__ import annotations

import json
import os
import sys
import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

GOOD: dict[str, Any] = {"name": "good", "description": "Fine.", "inputSchema": {"type": "object", "properties": {}}}

TOOLS: Mapping[str, list[Any]] = {
    "names": [
        {**GOOD, "name": "a.b/c"},
        {**GOOD, "name": "a_b_c"},
        {**GOOD, "name": "ä" * 100},
        {**GOOD, "name": ""},
        GOOD,
        GOOD,
    ],
    "schemas": [
        GOOD,
        {**GOOD, "name": "array", "inputSchema": {"type": "array"}},
        {**GOOD, "name": "untyped", "inputSchema": {}},
        {**GOOD, "name": "deep", "inputSchema": {"type": "object", "properties": {"x": {"$ref": "#/$defs/none"}}}},
    ],
    "thousands": [{**GOOD, "name": f"tool_{number}"} for number in range(3_000)],
    "no_tools": [],
    "hidden_text": [{**GOOD, "description": "\x1b[31m\u202eFine\n" + "long " * 50_000}],
}


def send(message: dict[str, Any]) -> None:
    """Write one message as a line."""
    sys.stdout.write(json.dumps({"jsonrpc": "2.0", **message}) + "\n")
    sys.stdout.flush()


def call(kind: str, ident: Any) -> None:
    """Answer a call, each kind in its own wrong way."""
    if kind == "hangs":
        return None
    if kind == "dies":
        print("no more memory", file=sys.stderr, flush=True)
        os._exit(1)
    if kind == "garbage_result":
        return send({"id": ident, "result": {"content": "no list"}})
    if kind == "no_content":
        return send({"id": ident, "result": {"content": []}})
    if kind == "other_id":
        send({"id": 999_999, "result": {"content": [{"type": "text", "text": "for somebody else"}]}})
        send({"id": ident, "result": {"content": [{"type": "text", "text": "for you"}]}})
        return send({"id": ident, "result": {"content": [{"type": "text", "text": "twice"}]}})
    if kind == "rpc_error":
        return send({"id": ident, "error": {"code": -32603, "message": f"inside: {os.environ.get('TOKEN', '')}"}})
    if kind == "many_parts":
        parts = [{"type": "text", "text": str(number)} for number in range(5_000)]
        return send({"id": ident, "result": {"content": parts}})
    if kind == "noise":
        sys.stdout.write("Debug: on standard output\n\n[1, 2\n")
    return send({"id": ident, "result": {"content": [{"type": "text", "text": "done"}]}})


def main(kind: str) -> None:
    """Answer messages until the input ends."""
    if kind == "silent":
        time.sleep(600)
    if kind == "noise":
        print("Welcome to the server!", flush=True)
    for line in sys.stdin:
        message = json.loads(line)
        ident, method = message.get("id"), message.get("method")
        if method == "initialize":
            version = message["params"]["protocolVersion"]
            about = {"name": kind, "version": "0"}
            send(
                {
                    "id": ident,
                    "result": {"protocolVersion": version, "capabilities": {"tools": {}}, "serverInfo": about},
                }
            )
        elif method == "tools/list":
            if kind == "endless_pages":
                send(
                    {"id": ident, "result": {"tools": [{**GOOD, "name": f"t{ident}"}], "nextCursor": f"after {ident}"}}
                )
            elif kind == "no_list":
                send({"id": ident, "error": {"code": -32601, "message": "Method not found"}})
            elif kind == "garbage_list":
                send({"id": ident, "result": {"tools": [{"nome": "good"}]}})
            else:
                send({"id": ident, "result": {"tools": TOOLS.get(kind, [GOOD])}})
        elif method == "tools/call":
            call(kind, ident)
        elif ident is not None:
            send({"id": ident, "error": {"code": -32601, "message": "Method not found"}})


if __name__ == "__main__":
    main(sys.argv[1])
