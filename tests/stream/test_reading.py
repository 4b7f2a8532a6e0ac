from __future__ import annotations

import asyncio
import json
import signal
import threading
import time
import traceback
from contextlib import closing
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest
from openai import AsyncOpenAI, OpenAI
from openai.types.chat import ChatCompletion, ChatCompletionChunk

import minimax_nb as mm
from minimax_nb.message.events import ReasoningDelta, TextDelta
from minimax_nb.message.reply import Origin
from minimax_nb.stream.accumulator import StreamAccumulator
from minimax_nb.stream.reading import adrive, drive

from ..support.sse_server import DONE, Server, event, serve
from ..support.wire import HEAD, chunk, completion

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Iterator

SECRET = "sk-never-to-be-seen-0123456789"
USAGE = {"total_tokens": 30, "prompt_tokens": 10, "completion_tokens": 20}
CALL = {"index": 0, "id": "a", "type": "function", "function": {"name": "f", "arguments": ""}}
CHUNKS = [
    chunk({"role": "assistant", "reasoning_content": "hm"}),
    chunk({"content": "Hel"}),
    chunk({"content": "lo"}),
    chunk({"tool_calls": [CALL]}),
    chunk({"tool_calls": [{"index": 0, "function": {"arguments": '{"x": '}}]}),
    chunk({"tool_calls": [{"index": 0, "function": {"arguments": "1}"}}]}),
    chunk({}, "tool_calls"),
    {**HEAD, "choices": [], "usage": USAGE},
]
FINISH = 6  # the place of the chunk with the finish reason
EVENTS = [event(item) for item in CHUNKS]
ASK: dict[str, Any] = {"model": "MiniMax-M2.7", "messages": [{"role": "user", "content": "Hi"}], "stream": True}


_clients: list[OpenAI] = []


@pytest.fixture(autouse=True)
def closed_clients() -> Iterator[None]:
    yield
    while _clients:
        _clients.pop().close()


def client(server: Server, timeout: float = 10) -> OpenAI:
    _clients.append(OpenAI(base_url=server.base_url, api_key="k", max_retries=0, timeout=timeout))
    return _clients[-1]


def asked(server: Server, timeout: float = 10) -> Any:
    return client(server, timeout).chat.completions.create(**ASK)


def whole(reply: mm.Reply) -> None:
    assert (reply.reasoning, reply.content, reply.finish_reason) == ("hm", "Hello", "tool_calls")
    assert reply.tool_calls == (mm.ToolCall("a", "f", '{"x": 1}'),)
    assert reply.complete
    assert reply.problem is None


class Closable:
    """An iterator that knows whether it was closed."""

    def __init__(self, items: list[Any], error: BaseException | None = None) -> None:
        self.items, self.error, self.closed = iter(items), error, 0

    def __iter__(self) -> Iterator[Any]:
        return self

    def __next__(self) -> Any:
        for item in self.items:
            return item
        raise self.error or StopIteration

    def close(self) -> None:
        self.closed += 1


class AsyncClosable(Closable):
    def __aiter__(self) -> AsyncIterator[Any]:
        return self

    async def __anext__(self) -> Any:
        await asyncio.sleep(0)
        for item in self.items:
            return item
        raise self.error or StopAsyncIteration

    __iter__ = None  # type: ignore[assignment]

    async def aclose(self) -> None:
        self.closed += 1


# What a reply can be read from ------------------------------------------------------------------------------------


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


@pytest.mark.parametrize(
    "source", [[], [b""], [{}], [{"a": 1}], [b"<html>oops</html>"], ["oops"], [": ping\n\n"]], ids=repr
)
def test_an_empty_stream_and_garbage_are_no_reply(source: Any) -> None:
    with pytest.raises(mm.StreamFormatError, match="expected the chunks of a chat completion") as caught:
        mm.collect(source)
    assert caught.value.reply is not None
    assert not caught.value.reply.complete
    assert ("oops" in str(caught.value)) == ("oops" in repr(source))


