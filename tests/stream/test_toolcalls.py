from __future__ import annotations

import json
from itertools import zip_longest
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openai.types.chat.chat_completion_chunk import ChoiceDeltaToolCall

from minimax_nb.message.reply import ToolCall
from minimax_nb.stream.toolcalls import ToolCallAssembler, arguments_text, is_object


def piece(arguments: Any = None, name: str | None = None, **outer: Any) -> dict[str, Any]:
    function = {key: value for key, value in (("name", name), ("arguments", arguments)) if value is not None}
    return {**outer, "function": function}


def assembled(*pieces: dict[str, Any]) -> ToolCallAssembler:
    assembler = ToolCallAssembler()
    for entry in pieces:
        assembler.feed(entry)
    return assembler


STREAMS: dict[str, tuple[list[dict[str, Any]], list[tuple[str, str, str]]]] = {
    "opened, then continued by index": (
        [piece("", "get", id="a", type="function", index=0), piece('{"x"', index=0), piece(": 1}", index=0)],
        [("a", "get", '{"x": 1}')],
    ),
    "cut inside a string": (
        [piece('{"x": "Tok', "get", id="a", index=0), piece('yo"}', index=0)],
        [("a", "get", '{"x": "Tokyo"}')],
    ),
    "no index at all": ([piece("{}", "f", id="a"), piece("{}", "g", id="b")], [("a", "f", "{}"), ("b", "g", "{}")]),
    "no index on continuations": (
        [piece("", "f", id="a"), piece('{"x":', id=""), piece("1}")],
        [("a", "f", '{"x":1}')],
    ),
    "both calls at index 0": (
        [piece("{}", "f", id="a", index=0), piece('{"y":', "g", id="b", index=0), piece("2}", index=0)],
        [("a", "f", "{}"), ("b", "g", '{"y":2}')],
    ),
    "counting from 1": (
        [piece("{}", "f", id="a", index=1), piece("{}", "g", id="b", index=2)],
        [("a", "f", "{}"), ("b", "g", "{}")],
    ),
    "empty id, name and type on continuations": (
        [piece('{"x":', "f", id="a", type="function", index=0), piece("1}", "", id="", type="", index=0)],
        [("a", "f", '{"x":1}')],
    ),
    "the id again on continuations": (
        [piece('{"x":', "f", id="a", index=0), piece("1}", id="a", index=0)],
        [("a", "f", '{"x":1}')],
    ),
    "a late piece for the first": (
        [piece('{"x":', "f", id="a", index=0), piece("{}", "g", id="b", index=1), piece("1}", index=0)],
        [("a", "f", '{"x":1}'), ("b", "g", "{}")],
    ),
    "the later index first": (
        [piece("{}", "g", id="b", index=1), piece("{}", "f", id="a", index=0)],
        [("b", "g", "{}"), ("a", "f", "{}")],
    ),
    "sent whole twice": (
        [piece('{"x":1}', "f", id="a", index=0), piece('{"x":1}', "f", id="a", index=0)],
        [("a", "f", '{"x":1}')],
    ),
    "in pieces, then whole": (
        [piece('{"x"', "f", id="a", index=0), piece(":1}", index=0), piece('{"x":1}', "f", id="a", index=0)],
        [("a", "f", '{"x":1}')],
    ),
    "growing snapshots": (
        [piece('{"x"', "f", id="a", index=0), piece('{"x":1', index=0), piece('{"x":1}', index=0)],
        [("a", "f", '{"x":1}')],
    ),
    "an empty object before the pieces": (
        [piece("{}", "f", id="a", index=0), piece('{"x"', index=0), piece(":1}", index=0)],
        [("a", "f", '{"x":1}')],
    ),
    "an object": ([piece({"x": "é"}, "f", id="a", index=0)], [("a", "f", '{"x":"é"}')]),
    "an object, twice": (
        [piece({"x": 1}, "f", id="a", index=0), piece({"x": 1}, index=0)],
        [("a", "f", '{"x":1}')],
    ),
    "an object that grows": (
        [piece({}, "f", id="a", index=0), piece({"x": 1}, index=0)],
        [("a", "f", '{"x":1}')],
    ),
    "a piece with no opening": (
        [piece('"}', index=0), piece("{}", "g", id="b", index=1)],
        [("", "", '"}'), ("b", "g", "{}")],
    ),
    "opened without an id, which comes later": (
        [piece(None, "f", index=0), piece("{}", id="a", index=0)],
        [("a", "f", "{}")],
    ),
    "an id after a piece with no opening": (
        [piece('"}', index=0), piece("{}", "g", id="b", index=0)],
        [("", "", '"}'), ("b", "g", "{}")],
    ),
    "no ids, two names": (
        [piece("{}", "f", index=0), piece("{}", "g", index=0)],
        [("", "f", "{}"), ("", "g", "{}")],
    ),
    "no ids, one name, two whole calls": (
        [piece('{"x":1}', "f"), piece('{"x":2}', "f")],
        [("", "f", '{"x":1}'), ("", "f", '{"x":2}')],
    ),
    "the name again on continuations": (
        [piece('{"x":', "f", index=0), piece("{", "f", index=0), piece("}}", "f", index=0)],
        [("", "f", '{"x":{}}')],
    ),
    "another id on every piece": (
        [piece("", "f", id="a", index=0), piece('{"x"', id="b", index=0), piece(":1}", id="c", index=0)],
        [("a", "f", '{"x":1}')],
    ),
    "another id on every piece, no index": (
        [piece('{"x"', "f", id="a"), piece(":1", id="b"), piece("}", id="c")],
        [("a", "f", '{"x":1}')],
    ),
    "another id on every piece, the index from the second on": (
        [piece('{"x"', "f", id="a"), piece(":1", id="b", index=0), piece("}", id="c", index=0)],
        [("a", "f", '{"x":1}')],
    ),
    "another id on every piece, no index from the second on": (
        [piece('{"x"', "f", id="a", index=0), piece(":1", id="b"), piece("}")],
        [("a", "f", '{"x":1}')],
    ),
    "another id on every piece of calls in turn": (
        [
            *(piece("", "f", id="a", index=0), piece("", "f", id="b", index=1)),
            *(piece('{"x"', id="c", index=0), piece('{"y"', id="d", index=1)),
            *(piece(":1}", id="e", index=0), piece(":2}", id="f", index=1)),
        ],
        [("a", "f", '{"x":1}'), ("b", "f", '{"y":2}')],
    ),
    "another id on every piece of calls after each other, no index": (
        [piece('{"x"', "f", id="a"), piece(":1}", id="b"), piece('{"y"', "f", id="c"), piece(":2}", id="d")],
        [("a", "f", '{"x":1}'), ("c", "f", '{"y":2}')],
    ),
    "another id on every piece of calls at index 0": (
        [
            *(piece("", "f", id="a", index=0), piece('{"x":1}', id="b", index=0)),
            *(piece("", "g", id="c", index=0), piece('{"y":2}', id="d", index=0)),
        ],
        [("a", "f", '{"x":1}'), ("c", "g", '{"y":2}')],
    ),
    "another id and the name on every piece": (
        [piece('{"x"', "f", id="a", index=0), piece(": {", "f", id="b", index=0), piece("}}", "f", id="c", index=0)],
        [("a", "f", '{"x": {}}')],
    ),
    "another id and an empty name on every piece": (
        [
            piece('{"x"', "f", id="a", index=0),
            {**piece(":1}", id="b", index=0), "function": {"name": "", "arguments": ":1}"}},
        ],
        [("a", "f", '{"x":1}')],
    ),
    "another id on growing snapshots": (
        [piece('{"x"', "f", id="a", index=0), piece('{"x":1', "f", id="b", index=0), piece('{"x":1}', id="c", index=0)],
        [("a", "f", '{"x":1}')],
    ),
    "another id on the last piece, which is empty": (
        [piece('{"x":1}', "f", id="a", index=0), piece("", id="b", index=0)],
        [("a", "f", '{"x":1}')],
    ),
    "another id on an object": (
        [piece({}, "f", id="a", index=0), piece({"x": 1}, id="b", index=0)],
        [("a", "f", '{"x":1}')],
    ),
    "an id that comes back": (
        [piece('{"x"', "f", id="a"), piece("{}", "g", id="b"), piece(":1", id="a"), piece("}", id="a")],
        [("a", "f", '{"x":1}'), ("b", "g", "{}")],
    ),
    "an id never seen at an index never seen": (
        [piece("{}", "f", id="a", index=0), piece('{"x":', id="b", index=1), piece("1}", "g", index=1)],
        [("a", "f", "{}"), ("b", "g", '{"x":1}')],
    ),
    "one id for all calls": (
        [
            *(piece("", "f", id="a", index=0), piece("", "f", id="a", index=1)),
            *(piece('{"x":1}', id="a", index=0), piece('{"x":2}', id="a", index=1)),
        ],
        [("a", "f", '{"x":1}'), ("a", "f", '{"x":2}')],
    ),
    "one id for all calls, no index": (
        [piece('{"x":1}', "f", id="a"), piece('{"y":2}', "g", id="a")],
        [("a", "f", '{"x":1}'), ("a", "g", '{"y":2}')],
    ),
    "two whole calls to one tool at index 0": (
        [piece('{"x":1}', "f", id="a", index=0), piece('{"x":1}', "f", id="b", index=0)],
        [("a", "f", '{"x":1}'), ("b", "f", '{"x":1}')],
    ),
    "two calls without arguments at index 0": (
        [piece("", "f", id="a", index=0), piece("", "f", id="b", index=0)],
        [("a", "f", ""), ("b", "f", "")],
    ),
    "the name before the id": (
        [piece(None, "f", index=0), piece('{"x"', "f", id="a", index=0), piece(":1}", id="b", index=0)],
        [("a", "f", '{"x":1}')],
    ),
    "arguments that are no object": ([piece("[1, 2", "f", id="a"), piece(", 3]")], [("a", "f", "[1, 2, 3]")]),
    "no arguments": ([piece(None, "f", id="a", index=0)], [("a", "f", "")]),
    "null everywhere": (
        [piece("{}", "f", id="a", index=0), {"id": None, "type": None, "index": 0, "function": None}],
        [("a", "f", "{}")],
    ),
}


