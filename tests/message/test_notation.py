"""Objects in any notation, and what is left of one that was cut off."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb.message.arguments import read_arguments

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
objects = st.dictionaries(st.text(max_size=6), values, min_size=1, max_size=4)


@given(
    objects,
    st.sampled_from(
        [json.dumps, repr, lambda value: json.dumps(json.dumps(value)), lambda value: json.dumps(repr(value))]
    ),
)
def test_any_object_comes_back_from_any_notation(value: dict[str, Any], written: Any) -> None:
    assert read_arguments(written(value)) == (value, "whole")


@given(objects, st.sampled_from([json.dumps, repr]), st.data())
def test_any_beginning_of_an_object_is_a_part(value: dict[str, Any], written: Any, data: st.DataObject) -> None:
    text = written(value)
    cut = text[: data.draw(st.integers(1, len(text) - 1))]
    assert read_arguments(cut).state == "partial"


@pytest.mark.parametrize(
    "text", ["`" * 50_000 + "x", "{" * 50_000, "{}" * 50_000, '"' + "\\" * 50_001, "(" * 50_000, "{'" * 50_000]
)
def test_the_time_it_takes_grows_with_the_length(text: str) -> None:
    """Were it read again from each of its marks, this would not end before pytest gives up."""
    assert read_arguments(text).state != "whole"
