"""The connection is cut at every event of a turn with a tool, and inside of events: what arrived is kept and marked."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

import minimax_nb as mm

from ..support.faults import (
    HELLO,
    WEATHER,
    Wire,
    ask,
    can_be_sent,
    chat_with,
    events_of,
    get_weather,
    goes_on,
    is_told,
    text_in,
    wire_server,
)

if TYPE_CHECKING:
    from minimax_nb.server.app import EmbeddedServer

FIRST = events_of(WEATHER)
SHORT = events_of(HELLO)
NATIVE = events_of(HELLO, split=False)
BOTH = pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])


def whole_of(events: list[bytes]) -> mm.Reply:
    return mm.collect(iter(events))


@BOTH
@pytest.mark.parametrize("at", range(len(FIRST)), ids=lambda at: f"after-{at}")
def test_a_cut_in_the_round_with_the_call(
    service: EmbeddedServer, at: int, asynchronous: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    chat = chat_with(service, tools=[get_weather])
    service.handler.fault = f"cut:{at}"
    seen = ask(chat, WEATHER, capsys, asynchronous=asynchronous)
    service.handler.fault = None
    assert seen.reply is not None
    assert (seen.reply.reasoning, seen.reply.content) == text_in(FIRST[:at])
    if seen.error is None:  # the finish reason had arrived, and with it the call
        assert seen.reply.complete
        assert at >= len(FIRST) - 1
    else:
        is_told(seen)
        assert isinstance(seen.error, mm.StreamCutError)
        assert seen.reply is mm.last_reply()
        assert seen.reply.partial_reason == "cut"
        assert seen.reply.reasoning.strip() in seen.shown
    goes_on(chat)


@BOTH
@pytest.mark.parametrize("at", range(12), ids=lambda at: f"after-{at}")
def test_a_cut_in_the_round_after_the_call(
    service: EmbeddedServer, at: int, asynchronous: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    cuts = [f"cut:{at}"]

    def get_weather(location: str) -> str:
        """Get the weather; the connection is cut in what follows."""
        service.handler.fault = cuts.pop() if cuts else None
        return "24℃, sunny"

    chat = chat_with(service, tools=[get_weather])
    whole = "It's sunny in San Francisco right now, at **24 ℃** (about 75 ℉)."
    seen = ask(chat, WEATHER, capsys, asynchronous=asynchronous)
    service.handler.fault = None
    assert seen.reply is not None
    assert whole.startswith(seen.reply.content)
    if seen.error is not None:
        is_told(seen)
        assert seen.reply is mm.last_reply()
    else:
        assert seen.reply.content == whole
    roles = [message["role"] for message in chat.messages]
    assert roles[:3] == ["user", "assistant", "tool"]
    assert chat.messages[2]["content"] == "24℃, sunny"
    if seen.reply.content:
        assert chat.messages[3]["content"] == seen.reply.content
    goes_on(chat)


@BOTH
@pytest.mark.parametrize("split", [True, False], ids=["split", "native"])
@pytest.mark.parametrize("at", range(0, len(SHORT), 3), ids=lambda at: f"in-{at}")
def test_a_cut_inside_an_event(at: int, split: bool, asynchronous: bool, capsys: pytest.CaptureFixture[str]) -> None:
    events = SHORT if split else NATIVE
    at = min(at, len(events) - 1)
    half = events[at][: len(events[at]) // 2]
    whole = whole_of(events)
    with wire_server(Wire((*events[:at], half), "drop"), Wire(tuple(events))) as server:
        chat = chat_with(server, reasoning_split=split)
        seen = ask(chat, HELLO, capsys, asynchronous=asynchronous)
        assert seen.reply is not None
        assert whole.reasoning.startswith(seen.reply.reasoning)
        assert whole.content.startswith(seen.reply.content)
        arrived = text_in(events[:at])
        if split:
            assert (seen.reply.reasoning, seen.reply.content) == arrived
        else:  # of the tags a part may have arrived
            assert abs(len("".join(arrived)) - len(seen.reply.reasoning + seen.reply.content)) <= len(
                "<think>\n\n</think>\n\n"
            )
        if seen.error is not None:
            is_told(seen)
        else:
            assert seen.reply.complete
        can_be_sent(chat)
        if seen.reply.content:
            assert chat.messages[-1]["role"] == "assistant"
        goes_on(chat)


@pytest.mark.parametrize("at", range(len(SHORT) + 1), ids=lambda at: f"after-{at}")
def test_a_stream_that_ends_too_early_is_marked(
    service: EmbeddedServer, at: int, capsys: pytest.CaptureFixture[str]
) -> None:
    """The connection ends as it should, the reply does not."""
    chat = chat_with(service)
    service.handler.fault = f"end:{at}"
    seen = ask(chat, HELLO, capsys)
    service.handler.fault = None
    assert seen.reply is not None
    assert (seen.reply.reasoning, seen.reply.content) == text_in(SHORT[:at])
    if not (seen.error is None and seen.reply.complete):
        is_told(seen)
    else:
        assert at >= len(SHORT) - 1
    goes_on(chat)


def test_it_is_the_tape_of_the_tool_that_is_cut() -> None:
    reply = whole_of(FIRST)
    assert [call.name for call in reply.tool_calls] == ["get_weather"]
    assert reply.origin is not None
    assert reply.origin.tape == "03_tool_use"
