"""The tee of a reply: events whatever the cuts between the bytes, and known for complete or not."""

from __future__ import annotations

import json
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb.server.recording import tee as tee_module
from minimax_nb.server.recording.tee import ReplyTee
from minimax_nb.sse import encode_event


def chunk(text: str, finish: str | None = None, **more: Any) -> dict[str, Any]:
    choice: dict[str, Any] = {"index": 0, "delta": {"content": text}}
    return {"id": "a", "choices": [{**choice, "finish_reason": finish} if finish else choice], **more}


USAGE = {"id": "a", "choices": [], "usage": {"total_tokens": 3}}
BODIES = [chunk("Grüße"), chunk("\n\n漢"), chunk("", "stop")]


def wire(*bodies: Any) -> bytes:
    return b"".join(map(encode_event, bodies))


def kept(data: bytes, *, ends: bool = True, stream: bool = True, include_usage: bool = False) -> list[Any] | None:
    tee = ReplyTee(stream=stream, include_usage=include_usage)
    tee.feed(data, 0.25)
    if ends:
        tee.close()
    events = tee.complete_events()
    return None if events is None else [event.body for event in events]


@given(st.lists(st.integers(0, 250), max_size=12))
def test_the_pieces_do_not_matter(cuts: list[int]) -> None:
    data = wire(*BODIES, USAGE, "[DONE]")
    places = sorted({0, len(data), *(cut for cut in cuts if cut < len(data))})
    tee = ReplyTee(stream=True, include_usage=True)
    for n, (a, b) in enumerate(pairwise(places)):
        tee.feed(data[a:b], n / 8)
    tee.close()
    events = tee.complete_events()

    assert events is not None
    assert [event.body for event in events] == [*BODIES, USAGE, "[DONE]"]
    assert [event.t for event in events] == sorted(event.t for event in events)


@pytest.mark.parametrize(
    ("data", "options"),
    [
        (wire(*BODIES), {}),
        (wire(*BODIES), {"ends": False}),
        (wire(*BODIES, USAGE), {"ends": False, "include_usage": True}),
        (wire(*BODIES, "[DONE]"), {"ends": False, "include_usage": True}),
        (wire(*BODIES).replace(b"\n", b"\r\n"), {}),
        (wire(*BODIES).replace(b"\n", b"\r"), {}),
        (b"\xef\xbb\xbf" + wire(*BODIES), {}),
        (wire(*BODIES).rstrip(), {}),
        (wire(*BODIES).replace(b"\n\n", b"\n"), {}),
        (wire(*BODIES, USAGE, "[DONE]").replace(b"\n\n", b"\n"), {"include_usage": True}),
        (wire(": hello", *BODIES), {}),
        (wire(chunk("two"), f"{json.dumps(chunk('x', 'stop'))}\n{json.dumps(USAGE)}"), {}),
        (json.dumps({"choices": [{"message": {"content": "x"}, "finish_reason": "stop"}]}).encode(), {"stream": False}),
    ],
    ids=(
        *("end", "left", "usage", "done", "crlf", "cr", "mark", "no-blank-line", "no-blank-lines"),
        *("no-blank-lines-usage", "comment", "two-in-one", "unstreamed"),
    ),
)
def test_a_whole_reply_is_kept(data: bytes, options: dict[str, bool]) -> None:
    assert kept(data, **options)


@pytest.mark.parametrize(
    ("data", "options"),
    [
        (b"", {}),
        (wire(*BODIES[:2]), {}),
        (wire(*BODIES)[:-40], {"ends": False}),
        (wire(*BODIES), {"ends": False, "include_usage": True}),
        (wire(*BODIES, {"type": "error", "error": {"message": "no (2064)"}}), {}),
        (wire(chunk("x", "stop", base_resp={"status_code": 1027})), {}),
        (wire(*BODIES, {"type": "error", "error": {"message": "no"}}).replace(b"\n\n", b"\n"), {}),
        (wire(*BODIES) + b'event: error\ndata: {"message": "no"}\n\n', {}),
        (wire(*BODIES) + b"event: stream_error\r\ndata: out of memory\r\n\r\n", {}),
        (wire(*BODIES[:2], '<html>"finish_reason":"stop"</html>'), {}),
        (wire({"choices": None, "base_resp": {"status_code": 2056}}), {}),
        (wire(*BODIES), {"stream": False}),
        (b'{"choices": [{"finish_reason": "stop"}]}', {"stream": False, "ends": False}),
        (b"<html>", {"stream": False}),
        (b"[" * 100_000, {"stream": False}),
        (b"\xff\xfe\n\n", {}),
    ],
)
def test_a_reply_that_is_none_or_not_whole_is_forgotten(data: bytes, options: dict[str, bool]) -> None:
    assert kept(data, **options) is None


def test_a_reply_without_end_takes_no_memory_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tee_module, "_LARGEST", 1000)
    assert kept(wire(chunk("x" * 1000), *BODIES)) is None


def test_a_server_of_our_own_tells_the_time_and_its_origin_is_not_kept() -> None:
    tee = ReplyTee(stream=True, include_usage=False)
    tee.feed(wire({**chunk("x"), "minimax_nb": {"t": 3.5, "origin": {"kind": "practice"}}}), 0.1)
    tee.feed(wire({**chunk("y"), "minimax_nb": {"t": True}}), 0.2)
    tee.feed(wire({**chunk("z", "stop"), "minimax_nb": {"t": 1e9}}), 9.00049)
    events = tee.complete_events()

    assert events is not None
    assert [event.t for event in events] == [3.5, 3.5, 9.0]
    assert "minimax_nb" not in json.dumps([event.body for event in events])


def test_a_completion_of_our_own_server_keeps_its_moments() -> None:
    own = {"first_token_s": 0.6, "total_s": 2.5, "origin": {"kind": "authored"}}
    (body,) = kept(json.dumps({**chunk("x", "stop"), "minimax_nb": own}).encode(), stream=False) or [None]
    assert body["minimax_nb"] == {"first_token_s": 0.6, "total_s": 2.5}
