from __future__ import annotations

import asyncio
import json
import signal
import threading
import traceback
from contextlib import closing
from typing import Any

import pytest
from openai import AsyncOpenAI, OpenAI

import minimax_nb as mm
from minimax_nb.message.events import TextDelta
from minimax_nb.stream.accumulator import StreamAccumulator
from minimax_nb.stream.reading import adrive, drive

from ..support.sources import ASK, CHUNKS, EVENTS, AsyncClosable, Closable, asked, client, collected, whole
from ..support.sse_server import DONE, Server, event, serve
from ..support.wire import chunk

SECRET = "sk-never-to-be-seen-0123456789"
FINISH = 6  # the place of the chunk with the finish reason


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


@pytest.mark.parametrize("asynchronous", [False, True])
@pytest.mark.parametrize(
    "garbage", [b"data: <html>502</html>\n\n", b"<html>502</html>\n", b'data: "<html>502</html>"\n\n'], ids=repr
)
def test_garbage_in_place_of_the_end_is_told(garbage: bytes, asynchronous: bool) -> None:
    with serve([*EVENTS[:3], garbage]) as server:
        reply = collected(server, asynchronous)
    assert (reply.content, reply.partial_reason) == ("Hello", "cut")
    assert reply.problem is not None
    assert reply.problem.startswith("the stream ended before its finish reason, and held what is no part of a reply: ")
    assert "<html>502</html>" in reply.problem


def test_a_completion_with_null_choices_is_no_reply() -> None:
    with pytest.raises(mm.StreamFormatError, match="choices=None"):
        mm.collect({"id": "1", "choices": None})


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


def test_nor_in_garbage_after_a_part_of_a_reply() -> None:
    with (
        serve([EVENTS[1], f"data: <p>{SECRET}</p>\n\n".encode()]) as server,
        OpenAI(base_url=server.base_url, api_key=SECRET, max_retries=0) as client,
    ):
        reply = mm.collect(client.chat.completions.create(**ASK))
    assert "<p>" in str(reply.problem)
    assert SECRET not in str(reply.to_dict())