@pytest.mark.parametrize("source", [[3], ["ok", 3], [CHUNKS[1], None]], ids=repr)
def test_a_chunk_of_another_kind_is_no_reply_either(source: Any) -> None:
    with pytest.raises(mm.StreamFormatError, match="not the stream of a chat completion"):
        mm.collect(source)


def test_garbage_between_chunks_does_no_harm() -> None:
    with serve([EVENTS[0], b"data: {oops\n\n", b"\xff\xfe\n", *EVENTS[1:]]) as server:
        whole(mm.collect(asked(server)))


def test_a_completion_with_null_choices_is_no_reply() -> None:
    with pytest.raises(mm.StreamFormatError, match="choices=None"):
        mm.collect({"id": "1", "choices": None})


# How a stream ends ------------------------------------------------------------------------------------------------


def test_done_is_an_end_and_nothing_after_it_counts() -> None:
    with serve([EVENTS[1], EVENTS[2], DONE, event(chunk({"content": "!"}))]) as server:
        reply = mm.collect(asked(server))
    assert (reply.content, reply.complete, reply.finish_reason) == ("Hello", True, None)


def test_done_with_nothing_before_it_is_no_reply_but_a_cut() -> None:
    with serve([event(chunk({"role": "assistant"})), DONE]) as server:
        assert mm.collect(asked(server)).partial_reason == "cut"
    with serve([DONE]) as server, pytest.raises(mm.StreamFormatError):
        mm.collect(asked(server))


@pytest.mark.parametrize("end", range(FINISH + 1))
def test_a_stream_that_ends_before_its_finish_reason_is_returned_marked(end: int) -> None:
    if end == 0:
        with serve([]) as server, pytest.raises(mm.StreamFormatError):
            mm.collect(asked(server))
        return
    with serve(EVENTS[:end]) as server:
        reply = mm.collect(asked(server))
    assert (reply.partial_reason, reply.complete) == ("cut", False)
    assert reply.problem
    assert "Hello".startswith(reply.content)
    usable(reply)


def usable(reply: mm.Reply) -> None:
    """The message can be appended and sent: it is JSON, and has no call that broke off."""
    message = json.loads(json.dumps(reply.message))
    assert message["role"] == "assistant"
    for call in message.get("tool_calls", ()):
        assert isinstance(json.loads(call["function"]["arguments"]), dict)


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("end", range(len(EVENTS) + 1))
def test_a_connection_dropped_at_any_event_leaves_what_arrived(end: int, asynchronous: bool) -> None:
    with serve(EVENTS, cut_at=end) as server:
        if end > FINISH:
            whole(collected(server, asynchronous))
            return
        with pytest.raises(mm.StreamCutError, match="the connection dropped") as caught:
            collected(server, asynchronous)
    reply = caught.value.reply
    assert reply is not None
    assert (reply.partial_reason, reply.finish_reason) == ("cut", None)
    assert reply.reasoning == ("hm" if end > 0 else "")
    assert reply.content == "Hello"[: {0: 0, 1: 0, 2: 3}.get(end, 5)]
    assert mm.last_reply() is reply
    usable(reply)


def collected(server: Server, asynchronous: bool, timeout: float = 10) -> mm.Reply:
    if not asynchronous:
        return mm.collect(asked(server, timeout))

    async def run() -> mm.Reply:
        async with AsyncOpenAI(base_url=server.base_url, api_key="k", max_retries=0, timeout=timeout) as async_client:
            return await mm.acollect(async_client.chat.completions.create(**ASK))

    return asyncio.run(run())


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
def test_silence_past_the_read_timeout_is_named_with_the_way_out(asynchronous: bool) -> None:
    with serve(EVENTS, hang_at=2) as server:
        with pytest.raises(mm.StreamTimeoutError, match=r"silent for 0\.3 s.*with_options\(timeout=") as caught:
            collected(server, asynchronous, timeout=0.3)
        assert server.client_left.wait(10)
    assert caught.value.reply is not None
    assert (caught.value.reply.content, caught.value.reply.partial_reason) == ("Hel", "cut")


def test_silence_after_the_finish_reason_does_no_harm() -> None:
    with serve(EVENTS, hang_at=FINISH + 1) as server:
        whole(collected(server, asynchronous=False, timeout=0.3))


