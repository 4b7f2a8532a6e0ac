from __future__ import annotations

from collections import OrderedDict
from types import MappingProxyType, SimpleNamespace
from typing import Any

import pytest
from openai.types.chat import ChatCompletionChunk

from minimax_nb.errors import StreamFormatError
from minimax_nb.message.sdk_objects import json_values, open_object

CHUNK = {
    "id": "1",
    "model": "MiniMax-M2.7",
    "base_resp": {"status_code": 0},
    "choices": [
        {
            "index": 0,
            "delta": {
                "content": None,
                "name": "MiniMax AI",
                "reasoning_details": [{"text": "a"}],
                "tool_calls": [{"index": 0, "function": {"arguments": "{}"}, "extra": 1}],
            },
        }
    ],
}


def test_an_sdk_object_gives_back_what_it_was_made_of() -> None:
    assert json_values(ChatCompletionChunk.construct(**CHUNK)) == CHUNK


def test_missing_keys_are_told_from_nulls() -> None:
    delta = ChatCompletionChunk.construct(**CHUNK).choices[0].delta
    values, unknown, received = open_object(delta)
    assert values["role"] is None
    assert "role" not in received
    assert values["content"] is None
    assert "content" in received
    assert unknown == {key: CHUNK["choices"][0]["delta"][key] for key in ("name", "reasoning_details")}
    unknown = ChatCompletionChunk.construct(id="1", news=None)
    assert json_values(unknown) == {"id": "1", "news": None}


@pytest.mark.parametrize(
    "value",
    [OrderedDict(a=1), MappingProxyType({"a": 1}), SimpleNamespace(a=1)],
    ids=["ordered dict", "mapping", "namespace"],
)
def test_other_objects_are_looked_into(value: Any) -> None:
    assert json_values([value]) == [{"a": 1}]


@pytest.mark.parametrize("value", ["text", 1, [1], object(), dict])
def test_what_holds_nothing_is_named(value: Any) -> None:
    with pytest.raises(StreamFormatError, match="expected a chat completion chunk"):
        open_object(value)
