"""The handler: whatever is sent gets an answer of the service."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minimax_nb.server.service.handler import Handler
from minimax_nb.server.service.models import MODELS


@pytest.mark.parametrize("number", [b"NaN", b"Infinity", b"-Infinity", b"1e999", b"-1e999"])
def test_a_number_that_json_does_not_know_is_refused(number: bytes) -> None:
    body = b'{"model": "MiniMax-M2", "messages": [{"role": "user", "content": "Ping?"}], "top_p": %s}' % number
    assert Handler().handle("POST", "/v1/chat/completions", {}, body).status == 400


@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b"[" * 100_000, b'{"a": NaN', b"null", b"[]", b'"x"', b"7"])
def test_a_body_that_is_no_object_is_refused(body: bytes) -> None:
    response = Handler().handle("POST", "/v1/chat/completions", {}, body)

    assert response.status == 400
    assert json.loads(response.body)["error"]["message"].endswith("(2013)")


def test_a_wrong_or_missing_key_is_1004() -> None:
    handler = Handler(key="right")
    for header in ("", "Bearer wrong", "right", "Basic right", "Bearer", "Bearer ü"):
        response = handler.handle("GET", "/v1/models", {"authorization": header}, b"")
        error = json.loads(response.body)["error"]
        assert (response.status, error["type"], error["message"][-6:]) == (401, "authorized_error", "(1004)")
    assert handler.handle("GET", "/v1/models", {"authorization": "Bearer right"}, b"").status == 200


json_values = st.recursive(
    st.none() | st.booleans() | st.integers(-9, 9) | st.floats(allow_nan=False) | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=6), inner, max_size=3),
    max_leaves=8,
)
messages = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["system", "user", "assistant", "tool", "root"]) | json_values},
        optional={
            "content": json_values,
            "tool_call_id": json_values,
            "tool_calls": json_values
            | st.lists(
                st.fixed_dictionaries(
                    {
                        "id": json_values,
                        "function": st.fixed_dictionaries({"name": json_values, "arguments": json_values}),
                    }
                ),
                max_size=2,
            ),
        },
    )
    | json_values,
    max_size=4,
)
tools = st.lists(
    st.fixed_dictionaries(
        {"type": st.just("function")},
        optional={
            "function": st.fixed_dictionaries(
                {"name": st.text(max_size=6) | json_values, "parameters": json_values},
                optional={"description": json_values},
            )
        },
    )
    | json_values,
    max_size=2,
)
ANYTHING = ("stream_options", "temperature", "n", "max_tokens", "thinking", "minimax_nb", "tool_choice")


@settings(max_examples=300, deadline=None)
@given(
    st.fixed_dictionaries(
        {"model": st.sampled_from(list(MODELS)) | json_values, "messages": messages | json_values},
        optional=dict.fromkeys(ANYTHING, json_values) | {"tools": tools | json_values, "stream": st.booleans()},
    )
)
def test_nothing_that_is_sent_brings_the_handler_down(request_: dict[str, Any]) -> None:
    response = Handler().handle("POST", "/chat/completions", {}, json.dumps(request_).encode())

    assert response.status in (200, 400, 401, 422, 429, 500, 529)
    if response.status != 200:
        assert json.loads(response.body)["type"] == "error"
