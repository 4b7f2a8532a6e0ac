from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb.sse import EventReader, ServerSentEvent, SSEDecoder, encode_event

BODIES: dict[str, tuple[str, list[Any]]] = {
    "events": ('data: {"a":1}\n\ndata: {"a":2}\n\n', [{"a": 1}, {"a": 2}]),
    "no space after the colon": ('data:{"a":1}\n\n', [{"a": 1}]),
    "carriage returns and line feeds": ('data: {"a":1}\r\n\r\ndata: {"a":2}\r\n\r\n', [{"a": 1}, {"a": 2}]),
    "carriage returns alone": ('data: {"a":1}\r\rdata: {"a":2}\r\r', [{"a": 1}, {"a": 2}]),
    "no blank lines": ('data: {"a":1}\ndata: {"a":2}\n', [{"a": 1}, {"a": 2}]),
    "no line end at the end": ('data: {"a":1}', [{"a": 1}]),
    "comments and other fields": (': hello\nevent: x\nid: 1\nretry: 2\ndata: {"a":1}\n\n', [{"a": 1}]),
    "two documents on one line": ('data: {"a":1} {"a":2}\n\n', [{"a": 1}, {"a": 2}]),
    "two documents without a gap": ('data: {"a":1}{"a":2}\n\n', [{"a": 1}, {"a": 2}]),
    "one document on two lines": ('data: {"a":\ndata: 1}\n\n', [{"a": 1}]),
    "a broken line, then a whole one": ('data: {"a":\ndata: {"a":2}\n\n', [{"a": 2}]),
    "garbage between": ('data: {"a":1}\n\ndata: oops\n\ndata: {"a":2}\n\n', [{"a": 1}, {"a": 2}]),
    "documents that are no objects": ('data: [1]\n\ndata: "x"\n\ndata: {"a":1}\n\n', [{"a": 1}]),
    "a byte order mark": ('\ufeffdata: {"a":1}\n\n', [{"a": 1}]),
    "plain JSON": ('{"a":\n  1}\n', [{"a": 1}]),
    "plain JSON, one a line": ('{"a":1}\n{"a":2}\n', [{"a": 1}, {"a": 2}]),
    "an unusual line break inside a string": ('data: {"a":"x\u2028y\x85z"}\n\n', [{"a": "x\u2028y\x85z"}]),
    "an error page": ("<html>\n<body>no</body>\n</html>\n", []),
    "an error event": ('event: error\ndata: {"message":"no"}\n\n', [{"error": {"message": "no"}}]),
    "an error event, nested": ('event: error\ndata: {"error":{"code":1}}\n\n', [{"error": {"code": 1}}]),
    "an error event that is no JSON": ("event: error\ndata: out of memory\n\n", [{"error": "out of memory"}]),
    "an error event of another name": ('event:stream_error\ndata:{"a":1}\n\n', [{"error": {"a": 1}}]),
    "an event after an error": (
        'event: error\ndata: {"a":1}\n\ndata: {"a":2}\n\nevent: message\ndata: {"a":3}\n\n',
        [{"error": {"a": 1}}, {"a": 2}, {"a": 3}],
    ),
    "an error without a blank line": ('data: {"a":1}\nevent: error\ndata: "no"\n', [{"a": 1}, {"error": "no"}]),
    "a list of documents": ('[{"error":{"code":429}}]', [{"error": {"code": 429}}]),
    "nothing": ("", []),
    "the end": ("data: [DONE]\n\n", []),
}


def decoded(pieces: list[bytes]) -> tuple[SSEDecoder, list[Any]]:
    decoder = SSEDecoder()
    return decoder, [document for piece in pieces for document in decoder.feed(piece)] + decoder.close()


@pytest.mark.parametrize(("body", "documents"), BODIES.values(), ids=BODIES.keys())
def test_documents_come_out_whole(body: str, documents: list[Any]) -> None:
    data = body.encode()
    for pieces in ([data], [data[at : at + 1] for at in range(len(data))], [data[:5], data[5:]]):
        assert decoded(pieces)[1] == documents


@given(st.data())
def test_any_cutting_of_the_bytes_gives_the_same_documents(data: st.DataObject) -> None:
    body, documents = data.draw(st.sampled_from(list(BODIES.values())))
    raw = body.encode()
    cuts = sorted(data.draw(st.sets(st.integers(0, len(raw)))))
    pieces = [raw[a:b] for a, b in zip([0, *cuts], [*cuts, len(raw)], strict=True)]
    assert decoded(pieces)[1] == documents


def test_a_document_is_handed_out_as_soon_as_its_line_is_whole() -> None:
    decoder = SSEDecoder()
    assert decoder.feed(b'data: {"a":1}') == []
    assert decoder.feed(b"\n") == [{"a": 1}]


def test_the_end_is_seen() -> None:
    decoder = SSEDecoder()
    decoder.feed(b"data: [DONE]\n")
    assert decoder.done
    assert not decoded([b'data: {"a":"[DONE]"}\n\n'])[0].done


