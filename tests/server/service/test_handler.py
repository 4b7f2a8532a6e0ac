"""The handler: whatever is sent gets an answer of the service."""

from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minimax_nb.server.service.handler import Handler
from minimax_nb.server.service.models import MODELS

from ...support.json_values import json_values


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


any_json = json_values(st.text(max_size=8), st.text(max_size=6))
messages = st.lists(
    st.fixed_dictionaries(
        {"role": st.sampled_from(["system", "user", "assistant", "tool", "root"]) | any_json},
        optional={
            "content": any_json,
            "tool_call_id": any_json,
            "tool_calls": any_json
            | st.lists(
                st.fixed_dictionaries(
                    {
                        "id": any_json,
                        "function": st.fixed_dictionaries({"name": any_json, "arguments": any_json}),
                    }
                ),
                max_size=2,
            ),
        },
    )
    | any_json,
    max_size=4,
)
tools = st.lists(
    st.fixed_dictionaries(
        {"type": st.just("function")},
        optional={
            "function": st.fixed_dictionaries(
                {"name": st.text(max_size=6) | any_json, "parameters": any_json},
                optional={"description": any_json},
            )
        },
    )
    | any_json,
    max_size=2,
)
ANYTHING = ("stream_options", "temperature", "n", "max_tokens", "thinking", "minimax_nb", "tool_choice")


@settings(max_examples=300, deadline=None)
@given(
    st.fixed_dictionaries(
        {"model": st.sampled_from(list(MODELS)) | any_json, "messages": messages | any_json},
        optional=dict.fromkeys(ANYTHING, any_json) | {"tools": tools | any_json, "stream": st.booleans()},
    )
)
def test_nothing_that_is_sent_brings_the_handler_down(request_: dict[str, Any]) -> None:
    response = Handler().handle("POST", "/chat/completions", {}, json.dumps(request_).encode())

    assert response.status in (200, 400, 401, 422, 429, 500, 529)
    if response.status != 200:
        assert json.loads(response.body)["type"] == "error"
