"""Continuity on the wire: what the server receives in round n+1 is byte for byte what it sent in round n."""

from __future__ import annotations

import asyncio
import copy
import itertools
import json
from typing import TYPE_CHECKING, Any

import pytest
from openai import AsyncOpenAI, OpenAI

from minimax_nb import arun_tools, run_tools
from minimax_nb.server.app import EmbeddedServer
from minimax_nb.server.service.handler import Handler

if TYPE_CHECKING:
    from collections.abc import Iterator

TAPED = "How's the weather in San Francisco?"
REHEARSED = "Compare the weather in Oslo and in Rome, please."


def get_weather(location: str) -> str:
    """Look up the weather at a place that the user has named.

    Args:
        location: City and country, e.g. San Francisco, US
    """
    return "24℃, sunny"


@pytest.fixture(scope="module")
def server() -> Iterator[EmbeddedServer]:
    with EmbeddedServer(speed="max") as running:
        yield running


def received(monkeypatch: pytest.MonkeyPatch) -> list[dict[str, Any]]:
    """The bodies of the requests that the server gets from now on."""
    bodies: list[dict[str, Any]] = []
    handle = Handler.handle

    def listen(self: Handler, method: str, path: str, headers: Any, body: bytes) -> Any:
        bodies.append(json.loads(body))
        return handle(self, method, path, headers, body)

    monkeypatch.setattr(Handler, "handle", listen)
    return bodies


def sent(client: OpenAI, request: dict[str, Any]) -> dict[str, Any]:
    """The message that the server answers this request with, in its own unstreamed words."""
    unstreamed = {key: value for key, value in request.items() if key not in ("stream", "stream_options")}
    raw = client.post("/chat/completions", body=unstreamed, cast_to=object)
    return raw["choices"][0]["message"]  # type: ignore[index]


def as_sent(message: dict[str, Any]) -> str:
    """A message as text, keys in their order; ids are random by request, so they count as their place only."""
    message = copy.deepcopy(message)
    for at, call in enumerate(message.get("tool_calls") or ()):
        call["id"] = f"id {at}"
    return json.dumps(message, ensure_ascii=False)


def run(server: EmbeddedServer, question: str, way: str, **options: Any) -> None:
    messages: list[Any] = [{"role": "user", "content": question}]
    access = {"base_url": server.base_url, "api_key": server.api_key}

    async def main() -> None:
        async with AsyncOpenAI(**access) as client:
            async for _ in arun_tools(client.chat.completions.create, messages, [get_weather], **options):
                pass

    if way == "async":
        asyncio.run(main())
    else:
        with OpenAI(**access) as client:
            create = client.chat.completions.create
            list(run_tools(create, messages, [get_weather], stream=way == "streamed", **options))


@pytest.mark.parametrize("way", ["streamed", "whole", "async"])
@pytest.mark.parametrize("split", [True, False])
@pytest.mark.parametrize("question", [TAPED, REHEARSED])
def test_each_message_goes_back_as_it_came(
    server: EmbeddedServer, monkeypatch: pytest.MonkeyPatch, question: str, split: bool, way: str
) -> None:
    with monkeypatch.context() as patch:
        bodies = received(patch)
        run(server, question, way, model="MiniMax-M2.7", extra_body={"reasoning_split": split})
    assert len(bodies) > 1
    with OpenAI(base_url=server.base_url, api_key=server.api_key) as client:
        for before, after in itertools.pairwise(bodies):
            place = len(before["messages"])
            assert after["messages"][:place] == before["messages"]
            assert as_sent(after["messages"][place]) == as_sent(sent(client, before))
            calls = after["messages"][place]["tool_calls"]
            answers = after["messages"][place + 1 :]
            assert [answer["tool_call_id"] for answer in answers] == [call["id"] for call in calls]
            thinking = "reasoning_details" if split else "content"
            assert after["messages"][place][thinking]


@pytest.mark.parametrize("field", ["reasoning_content", "reasoning"])
def test_thinking_of_a_self_hosted_server_goes_back_under_its_own_name(field: str) -> None:
    from .support.scripted import Script, call, message

    first = message(None, call("get_weather", '{"location": "Oslo"}'), **{field: "Hm.\n"})
    script = Script(first, message("Sunny.", **{field: "So."}))
    messages: list[Any] = [{"role": "user", "content": "Go"}]
    list(run_tools(script, messages, [get_weather], stream=False))
    assert script.requests[1]["messages"][1] == first
    assert json.dumps(messages[1]) == json.dumps(first)