@pytest.mark.parametrize(("pieces", "calls"), STREAMS.values(), ids=STREAMS.keys())
def test_each_piece_goes_to_its_call(pieces: list[dict[str, Any]], calls: list[tuple[str, str, str]]) -> None:
    assembler = assembled(*pieces)
    assert assembler.calls() == tuple(ToolCall(*call) for call in calls)
    message = assembler.message()
    assert [entry["function"].get("arguments", "") for entry in message] == [call[2] for call in calls]
    assert [(entry.get("id") or "", entry["function"].get("name", "")) for entry in message] == [c[:2] for c in calls]
    objects = assembled(*(ChoiceDeltaToolCall.construct(**entry) for entry in pieces))
    assert objects.calls() == assembler.calls()


def test_the_message_has_what_was_received_in_the_order_of_the_service() -> None:
    opening = {"index": 0, "note": "kept", "function": {"strict": True, "arguments": "", "name": "f"}, "id": "a"}
    assembler = assembled({**opening, "type": "function"}, piece("{}", index=0))
    assert json.dumps(assembler.message()) == json.dumps(
        [
            {
                "id": "a",
                "type": "function",
                "function": {"name": "f", "arguments": "{}", "strict": True},
                "index": 0,
                "note": "kept",
            }
        ]
    )


