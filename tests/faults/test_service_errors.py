"""Every documented error of the service: at the start of a turn, after its tool, and inside of a stream."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

import openai
import pytest

import minimax_nb as mm
from minimax_nb.server.quirks.faults import ERROR_FAULTS, FAULTS

from ..support.faults import (
    HELLO,
    WEATHER,
    Wire,
    ask,
    chat_with,
    events_of,
    get_weather,
    goes_on,
    is_told,
    text_in,
    wire_server,
)

if TYPE_CHECKING:
    from collections.abc import Callable

    from minimax_nb.server.api_error import ApiError
    from minimax_nb.server.app import EmbeddedServer

SHORT = events_of(HELLO)
BOTH = pytest.mark.parametrize("asynchronous", [False, True], ids=["sync", "async"])
AT_ONCE = [name for name in FAULTS if name != "hang"]
RETURNED = {"choices-null", "end", "garbage"}
"""What leaves a reply that is marked, and raises nothing: the stream came to its end."""


def event_of(document: object, name: str = "") -> bytes:
    head = f"event: {name}\n" if name else ""
    return f"{head}data: {json.dumps(document)}\n\n".encode()


def flat(error: ApiError) -> bytes:
    return event_of({"object": "error", "message": words_of(error), "code": code_of(error)})


def base_resp(error: ApiError) -> bytes:
    said = {"status_code": code_of(error), "status_msg": words_of(error)}
    return event_of({"choices": None, "base_resp": said})


def words_of(error: ApiError) -> str:
    return error.message.rpartition(" (")[0]


def code_of(error: ApiError) -> int:
    return int(error.message.rpartition("(")[2].rstrip(")"))


SHAPES: dict[str, Callable[[ApiError], bytes]] = {
    "openai": lambda error: event_of({"type": "error", "error": error.error()}),
    "named": lambda error: event_of(error.error(), "error"),
    "flat": flat,
    "base-resp": base_resp,
    "in-choice": lambda error: event_of({"choices": [{"index": 0, "delta": {}, "error": error.error()}]}),
    "bare-line": lambda error: f"error: {json.dumps(error.error())}\n\n".encode(),
}


@BOTH
@pytest.mark.parametrize("fault", AT_ONCE)
def test_a_fault_in_the_first_round(
    service: EmbeddedServer, fault: str, asynchronous: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    chat = chat_with(service, tools=[get_weather])
    service.handler.fault = fault
    seen = ask(chat, WEATHER, capsys, asynchronous=asynchronous)
    service.handler.fault = None
    is_told(seen)
    assert (seen.error is None) == (fault in RETURNED)
    if fault in ERROR_FAULTS:
        assert isinstance(seen.error, openai.APIStatusError)
        assert ERROR_FAULTS[fault].message in seen.words
        assert "Hint: " in seen.words
        assert ERROR_FAULTS[fault].message in seen.shown
    goes_on(chat)


@BOTH
@pytest.mark.parametrize("fault", AT_ONCE)
def test_a_fault_in_the_round_after_the_tool_keeps_its_result(
    service: EmbeddedServer, fault: str, asynchronous: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    faults = [fault]

    def get_weather(location: str) -> str:
        """Get the weather; what follows fails."""
        service.handler.fault = faults.pop() if faults else None
        return "24℃, sunny"

    chat = chat_with(service, tools=[get_weather])
    seen = ask(chat, WEATHER, capsys, asynchronous=asynchronous)
    service.handler.fault = None
    is_told(seen)
    assert [message["role"] for message in chat.messages[:3]] == ["user", "assistant", "tool"]
    assert chat.messages[2]["content"] == "24℃, sunny"
    assert "[tool result]" in seen.shown
    goes_on(chat)


@BOTH
@pytest.mark.parametrize("fault", ["cut", "end", "garbage", "midstream-error", "hang"])
@pytest.mark.parametrize("at", [0, 1, len(SHORT) // 2, len(SHORT) - 2])
def test_a_fault_midway_keeps_what_arrived(
    service: EmbeddedServer, fault: str, at: int, asynchronous: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    chat = chat_with(service, timeout=0.5 if fault == "hang" else 10.0)
    service.handler.fault = f"{fault}:{at}"
    seen = ask(chat, HELLO, capsys, asynchronous=asynchronous)
    service.handler.fault = None
    is_told(seen)
    assert seen.reply is not None
    arrived = text_in(SHORT[:at])
    assert (seen.reply.reasoning, seen.reply.content) == arrived
    assert all(text.strip() in seen.shown for text in arrived)
    goes_on(chat)


@BOTH
@pytest.mark.parametrize("at", [0, len(SHORT) // 2], ids=["first", "midway"])
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("error", ERROR_FAULTS.values(), ids=ERROR_FAULTS)
def test_each_error_inside_a_stream(
    error: ApiError, shape: str, at: int, asynchronous: bool, capsys: pytest.CaptureFixture[str]
) -> None:
    failing = Wire((*SHORT[:at], SHAPES[shape](error)))
    with wire_server(failing, Wire(tuple(SHORT))) as server:
        chat = chat_with(server)
        seen = ask(chat, HELLO, capsys, asynchronous=asynchronous)
        is_told(seen)
        assert isinstance(seen.error, mm.StreamServiceError)
        assert seen.error.code == code_of(error)
        assert error.message in seen.words
        assert seen.reply is not None
        assert (seen.reply.reasoning, seen.reply.content) == text_in(SHORT[:at])
        assert seen.reply.partial_reason == "error"
        goes_on(chat)