@pytest.mark.parametrize("body", ["data: oops\n\n", "oops\n", "data: [1]\n\n", 'data: {"a":\n\n'])
def test_garbage_is_remembered(body: str) -> None:
    decoder, documents = decoded([body.encode()])
    assert documents == []
    assert decoder.garbage
    assert decoder.garbage in body


def test_bytes_that_are_no_utf_8_spoil_only_themselves() -> None:
    assert decoded([b'data: {"a":"x\xffy"}\n\n'])[1] == [{"a": "x\ufffdy"}]


@pytest.mark.parametrize("opening", ["[", '{"a":'])
def test_deep_nesting_is_garbage(opening: str) -> None:
    decoder, documents = decoded([b"data: " + opening.encode() * 100_000 + b'\n\ndata: {"a":1}\n\n'])
    assert documents == [{"a": 1}]
    assert decoder.garbage


def test_a_long_line_in_small_pieces_is_put_together_once() -> None:
    text = "x" * 300_000
    body = b"data: " + json.dumps({"a": text}).encode() + b"\n\n"
    assert decoded([body[at : at + 3] for at in range(0, len(body), 3)])[1] == [{"a": text}]


EVENTS: dict[str, tuple[str, list[ServerSentEvent]]] = {
    "events": ('data: {"a":1}\n\ndata:x\n\n', [ServerSentEvent('{"a":1}'), ServerSentEvent("x")]),
    "carriage returns and line feeds": ("data: x\r\n\r\ndata: y\r\n\r\n", [ServerSentEvent("x"), ServerSentEvent("y")]),
    "carriage returns alone": ("data: x\r\rdata: y\r\r", [ServerSentEvent("x"), ServerSentEvent("y")]),
    "several lines": ("data: x\ndata: y\n\n", [ServerSentEvent("x\ny")]),
    "one space alone is removed": ("data:   x \n\n", [ServerSentEvent("  x ")]),
    "no blank line at the end": ("data: x", [ServerSentEvent("x")]),
    "comments, ids and events without data": (": hi\n\nid: 1\nretry: 2\n\nevent: ping\n\n", []),
    "a byte order mark": ("\ufeffdata: x\n\n", [ServerSentEvent("x")]),
    "an error": ("event: error\ndata: x\n\ndata: y\n\n", [ServerSentEvent("x", True), ServerSentEvent("y")]),
    "an error of another name": ("event:Stream_Error\ndata:x\n\n", [ServerSentEvent("x", True)]),
    "the name of an event without data is forgotten": ("event: error\n\ndata: x\n\n", [ServerSentEvent("x")]),
    "an unusual line break": ("data: x\u2028y\x85z\n\n", [ServerSentEvent("x\u2028y\x85z")]),
    "an empty line of data": ("data:\n\n", [ServerSentEvent("")]),
    "nothing": ("", []),
}


@pytest.mark.parametrize(("body", "events"), EVENTS.values(), ids=EVENTS.keys())
def test_events_come_out_whole(body: str, events: list[ServerSentEvent]) -> None:
    data = body.encode()
    for pieces in ([data], [data[at : at + 1] for at in range(len(data))], [data[:5], data[5:]]):
        reader = EventReader()
        assert [event for piece in pieces for event in reader.feed(piece)] + reader.close() == events


@pytest.mark.parametrize(
    ("data", "documents"),
    [
        ('{"a":1}', [{"a": 1}]),
        ('{"a":1}\n{"a":2}', [{"a": 1}, {"a": 2}]),
        ('{"a":\n1}', [{"a": 1}]),
        ('[{"a":1}]', [{"a": 1}]),
        ("[1]", []),
        ("[DONE]", []),
        ("  [DONE]", []),
        ('{"a":1}\n{"a":2}\n[DONE]', [{"a": 1}, {"a": 2}]),
        ('{"a":"[DONE]"}', [{"a": "[DONE]"}]),
        ('{"a":1} and more', []),
        ("[" * 100_000, []),
    ],
    ids=lambda value: str(value)[:20],
)
def test_an_event_gives_its_documents(data: str, documents: list[Any]) -> None:
    assert ServerSentEvent(data).documents() == documents
    assert ServerSentEvent(data).is_done == data.endswith("[DONE]")


@pytest.mark.parametrize(
    ("data", "written"),
    [
        ({"a": "ü"}, 'data: {"a":"ü"}\n\n'),
        ({"a": "x\ny"}, 'data: {"a":"x\\ny"}\n\n'),
        ("[DONE]", "data: [DONE]\n\n"),
        ("x\ny", "data: x\ndata: y\n\n"),
        ("x\r\ny\rz", "data: x\ndata: y\ndata: z\n\n"),
        ("", "data: \n\n"),
        (": keep-alive", ": keep-alive\n\n"),
        ({"a": "\ud83d"}, 'data: {"a":"\\ud83d"}\n\n'),
    ],
)
def test_an_event_is_written(data: Any, written: str) -> None:
    assert encode_event(data) == written.encode()


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\r\ufeff")), max_size=5))
def test_what_is_written_is_read_again(texts: list[str]) -> None:
    reader = EventReader()
    read = reader.feed(b"".join(map(encode_event, texts))) + reader.close()
    assert [event.data for event in read] == [text for text in texts if not text.startswith(":")]
