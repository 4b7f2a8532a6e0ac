"""An interrupt at twenty moments of a turn with a tool, beside the stream, and on the way into any function."""

from __future__ import annotations

import itertools
import sys
from contextlib import contextmanager, suppress
from typing import TYPE_CHECKING, Any

import pytest

import minimax_nb as mm
from minimax_nb.message.finish_reason import TAKEN_BACK

from ..support.faults import ask, can_be_sent, is_told
from ..support.scripted import client_of
from ..support.wire import DETAIL, chunk

if TYPE_CHECKING:
    from collections.abc import Iterator
    from types import FrameType

THOUGHTS = ["Two ", "numbers ", "are ", "asked ", "for."]
ANSWER = ["Four ", "and ", "six", "."]


def thinking(text: str) -> dict[str, Any]:
    return chunk({"reasoning_content": text, "reasoning_details": [{**DETAIL, "text": text}]})


def piece(index: int, arguments: str) -> dict[str, Any]:
    return chunk({"tool_calls": [{"index": index, "function": {"arguments": arguments}}]})


def opening(index: int, call_id: str) -> dict[str, Any]:
    function = {"name": "double", "arguments": ""}
    return chunk({"tool_calls": [{"index": index, "id": call_id, "type": "function", "function": function}]})


FIRST = [
    *map(thinking, THOUGHTS),
    chunk({"content": "I double them."}),
    opening(0, "a"),
    piece(0, '{"x": '),
    piece(0, "2}"),
    opening(1, "b"),
    piece(1, '{"x": 3}'),
    chunk({}, "tool_calls"),
]
SECOND = [*map(thinking, THOUGHTS[:3]), *(chunk({"content": text}) for text in ANSWER), chunk({}, "stop")]
MOMENTS = range(1, len(FIRST) + len(SECOND) + 1)
"""The events of the run, counted from 1; the interrupt comes in place of one."""