@pytest.mark.parametrize("begun", [False, True], ids=["whole", "begun"])
def test_an_error_event_is_an_error_with_the_part_that_arrived(begun: bool) -> None:
    error = {"error": {"message": "tool call result does not follow tool call (2013)", "type": "x", "code": "2013"}}
    with serve([*EVENTS[:3], event(error), *EVENTS[3:]]) as server:
        stream = asked(server)
        if begun:
            next(stream)
        with pytest.raises(mm.StreamServiceError, match="does not follow") as caught:
            mm.collect(stream)
        assert stream.response.is_closed
    assert caught.value.code == 2013
    assert caught.value.reply is not None
    assert (caught.value.reply.content, caught.value.reply.partial_reason) == ("Hello", "error")


def test_an_error_under_http_200_is_an_error_streamed_or_not() -> None:
    body = {"choices": None, "base_resp": {"status_code": 1008, "status_msg": "insufficient balance"}}
    pretty = json.dumps(body, indent=1).encode()
    with serve([pretty], content_type="application/json") as server:
        with pytest.raises(mm.StreamServiceError, match=r"insufficient balance \(1008\)"):
            mm.collect(asked(server))
        answer = client(server).chat.completions.create(model="m", messages=[{"role": "user", "content": "Hi"}])
        with pytest.raises(mm.StreamServiceError, match=r"insufficient balance \(1008\)"):
            mm.collect(answer)


def test_an_unstreamed_answer_to_a_streaming_request_is_read() -> None:
    data = completion({"content": "Hi", "role": "assistant"})
    with serve([json.dumps(data).encode()], content_type="application/json") as server:
        reply = mm.collect(asked(server))
    assert (reply.content, reply.complete) == ("Hi", True)


def test_an_error_of_the_sources_own_passes_with_a_note() -> None:
    source = Closable(CHUNKS[:3], ValueError("mine"))
    with pytest.raises(ValueError, match="mine") as caught:
        mm.collect(source)
    assert "last_reply" in caught.value.__notes__[0]
    assert source.closed
    last = mm.last_reply()
    assert last is not None
    assert (last.content, last.partial_reason) == ("Hello", "error")


@pytest.mark.parametrize("error", [ConnectionResetError("gone"), ConnectionAbortedError(), BrokenPipeError()], ids=repr)
def test_other_kinds_of_dropped_connections_are_known(error: BaseException) -> None:
    with pytest.raises(mm.StreamCutError):
        mm.collect(Closable(CHUNKS[:3], error))
    with pytest.raises(mm.StreamTimeoutError, match="longer than the read timeout"):
        mm.collect(Closable(CHUNKS[:3], TimeoutError()))


def test_a_cut_stream_whose_end_was_seen_is_whole() -> None:
    whole(mm.collect(Closable(CHUNKS, ConnectionResetError("gone"))))


# Stopping ---------------------------------------------------------------------------------------------------------


def test_an_interrupt_while_waiting_closes_the_source_and_keeps_the_part() -> None:
    source = Closable(CHUNKS[:3], KeyboardInterrupt())
    with pytest.raises(mm.StreamInterrupted) as caught:
        mm.collect(source)
    assert source.closed
    reply = caught.value.reply
    assert reply is not None
    assert (reply.content, reply.partial_reason) == ("Hello", "interrupted")
    assert mm.last_reply() is reply
    usable(reply)


def test_an_interrupt_while_events_are_handled_is_the_same() -> None:
    def stop(event: Any) -> None:
        if event == TextDelta("lo"):
            raise KeyboardInterrupt

    source = Closable(CHUNKS)
    with pytest.raises(mm.StreamInterrupted) as caught:
        mm.collect(source, on_event=stop)
    assert source.closed
    assert caught.value.reply is not None
    assert (caught.value.reply.content, caught.value.reply.partial_reason) == ("Hello", "interrupted")


