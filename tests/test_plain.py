"""JSON values in SDK objects."""

from __future__ import annotations

import pytest
from openai.types.chat import ChatCompletion

from minimax_nb.errors import StreamFormatError
from minimax_nb.plain import plain

RECEIVED = {
    "id": "06",
    "choices": [
        {
            "finish_reason": "stop",
            "index": 0,
            "message": {
                "content": None,
                "role": "assistant",
                "name": "MiniMax AI",
                "odd": None,
                "reasoning_details": [{"type": "reasoning.text", "text": "hm", "signature": None}],
            },
        }
    ],
    "base_resp": {"status_code": 0, "status_msg": ""},
}


def test_an_sdk_object_gives_back_what_was_received_known_or_not() -> None:
    assert plain(ChatCompletion.construct(**RECEIVED)) == RECEIVED


def test_a_dict_stays_as_it_is() -> None:
    assert plain(RECEIVED) == RECEIVED


@pytest.mark.parametrize("value", [object(), int, b"bytes", {1, 2}])
def test_what_holds_no_json_is_refused(value: object) -> None:
    with pytest.raises(StreamFormatError, match="expected a chat completion chunk"):
        plain(value)