class Stopped:
    """A ``create`` that answers with these streams, and is interrupted once at an event of the run, counted from 1."""

    def __init__(self, at: int, asynchronous: bool = False) -> None:
        self.at = at
        self.asynchronous = asynchronous
        self.event = 0
        self.rounds = [FIRST, SECOND]

    def __call__(self, **request: Any) -> Any:
        if self.event >= self.at or not request.get("tools"):
            return [chunk({"content": "Fine."}, "stop")]
        chunks = FIRST if request["messages"][-1]["role"] == "user" else SECOND
        return self.played_async(chunks) if self.asynchronous else self.played(chunks)

    def played(self, chunks: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
        for one in chunks:
            self.count()
            yield one

    async def played_async(self, chunks: list[dict[str, Any]]) -> Any:
        for one in chunks:
            self.count()
            yield one

    def count(self) -> None:
        self.event += 1
        if self.event == self.at:
            raise KeyboardInterrupt


def double(x: int) -> int:
    """Double a number."""
    return 2 * x


def goes_on(chat: mm.Chat) -> None:
    can_be_sent(chat)
    assert not chat.answering
    assert chat("Never mind.").content == "Fine."
    can_be_sent(chat)


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("at", MOMENTS, ids=lambda at: f"event-{at}")
def test_an_interrupt_at_an_event(at: int, asynchronous: bool, capsys: pytest.CaptureFixture[str]) -> None:
    create = Stopped(at, asynchronous)
    chat = mm.Chat(client_of(create), "MiniMax-M2.7", tools=[double])
    seen = ask(chat, "Double 2 and 3.", capsys, asynchronous=asynchronous)
    create.asynchronous = False
    is_told(seen)
    assert isinstance(seen.error, mm.StreamInterrupted)
    assert seen.reply is not None
    assert seen.reply.partial_reason == "interrupted"
    begun, arrived = (FIRST, at - 1) if at <= len(FIRST) else (SECOND, at - 1 - len(FIRST))
    deltas = [one["choices"][0]["delta"] for one in begun[:arrived]]
    assert seen.reply.reasoning == "".join(delta.get("reasoning_content", "") for delta in deltas)
    assert seen.reply.content == "".join(delta.get("content", "") for delta in deltas)
    assert all(text.strip() in seen.shown for text in (seen.reply.reasoning, seen.reply.content))
    roles = [message["role"] for message in chat.messages]
    if begun is SECOND:
        assert roles[:4] == ["user", "assistant", "tool", "tool"]
        assert [message["content"] for message in chat.messages[2:4]] == ["4", "6"]
        assert roles[4:] == ["assistant"] * bool(seen.reply.content)
    elif seen.reply.content and not seen.reply.tool_calls:
        assert roles == ["user", "assistant"]
    elif not seen.reply.content:
        assert roles == []
        assert TAKEN_BACK in seen.shown
    goes_on(chat)


@pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
@pytest.mark.parametrize("place", ["first-call", "second-call", "approval", "request", "next-request"])
def test_an_interrupt_beside_the_stream(place: str, asynchronous: bool, capsys: pytest.CaptureFixture[str]) -> None:
    create = Stopped(1000, asynchronous)
    places = [place]

    def stop_at(*here: str) -> None:
        if places and places[0] in here:
            places.clear()
            create.event = create.at
            raise KeyboardInterrupt

    def double(x: int) -> int:
        """Double a number."""
        stop_at({2: "first-call", 3: "second-call"}[x])
        return 2 * x

    def approve(call: mm.ToolCall) -> bool:
        stop_at("approval")
        return True

    def ask_for(**request: Any) -> Any:
        stop_at("request" if request["messages"][-1]["role"] == "user" else "next-request")
        return create(**request)

    chat = mm.Chat(client_of(ask_for), "MiniMax-M2.7", tools=[double], approve=approve)
    seen = ask(chat, "Double 2 and 3.", capsys, asynchronous=asynchronous)
    create.asynchronous = False
    if place.endswith("-call") and asynchronous:  # in a thread, where no signal is heard: as a task that is cancelled
        assert isinstance(seen.error, KeyboardInterrupt)
    else:
        is_told(seen)
        assert isinstance(seen.error, mm.StreamInterrupted)
    done = {"first-call": 0, "second-call": 1, "approval": 0, "next-request": 2}.get(place)
    if done is None:
        assert chat.messages == []
    else:
        results = [message["content"] for message in chat.messages if message["role"] == "tool"]
        assert len(results) == 2
        assert results[:done] == ["4", "6"][:done]
        assert all("interrupted" in text for text in results[done:])
        assert "I double them." in seen.shown
    goes_on(chat)


WATCHED = "/minimax_nb/"


@contextmanager
def interrupted_at(step: int) -> Iterator[list[str]]:
    """Interrupt where the library enters a function for the so-manieth time; the list names it."""
    seen: list[str] = []
    entered = 0

    def trace(frame: FrameType, event: str, _: object) -> None:
        nonlocal entered
        if event == "call" and WATCHED in frame.f_code.co_filename and not seen:
            entered += 1
            if entered == step:
                seen.append(f"{frame.f_code.co_filename.rpartition('/')[2]} {frame.f_code.co_name}")
                raise KeyboardInterrupt

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        yield seen
    finally:
        sys.settrace(before)


@pytest.mark.filterwarnings("ignore::pytest.PytestUnraisableExceptionWarning")  # a generator that is being closed
@pytest.mark.parametrize("first", range(1, 21), ids=lambda first: f"from-{first}")
def test_an_interrupt_on_the_way_into_any_function(first: int) -> None:
    for step in itertools.count(first * 10, 200):
        create = Stopped(1000)
        chat = mm.Chat(client_of(create), "MiniMax-M2.7", tools=[double], display=False)
        with interrupted_at(step) as where, suppress(KeyboardInterrupt):
            chat("Double 2 and 3.")
        if not where:
            assert chat.messages[-1]["content"] == "Four and six."
            assert step > 200
            return
        create.event = create.at
        goes_on(chat)