def test_a_real_interrupt_signal_closes_the_connection() -> None:
    with serve(EVENTS, hang_at=3) as server:
        stream = asked(server)
        seen: list[Any] = []

        def hear(event: Any) -> None:
            seen.append(event)
            if event == TextDelta("lo"):
                threading.Timer(0.2, signal.pthread_kill, (threading.main_thread().ident, signal.SIGINT)).start()

        with pytest.raises(mm.StreamInterrupted) as caught:
            mm.collect(stream, on_event=hear)
        assert server.client_left.wait(10)
    assert caught.value.reply is not None
    assert caught.value.reply.content == "Hello"


def test_a_listener_that_fails_closes_the_source() -> None:
    def fail(event: Any) -> None:
        raise LookupError(event)

    source = Closable(CHUNKS)
    with pytest.raises(LookupError):
        mm.collect(source, on_event=fail)
    assert source.closed


def test_a_consumer_that_stops_early_leaves_an_interrupted_reply() -> None:
    source, acc = Closable(CHUNKS), StreamAccumulator()
    with closing(drive(source, acc)) as events:
        next(events)
    assert source.closed
    assert acc.finish().partial_reason == "interrupted"
    assert mm.last_reply() is acc.finish()


def test_a_source_that_cannot_be_closed_does_not_hide_its_reply() -> None:
    class Stuck(Closable):
        def close(self) -> None:
            raise OSError("no")

    whole(mm.collect(Stuck(CHUNKS)))


# Asynchronous sources ---------------------------------------------------------------------------------------------


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


def test_a_cancelled_task_closes_the_source_and_leaves_the_part() -> None:
    with serve(EVENTS, hang_at=3) as server:

        async def run() -> None:
            async with AsyncOpenAI(base_url=server.base_url, api_key="k", max_retries=0, timeout=10) as async_client:
                stream = await async_client.chat.completions.create(**ASK)
                arrived = asyncio.Event()

                def hear(event: Any) -> None:
                    if event == TextDelta("lo"):
                        arrived.set()

                task = asyncio.create_task(mm.acollect(stream, on_event=hear))
                await asyncio.wait_for(arrived.wait(), 10)
                task.cancel()
                with pytest.raises(asyncio.CancelledError):
                    await task
                assert await asyncio.to_thread(server.client_left.wait, 10)

        asyncio.run(run())
    last = mm.last_reply()
    assert last is not None
    assert (last.content, last.partial_reason) == ("Hello", "interrupted")


def test_an_asynchronous_consumer_that_stops_early_closes_the_source() -> None:
    source, acc = AsyncClosable(CHUNKS), StreamAccumulator()

    async def run() -> None:
        events = adrive(source, acc)
        await anext(events)
        await events.aclose()

    asyncio.run(run())
    assert source.closed
    assert acc.finish().partial_reason == "interrupted"


def test_an_asynchronous_stream_that_is_left_early_is_closed_before_the_loop_goes_on() -> None:
    async def run(server: Server) -> None:
        async with AsyncOpenAI(base_url=server.base_url, api_key="k", max_retries=0, timeout=10) as async_client:
            stream = await async_client.chat.completions.create(**ASK)
            events = adrive(stream, StreamAccumulator())
            await anext(events)
            await events.aclose()
            assert stream.response.is_closed
            assert await asyncio.to_thread(server.client_left.wait, 10)

    with serve(EVENTS, hang_at=3) as server:
        asyncio.run(run(server))


# The SDK's stream helper ------------------------------------------------------------------------------------------


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


@pytest.mark.parametrize(
    "answer",
    [
        event({"error": {"message": f"no such key: {SECRET} (1004)"}}),
        event({"choices": None, "base_resp": {"status_code": 1004, "status_msg": f"login fail {SECRET}"}}),
        f"data: <p>{SECRET}</p>\n\n".encode(),
    ],
    ids=["error event", "base_resp", "garbage"],
)
def test_a_key_that_the_service_repeats_is_never_shown(answer: bytes) -> None:
    with serve([answer]) as server, OpenAI(base_url=server.base_url, api_key=SECRET, max_retries=0) as client:
        stream = client.chat.completions.create(**ASK)
        with pytest.raises(mm.StreamError) as caught:
            mm.collect(stream)
    assert caught.value.reply is not None
    shown = "".join(traceback.format_exception(caught.value)) + str(caught.value.reply.to_dict())
    assert SECRET not in shown