@pytest.mark.parametrize(
    "late",
    [
        {"index": 0, "function": {"arguments": "{}"}, "note": "kept"},
        {"index": 0, "function": {"arguments": "{}", "note": "kept"}},
        {"index": 0, "function": {"arguments": "{}"}, "note": None},
        {"index": 0, "function": {"arguments": "{}", "note": None}},
    ],
)
def test_a_key_that_comes_late_is_kept(late: dict[str, Any]) -> None:
    opening = piece("", "f", id="a", index=0)
    for entry in (late, ChoiceDeltaToolCall.construct(**late)):
        (call,) = assembled(opening, piece("", index=0), entry).message()
        inside = {**late["function"], "name": "f"}
        assert call == {**late, "id": "a", "function": inside}


def test_arguments_that_were_null_at_first_are_kept() -> None:
    opening = {"id": "a", "index": 0, "function": {"name": "f", "arguments": None}}
    assembler = assembled(opening, piece('{"x":', index=0), piece("1}", index=0))
    assert assembler.message()[0]["function"] == {"name": "f", "arguments": '{"x":1}'}


def test_an_index_that_never_came_is_not_made_up() -> None:
    assert "index" not in assembled(piece("{}", "f", id="a")).message()[0]


def test_the_pieces_said_continue_the_arguments() -> None:
    assembler = ToolCallAssembler()
    deltas = [
        assembler.feed(piece('{"x"', "f", id="a", index=0)),
        assembler.feed(piece(": 1}", index=0)),
        assembler.feed(piece("{}", "g", id="b", index=1)),
    ]
    assert [(delta.position, delta.id, delta.name, delta.arguments) for delta in deltas] == [
        (0, "a", "f", '{"x"'),
        (0, "a", "f", ": 1}"),
        (1, "b", "g", "{}"),
    ]


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.dictionaries(st.text(), values, max_size=4), st.data())
def test_arguments_cut_anywhere_come_back(arguments: dict[str, Any], data: st.DataObject) -> None:
    text = json.dumps(arguments, ensure_ascii=False)
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)))))
    parts = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    for pieces in (parts, ["".join(parts[: n + 1]) for n in range(len(parts))], [text, text]):
        assembler = assembled(piece("", "f", id="a", index=0), *(piece(part, index=0) for part in pieces))
        assert assembler.calls() == (ToolCall("a", "f", text),)


