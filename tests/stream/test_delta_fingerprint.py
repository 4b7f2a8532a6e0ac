from __future__ import annotations

from typing import Any

import pytest
from openai.types.chat.chat_completion_chunk import ChoiceDelta

from minimax_nb.message.sdk_objects import open_object
from minimax_nb.stream.accumulator import StreamAccumulator
from minimax_nb.stream.delta_fingerprint import DeltaFingerprint, assembled_in

SAME = {"role": "assistant", "name": "MiniMax AI", "audio_content": ""}


def shape_of(delta: Any) -> DeltaFingerprint:
    parts = open_object(delta)
    return DeltaFingerprint(delta, *parts, assembled_in(*parts))


def same_shape(first: Any, second: Any) -> bool:
    return shape_of(first).is_that_of(second, *open_object(second))


def sdk(delta: dict[str, Any]) -> ChoiceDelta:
    return ChoiceDelta.construct(**delta)


@pytest.mark.parametrize("form", [dict, sdk])
@pytest.mark.parametrize(
    ("first", "second", "alike"),
    [
        ({**SAME, "content": "a"}, {**SAME, "content": "b"}, True),
        ({**SAME, "content": "a"}, {"content": None, **SAME}, True),
        ({"content": "a"}, {"content": ["odd"]}, True),
        ({**SAME, "reasoning_content": "a"}, {**SAME, "reasoning_content": ""}, True),
        ({**SAME, "reasoning_content": "a"}, {**SAME, "content": "b"}, False),
        ({**SAME, "content": "a"}, {**SAME, "content": "b", "name": "other"}, False),
        ({**SAME, "content": "a"}, {**SAME, "content": "b", "note": ""}, False),
        ({**SAME, "content": "a"}, {**SAME, "content": "b", "refusal": None}, False),
        ({**SAME, "content": "a"}, {"role": "assistant", "content": "b"}, False),
        ({"content": "a", "audio_content": 1}, {"content": "b", "audio_content": True}, False),
        ({"content": "a", "note": []}, {"content": "b", "note": []}, False),
    ],
)
def test_a_shape_is_all_but_the_assembled_values(form: Any, first: Any, second: Any, alike: bool) -> None:
    assert same_shape(form(first), form(second)) is alike


def test_deltas_of_two_classes_have_two_shapes() -> None:
    assert not same_shape({"content": "a"}, sdk({"content": "a"}))


def test_it_names_the_assembled_keys_in_the_order_of_reading() -> None:
    delta = {"content": None, "reasoning_content": "b", "reasoning_details": [], **SAME}
    for item, apart in ((delta, False), (sdk(delta), True)):
        shape = shape_of(item)
        assert shape.assembled == (("reasoning_details", apart), ("reasoning_content", apart), ("content", False))
        assert set(shape.texts) == set(SAME)


@pytest.mark.parametrize(
    "notes", ["aaab", "abab", "aaaa", "abbbba", "ab" * 40 + "bbba", "abcdefghijklmnopqrst" * 3 + "tttt"]
)
def test_texts_that_were_passed_over_still_count(notes: str) -> None:
    accumulator = StreamAccumulator()
    for number, note in enumerate(notes):
        delta = {"content": "x", "note": note}
        accumulator.feed({"choices": [{"index": 0, "delta": delta}]})
        if number == 2:
            accumulator.reply()
    assert accumulator.finish().message["note"] == (notes if len(set(notes)) > 1 else notes[0])
