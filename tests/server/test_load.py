"""No request holds the server up: whatever it asks for it is answered in seconds, and meanwhile others are served."""

from __future__ import annotations

import json
import threading
import time
from typing import TYPE_CHECKING, Any

import httpx
import pytest

from minimax_nb.server.service.handler import Handler
from minimax_nb.server.tape import read as tape

if TYPE_CHECKING:
    from collections.abc import Callable

    from minimax_nb.server.app import EmbeddedServer

LETTERS = "abcdefghijklmnopqrstuvwxyz" * 2


def tool(name: str = "fill", description: str = "Fill it", **schema: Any) -> dict[str, Any]:
    parameters = {"type": "object", **schema}
    return {"type": "function", "function": {"name": name, "description": description, "parameters": parameters}}


def wanting(schema: Any, **more: Any) -> dict[str, Any]:
    return tool(properties={"x": schema}, required=["x"], **more)


def nested(levels: int) -> dict[str, Any]:
    schema: dict[str, Any] = {"type": "string", "pattern": "^([A-Za-z]+\\s?)+$"}
    for _ in range(levels):
        schema = {"type": "array", "minItems": 20, "items": schema}
    return schema


HEAVY: dict[str, dict[str, Any]] = {
    "a pattern that explodes": {"tools": [wanting({"type": "string", "pattern": "^([A-Za-z]+\\s?)+$"})]},
    "patterns in nested lists": {"tools": [wanting(nested(5))]},
    "a large enum": {"tools": [wanting({"enum": [f"option {n}" for n in range(150_000)]})]},
    "many tools": {"tools": [tool(f"tool_{n}", "Do a thing with words " * 3) for n in range(20_000)]},
    "a tool of many words": {"tools": [tool(description="word " * 500_000)]},
    "a long question": {"messages": [{"role": "user", "content": "Aa, bb. " * 100_000}], "model": "MiniMax-M3"},
    "a long question in Chinese": {"messages": [{"role": "user", "content": "天a" * 5_000_000}], "model": "MiniMax-M3"},
    "many messages": {
        "messages": [{"role": role, "content": "And?"} for role in ["user", "assistant"] * 30_000]
        + [{"role": "user", "content": "So?"}],
        "model": "MiniMax-M3",
    },
    "a deep list": {"tools": [wanting({"default": json.loads("[" * 800 + "]" * 800)})]},
}


def post(server: EmbeddedServer, request: dict[str, Any], timeout: float = 60) -> httpx.Response:
    body = {"model": "MiniMax-M2.7", "messages": [{"role": "user", "content": LETTERS}], **request}
    headers = {"Authorization": f"Bearer {server.api_key}"}
    url = f"{server.base_url}/chat/completions"
    return httpx.post(url, json=body, headers=headers, timeout=timeout, trust_env=False)


@pytest.mark.heavy
@pytest.mark.parametrize("request_", HEAVY.values(), ids=list(HEAVY))
@pytest.mark.parametrize("stream", [True, False])
def test_a_heavy_request_is_answered_while_others_are_served(
    server: EmbeddedServer, request_: dict[str, Any], stream: bool
) -> None:
    waits: list[float] = []
    begun, over = threading.Event(), threading.Event()

    def others() -> None:
        with httpx.Client(headers={"Authorization": f"Bearer {server.api_key}"}, trust_env=False) as client:
            while not over.is_set():
                began = time.perf_counter()
                client.get(f"{server.base_url}/models", timeout=30)
                waits.append(time.perf_counter() - began)
                begun.set()
                over.wait(0.02)

    thread = threading.Thread(target=others)
    thread.start()
    assert begun.wait(30)
    began = time.perf_counter()
    try:
        answer = post(server, {**request_, "stream": stream})
    finally:
        over.set()
        thread.join()
    assert answer.status_code in (200, 400)
    assert time.perf_counter() - began < 60
    assert max(waits) < 20


@pytest.mark.parametrize("depth", [*range(100, 1000, 60), *range(900, 1010, 4), 5000, 100_000])
@pytest.mark.parametrize("place", ["content", "arguments", "default", "$ref", "wish"])
def test_whatever_is_nested_deeply_gets_an_answer(depth: int, place: str) -> None:
    deep = "[" * depth + "]" * depth
    deep_schema = '{"items": ' * depth + "{}" + "}" * depth
    fields = {
        "content": f'"messages": [{{"role": "user", "content": {deep}}}]',
        "arguments": f'"messages": [{{"role": "assistant", "tool_calls": [{{"function": {{"arguments": {deep}}}}}]}}]',
        "default": f'"messages": [{{"role": "user", "content": "a"}}], "tools": [{{"type": "function", "function": '
        f'{{"name": "f", "parameters": {{"required": ["x"], "properties": {{"x": {{"const": {deep}}}}}}}}}}}]',
        "$ref": f'"messages": [{{"role": "user", "content": "a"}}], "tools": [{{"type": "function", "function": '
        f'{{"name": "f", "parameters": {{"required": ["x"], "properties": {{"x": {deep_schema}}}}}}}}}]',
        "wish": f'"messages": [{{"role": "user", "content": "a"}}], "minimax_nb": {{"quirks": {deep}}}',
    }
    body = f'{{"model": "MiniMax-M2", {fields[place]}}}'.encode()
    answer = Handler().handle("POST", "/v1/chat/completions", {}, body)
    assert answer.status in (200, 400)
    assert isinstance(json.loads(answer.body), dict)


@pytest.mark.heavy
def test_the_nearest_of_many_tapes_is_found_soon(ask: Callable[..., Any]) -> None:
    turns = [
        {
            "request": {"messages": [{"role": "user", "content": f"{LETTERS * 20} {number}"}]},
            "reply": {"content": "Yes."},
        }
        for number in range(5000)
    ]
    loaded = tape.parse("t", json.dumps({"provenance": {"kind": "authored"}, "turns": turns}))
    for strict in (True, False):
        began = time.perf_counter()
        answer = ask(handler=Handler(loaded, strict=strict), messages=[{"role": "user", "content": LETTERS * 21}])
        assert answer.status == (404 if strict else 200)
        assert time.perf_counter() - began < 30