@given(st.lists(st.tuples(st.integers(0, 2), st.sampled_from(["", "a", "b", None]), st.text('{}"x:1', max_size=4))))
def test_no_character_of_arguments_is_lost(pieces: list[tuple[int, str | None, str]]) -> None:
    assembler = assembled(*(piece(text, id=id_, index=index) for index, id_, text in pieces))
    for call in assembler.calls():
        said = [text for index, id_, text in pieces]
        assert all(any(character in text for text in said) for character in call.arguments)
    received = {character for _, _, text in pieces for character in text}
    assert received == {character for call in assembler.calls() for character in call.arguments}


@given(
    st.lists(
        st.tuples(st.sampled_from("fg"), st.dictionaries(st.text("ab", max_size=2), values, min_size=1)), max_size=4
    ),
    st.sampled_from(["right", "none", "zero", "in turn"]),
    st.data(),
)
def test_ids_that_change_with_every_piece_open_no_calls(
    asked: list[tuple[str, dict[str, Any]]], indices: str, data: st.DataObject
) -> None:
    streams = []
    for at, (name, arguments) in enumerate(asked):
        text = json.dumps(arguments, ensure_ascii=False)
        cuts = sorted(data.draw(st.sets(st.integers(1, len(text) - 1), max_size=4)))
        parts = ["", *(text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True))]
        place = {"none": {}, "zero": {"index": 0}}.get(indices, {"index": at})
        streams.append([piece(part, None if n else name, **place) for n, part in enumerate(parts)])
    ordered = [entry for stream in streams for entry in stream]
    if indices == "in turn":
        ordered = [entry for turn in zip_longest(*streams) for entry in turn if entry is not None]
    pieces = [{**entry, "id": f"id{number}"} for number, entry in enumerate(ordered)]
    calls = assembled(*pieces).calls()
    assert [(call.name, json.loads(call.arguments)) for call in calls] == asked
    assert len({call.id for call in calls}) == len(asked)


def test_arguments_are_text_in_any_case() -> None:
    assert arguments_text('{"x": 1}') == '{"x": 1}'
    assert arguments_text({"city": "北京"}) == '{"city":"北京"}'
    assert is_object("{}")
    assert not is_object("[]")
    assert not is_object("[" * 100_000)
