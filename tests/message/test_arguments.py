"""Arguments of calls: what is read whole, what is only a part, what is none."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb.errors import ToolArgumentsError
from minimax_nb.message.arguments import fixed_arguments, read_arguments
from minimax_nb.message.calls import arguments_fault
from minimax_nb.message.reply import ToolCall

WHOLE: list[tuple[Any, dict[str, Any]]] = [
    ('{"a": 1}', {"a": 1}),
    ({"a": 1}, {"a": 1}),
    # Python's notation, and mixtures.
    ("{'path': 'a.txt'}", {"path": "a.txt"}),
    ("{'a': True, 'b': None, 'c': [False]}", {"a": True, "b": None, "c": [False]}),
    ("{'a': 'it\\'s', \"b\": 'say \"hi\"'}", {"a": "it's", "b": 'say "hi"'}),
    ("{'a': (1, 2), 'b': (), 'c': (3,)}", {"a": [1, 2], "b": [], "c": [3]}),
    ("{'a': {'b': {'c': [{'d': None}]}}}", {"a": {"b": {"c": [{"d": None}]}}}),
    ("{'a': 'one\ntwo\tthree'}", {"a": "one\ntwo\tthree"}),
    ("{'a': '\\ud83d\\ude00 \\x41 \\d'}", {"a": "😀 A \\d"}),
    ('{"a": true, \'b\': None, "c": False}', {"a": True, "b": None, "c": False}),
    ('{"a": 1, "b": [1, 2,],}', {"a": 1, "b": [1, 2]}),
    ("{a: 1, b-c: 'x', 3: null}", {"a": 1, "b-c": "x", "3": None}),
    ("{'a': 1_000, 'b': .5, 'c': -2, 'd': 0x10}", {"a": 1000, "b": 0.5, "c": -2, "d": 16}),
    ('{"url": "http:\\/\\/x", \'b\': 1}', {"url": "http://x", "b": 1}),
    # Encoded more than once.
    ('"{\\"a\\": 1}"', {"a": 1}),
    (json.dumps(json.dumps(json.dumps({"a": "é"}))), {"a": "é"}),
    ("'{\"a\": 1}'", {"a": 1}),
    ("\"{'a': True}\"", {"a": True}),
    ('"{\n  \\"a\\": 1\n}"', {"a": 1}),
    # With something around it that says nothing.
    ('{"a": "one\ntwo"}', {"a": "one\ntwo"}),
    ('```json\n{"a": 1}\n```', {"a": 1}),
    ("```python\n{'a': 1}\n```", {"a": 1}),
    ('`{"a": 1}`', {"a": 1}),
    ('<tool_call>\n{"a": 1}\n</tool_call>', {"a": 1}),
    ('{"a": 1}\n</invoke>\n</minimax:tool_call>', {"a": 1}),
    ('{"a": 1}]<]minimax[>[</tool_call>', {"a": 1}),
    ('{"a": 1}<|im_end|>', {"a": 1}),
    ('{"a": 1}}', {"a": 1}),
    ('{}{"a": 1}', {"a": 1}),
    ('{"a": 1}{"a": 1}', {"a": 1}),
    ("{}{}", {}),
]
PARTIAL: list[tuple[Any, dict[str, Any]]] = [
    ('{"a": ', {"a": None}),
    ('{"a": "x', {"a": "x"}),
    ('{"a": "one\ntwo', {"a": "one\ntwo"}),
    ("{'a': 'x', 'b': [True, {'c': 'y", {"a": "x", "b": [True, {"c": "y"}]}),
    ('{"a": "x\\', {"a": "x"}),
    ('{"a": "x\\\\', {"a": "x\\"}),
    ('{"a": "x\\u00', {"a": "x"}),
    ('{"a": 1, "b', {"a": 1}),
    ('{"a": 1}{"a', {"a": 1}),
    ('{"a": 1}{"b": 2}', {"a": 1}),
    ('```json\n{"a": "x', {"a": "x"}),
    ('"{\\"a\\": 1', {"a": 1}),
    ('"{\\"a\\": \\"x', {"a": "x"}),
    ('"{\\"a\\": \\"x"', {"a": "x"}),
    ('\'{"a": 1}', {"a": 1}),
    ('{"a": [1}', {"a": [1]}),
    ('[{"a": 1}', {"a": 1}),
    ('"}{"a": 1}', {}),
    ('I call it with {"a": 1}', {"a": 1}),
    ('{"a": NaN, "b": 1}', {"a": None, "b": 1}),
    ("{'a': {1, 2}}", {}),
    ("{'a': it's}", {}),
    ("oops", {}),
    ({"a": {1, 2}}, {}),
    ("[" * 100_000, {}),
    ('{"a":' * 100_000, {}),
]
BLANK: list[Any] = [None, "", " \n", "null", "None", '""', '"null"', "[]"]
OTHER: list[Any] = ["[1]", '["a"]', "5", "true", '"Ulm"', ["a"], 5, "[{'a': 1}]"]


@pytest.mark.parametrize(("arguments", "value"), WHOLE, ids=repr)
def test_what_can_be_read_without_loss_is_whole(arguments: Any, value: dict[str, Any]) -> None:
    assert read_arguments(arguments) == (value, "whole")
    assert json.loads(fixed_arguments(arguments)) == value
    assert arguments_fault(fixed_arguments(arguments)) is None


@pytest.mark.parametrize(("arguments", "value"), PARTIAL, ids=lambda value: repr(value)[:40])
def test_what_was_cut_off_or_broken_is_a_part(arguments: Any, value: dict[str, Any]) -> None:
    assert read_arguments(arguments) == (value, "partial")
    assert json.loads(fixed_arguments(arguments)) == value


@pytest.mark.parametrize(
    ("arguments", "state"), [*((each, "blank") for each in BLANK), *((each, "other") for each in OTHER)], ids=repr
)
def test_what_holds_no_arguments_and_what_is_no_object(arguments: Any, state: str) -> None:
    assert read_arguments(arguments) == ({}, state)
    assert fixed_arguments(arguments) == "{}"


def test_good_arguments_stay_as_they_are() -> None:
    assert fixed_arguments('{ "a":1.0 }') == '{ "a":1.0 }'


@pytest.mark.parametrize("arguments", [each for each, _ in WHOLE if isinstance(each, str)])
def test_a_call_gives_as_dict_what_is_whole(arguments: str) -> None:
    assert ToolCall("a", "f", arguments).parsed == read_arguments(arguments).value


@pytest.mark.parametrize(
    "arguments",
    [*(each for each, _ in PARTIAL if isinstance(each, str)), "[1]", "", "null"],
    ids=lambda text: text[:40],
)
def test_a_call_gives_no_dict_of_anything_else(arguments: str) -> None:
    with pytest.raises(ToolArgumentsError, match="expected the arguments of 'f' to be a JSON object, got"):
        _ = ToolCall("a", "f", arguments).parsed


@given(st.text(alphabet="{}[]()'\"\\:,aN1u \n`<>", max_size=40))
def test_whatever_comes_is_read_and_can_be_sent(text: str) -> None:
    assert arguments_fault(fixed_arguments(text)) is None
