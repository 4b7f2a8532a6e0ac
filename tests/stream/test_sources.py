"""Sources: whatever a reply can be read from gives the same reply."""

from __future__ import annotations

import asyncio
import json
import time
from types import SimpleNamespace
from typing import Any

import pytest
from openai import AsyncOpenAI
from openai.types.chat import ChatCompletion, ChatCompletionChunk

import minimax_nb as mm
from minimax_nb.message.events import ReasoningDelta, TextDelta
from minimax_nb.message.reply import Origin

from ..support.sources import ASK, CHUNKS, EVENTS, AsyncClosable, Closable, asked, client, collected, whole
from ..support.sse_server import Server, serve
from ..support.wire import chunk, completion


def test_a_stream_of_the_sdk_is_read_over_the_wire() -> None:
    with serve(EVENTS) as server:
        stream = asked(server)
        events: list[Any] = []
        reply = mm.collect(stream, on_event=events.append)
        whole(reply)
        assert stream.response.is_closed
    assert reply.usage.total_tokens == 30
    assert reply.origin == Origin("service", "127.0.0.1")
    assert reply.model == "MiniMax-M2.7"
    assert events[:2] == [ReasoningDelta("hm"), TextDelta("Hel")]
    timing = reply.timing
    assert timing.first_token_s is not None
    assert timing.total_s is not None
    assert 0 < timing.first_token_s <= timing.total_s


def test_the_request_began_before_the_stream_was_handed_over() -> None:
    with serve(EVENTS) as server:
        stream = asked(server)
        time.sleep(0.2)
        reply = mm.collect(stream)
    assert reply.timing.first_token_s is not None
    assert reply.timing.first_token_s >= 0.2


def test_a_stream_that_was_begun_is_read_on() -> None:
    with serve(EVENTS) as server:
        stream = asked(server)
        next(stream)
        reply = mm.collect(stream)
    assert (reply.reasoning, reply.content) == ("", "Hello")
    assert reply.complete


def test_every_other_kind_of_source_gives_the_same_reply() -> None:
    lines = [line for data in EVENTS for line in data.decode().splitlines()]
    message = mm.collect(CHUNKS).message
    sources: list[Any] = [
        CHUNKS,
        iter(CHUNKS),
        (item for item in CHUNKS),
        [ChatCompletionChunk.construct(**item) for item in CHUNKS],
        EVENTS,
        [b"".join(EVENTS)],
        [b"".join(EVENTS).decode()],
        lines,
        [line.encode() for line in lines],
        [json.dumps(item) for item in CHUNKS],
        completion(message, "tool_calls"),
        ChatCompletion.construct(**completion(message, "tool_calls")),
        mm.collect(CHUNKS),
        [ChatCompletion.construct(**completion(message, "tool_calls"))],
    ]
    for source in sources:
        reply = mm.collect(source)
        whole(reply)
        assert reply.message == message


def test_a_single_chunk_is_a_short_stream() -> None:
    item = chunk({"content": "Hi"}, "stop")
    for source in (item, ChatCompletionChunk.construct(**item)):
        assert mm.collect(source).content == "Hi"


def test_a_whole_source_is_said_too() -> None:
    events: list[Any] = []
    mm.collect(completion({"content": "<think>hm</think>Hi", "role": "assistant"}), on_event=events.append)
    assert events == [ReasoningDelta("hm"), TextDelta("Hi")]


@pytest.mark.parametrize(
    "source", [None, 3, "data: {}", b"data: {}", SimpleNamespace(), SimpleNamespace(a=1), dict], ids=repr
)
def test_another_kind_of_source_is_refused_by_name(source: Any) -> None:
    with pytest.raises(mm.StreamFormatError, match=r"expected a stream .*, a completion, a Reply") as caught:
        mm.collect(source)
    assert type(source).__name__ in str(caught.value)


def test_an_unstreamed_answer_to_a_streaming_request_is_read() -> None:
    data = completion({"content": "Hi", "role": "assistant"})
    with serve([json.dumps(data).encode()], content_type="application/json") as server:
        reply = mm.collect(asked(server))
    assert (reply.content, reply.complete) == ("Hi", True)


def test_a_source_that_cannot_be_closed_does_not_hide_its_reply() -> None:
    class Stuck(Closable):
        def close(self) -> None:
            raise OSError("no")

    whole(mm.collect(Stuck(CHUNKS)))


def test_an_asynchronous_stream_is_read_over_the_wire() -> None:
    with serve(EVENTS) as server:
        reply = collected(server, asynchronous=True)
    whole(reply)
    assert reply.origin == Origin("service", "127.0.0.1")
    assert reply.usage.total_tokens == 30


def test_acollect_takes_everything_that_collect_takes() -> None:
    message = mm.collect(CHUNKS).message
    for source in (CHUNKS, iter(CHUNKS), completion(message, "tool_calls"), mm.collect(CHUNKS), AsyncClosable(CHUNKS)):
        whole(asyncio.run(mm.acollect(source)))


def test_an_asynchronous_source_is_closed() -> None:
    source = AsyncClosable(CHUNKS[:2], ConnectionResetError())
    with pytest.raises(mm.StreamCutError):
        asyncio.run(mm.acollect(source))
    assert source.closed


def test_collect_says_what_to_do_with_an_asynchronous_source() -> None:
    with pytest.raises(mm.StreamFormatError, match="await acollect"):
        mm.collect(AsyncClosable(CHUNKS))

    async def create() -> Any:
        return CHUNKS

    with pytest.raises(mm.StreamFormatError, match="await acollect"):
        mm.collect(create())


def test_the_events_of_the_sdks_helper_are_chunks_too() -> None:
    request = {key: value for key, value in ASK.items() if key != "stream"}
    with serve(EVENTS) as server, client(server).chat.completions.stream(**request) as stream:
        whole(mm.collect(stream))


def test_the_events_of_the_sdks_asynchronous_helper_are_chunks_too() -> None:
    request = {key: value for key, value in ASK.items() if key != "stream"}

    async def run(server: Server) -> mm.Reply:
        async with (
            AsyncOpenAI(base_url=server.base_url, api_key="k", max_retries=0, timeout=10) as async_client,
            async_client.chat.completions.stream(**request) as stream,
        ):
            return await mm.acollect(stream)

    with serve(EVENTS) as server:
        whole(asyncio.run(run(server)))
