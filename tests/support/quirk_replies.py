"""A reply to put quirks into, and what its stream joins to."""

from __future__ import annotations

import json
from typing import Any

from minimax_nb.server.service.handler import Handler
from minimax_nb.server.tape.read import parse

THINKING = "Two and two are asked for. Adding them gives four, and twice two gives the same, so there is no doubt here."
CONTENT = (
    "The answer is **four**. It would also be four if you multiplied, which is a rare thing among numbers, as you know."
)
CALLS = [{"name": "add", "arguments": {"a": 2, "b": 2, "note": "x" * 60}}, {"name": "add", "arguments": {"a": 1}}]


def handler(*calls: dict[str, Any]) -> Handler:
    reply = {"reasoning": THINKING, **({"tool_calls": list(calls)} if calls else {"content": CONTENT})}
    turn = {"request": {"messages": [{"role": "user", "content": "Ping?"}]}, "reply": reply}
    return Handler(parse("t", json.dumps({"provenance": {"kind": "authored"}, "turns": [turn]})))


def deltas(bodies: list[Any]) -> list[dict[str, Any]]:
    return [body["choices"][0]["delta"] for body in bodies if isinstance(body, dict) and body["choices"]]


def join(bodies: list[Any], key: str) -> str:
    return "".join(delta.get(key) or "" for delta in deltas(bodies) if delta)


def pieces(bodies: list[Any]) -> list[dict[str, Any]]:
    return [call for delta in deltas(bodies) for call in delta.get("tool_calls", ())]


NATIVE = {"reasoning_split": False}
