"""What is said of a reply while it streams agrees with the reply at its end."""

from __future__ import annotations

from typing import Any

import pytest

from minimax_nb.message.events import ReasoningDelta, Rewritten, TextDelta

from ..support.accumulating import NATIVE, SPLIT, accumulated, heard
from ..support.wire import DETAIL, chunk


@pytest.mark.parametrize("chunks", [NATIVE, SPLIT], ids=["native", "split"])
def test_thinking_and_answer_are_said_as_they_come(chunks: list[dict[str, Any]]) -> None:
    reply, events = accumulated(chunks)
    assert events == [ReasoningDelta("a"), TextDelta("Hi"), TextDelta("!")]
    assert (reply.reasoning, reply.content, reply.finish_reason) == ("a", "Hi!", "stop")


def test_thinking_in_two_fields_is_counted_once_and_said_by_the_first() -> None:
    chunks = [
        chunk({"content": "<think>a", "reasoning_content": "a"}),
        chunk({"content": "b</think>Hi", "reasoning_content": "b"}, "stop"),
    ]
    reply, events = accumulated(chunks)
    assert (reply.reasoning, reply.content) == ("ab", "Hi")
    assert heard(events)[:2] == ("ab", "Hi")
    assert reply.message["content"] == "<think>ab</think>Hi"
    assert reply.message["reasoning_content"] == "ab"


def test_a_short_thought_repeated_on_every_chunk_is_counted_once() -> None:
    answer = ["<think>Hi.</think>", "Hello", " there"]
    chunks = [chunk({"content": piece, "reasoning_content": "Hi."}) for piece in answer]
    reply, events = accumulated([*chunks, chunk({}, "stop")])
    assert (reply.reasoning, reply.content) == ("Hi.", "Hello there")
    assert reply.message["reasoning_content"] == "Hi."
    assert heard(events)[:2] == ("Hi.", "Hello there")


def test_an_emoji_cut_in_two_is_put_together() -> None:
    reply, events = accumulated([chunk({"content": "a\ud83d"}), chunk({"content": "\ude00"}, "stop")])
    assert reply.content == "a😀"
    assert heard(events)[1] == "a😀"


def test_the_field_that_counts_most_wins_at_the_end() -> None:
    chunks = [
        chunk({"reasoning_content": "the shorter"}),
        chunk({"reasoning_details": [{**DETAIL, "text": "the longer one"}], "content": "Hi"}, "stop"),
    ]
    reply, events = accumulated(chunks)
    assert reply.reasoning == "the longer one"
    assert events == [ReasoningDelta("the shorter"), TextDelta("Hi"), Rewritten("the longer one", "Hi")]


def test_a_closing_tag_without_an_opening_one_makes_the_text_before_it_thinking() -> None:
    reply, events = accumulated([chunk({"content": "hm "}), chunk({"content": "so\n</think>\n\nHi"}, "stop")])
    assert (reply.reasoning, reply.content) == ("hm so", "Hi")
    assert events == [TextDelta("hm "), TextDelta("so\n"), Rewritten("hm so", ""), TextDelta("Hi")]


def test_a_closing_tag_in_the_answer_is_text_when_the_thinking_had_its_field() -> None:
    reply, events = accumulated([chunk({"reasoning": "hm"}), chunk({"content": "a </think> b"}, "stop")])
    assert (reply.reasoning, reply.content) == ("hm", "a </think> b")
    assert not [event for event in events if isinstance(event, Rewritten)]


def test_a_closing_tag_at_the_end_of_a_field_of_thinking_is_not_part_of_it() -> None:
    chunks = [
        chunk({"reasoning_content": "hm\n</th"}),
        chunk({"reasoning_content": "ink>"}),
        chunk({"content": "Hi"}, "stop"),
    ]
    reply, events = accumulated(chunks)
    assert reply.reasoning == "hm"
    assert reply.message["reasoning_content"] == "hm\n</think>"
    assert heard(events)[:2] == ("hm", "Hi")


def test_what_was_held_back_is_said_at_the_end() -> None:
    reply, events = accumulated([chunk({"content": "Hello"}), chunk({"content": "Hello there"}, "stop")])
    assert reply.content == "HelloHello there"
    assert events == [TextDelta("Hello"), TextDelta("Hello there")]


def test_a_wrong_guess_at_snapshots_is_taken_back_aloud() -> None:
    pieces = ["This is the house", "This is the house that", "This is the house that Jack built", "."]
    reply, events = accumulated([chunk({"content": piece}) for piece in pieces] + [chunk({}, "stop")])
    assert reply.content == "".join(pieces)
    assert Rewritten("", "".join(pieces)) in events
    assert heard(events)[1] == reply.content
