"""Replies in time: many at once, cut, or left by their readers."""

from __future__ import annotations

import asyncio
from typing import Any

import httpx
import openai
import pytest

from minimax_nb.server.app import EmbeddedServer

from ...support.chat_requests import HI
from ...support.servers import DROPPED, wait_until


@pytest.mark.parametrize("stream", [True, False])
def test_a_cut_drops_the_connection(client: openai.OpenAI, stream: bool) -> None:
    asked: Any = {"model": "fault-cut:2", "messages": HI, "stream": stream}
    with pytest.raises(DROPPED):
        for _ in client.chat.completions.create(**asked):
            pass


@pytest.mark.parametrize("stream", [True, False])
def test_a_client_that_goes_away_frees_its_reply(server: EmbeddedServer, stream: bool) -> None:
    with openai.OpenAI(base_url=server.base_url, api_key=server.api_key, max_retries=0, timeout=0.3) as client:
        asked: Any = {"model": "fault-hang:1", "messages": HI, "stream": stream}
        with pytest.raises((openai.APITimeoutError, httpx.ReadTimeout)):
            list(client.chat.completions.create(**asked))
    wait_until(lambda: server.open_replies == 0)


@pytest.mark.heavy
def test_two_hundred_streams_are_served_at_once(server: EmbeddedServer) -> None:
    asked: Any = {"model": "MiniMax-M2", "messages": HI, "stream": True}

    async def one(client: openai.AsyncOpenAI, begun: asyncio.Semaphore, go: asyncio.Event) -> str:
        stream = await client.chat.completions.create(**asked, extra_body={"minimax_nb": {"speed": 20}})
        text = ""
        async for chunk in stream:
            if not text:
                begun.release()
                await go.wait()
            text += chunk.choices[0].delta.content or ""
        return text

    async def main() -> set[str]:
        limits = httpx.Limits(max_connections=200)
        http = openai.DefaultAsyncHttpxClient(limits=limits, timeout=60)
        begun, go = asyncio.Semaphore(0), asyncio.Event()
        async with openai.AsyncOpenAI(base_url=server.base_url, api_key=server.api_key, http_client=http) as client:
            tasks = [asyncio.ensure_future(one(client, begun, go)) for _ in range(200)]
            for _ in tasks:  # all two hundred have begun before the first goes on
                await begun.acquire()
            go.set()
            return set(await asyncio.gather(*tasks))

    texts = asyncio.run(main())
    assert len(texts) == 1
    assert "".join(texts).startswith("<think>")


def test_times_are_kept_unless_there_is_no_waiting(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("MINIMAX_NB_SPEED", raising=False)
    assert EmbeddedServer().handler.speed == 1
    monkeypatch.setenv("MINIMAX_NB_SPEED", "max")
    assert EmbeddedServer().handler.speed == float("inf")
    assert EmbeddedServer(speed=8).handler.speed == 8
