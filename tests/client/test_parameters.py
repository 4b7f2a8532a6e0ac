"""One place puts requests together; a parameter that a server refuses is found in its words, and can be left out."""

from __future__ import annotations

from typing import Any

import openai
import pytest

from minimax_nb.client.hints import hint_for
from minimax_nb.client.parameters import (
    how_to_leave_out,
    omitted_names,
    refused_parameter,
    request_parameters,
    without,
)

USAGE = {"include_usage": True}


@pytest.mark.parametrize(
    ("options", "request_"),
    [
        ({}, {"stream": True, "stream_options": USAGE}),
        ({"stream": True}, {"stream": True, "stream_options": USAGE}),
        ({"stream": False}, {}),
        ({"stream": False, "stream_options": {"x": 1}}, {}),
        ({"stream_options": None}, {"stream": True}),
        ({"stream_options": openai.omit}, {"stream": True}),
        ({"stream_options": {}}, {"stream": True, "stream_options": USAGE}),
        ({"stream_options": {"x": 1}}, {"stream": True, "stream_options": {"x": 1, **USAGE}}),
        ({"reasoning_split": True}, {"stream": True, "stream_options": USAGE, "extra_body": {"reasoning_split": True}}),
        ({"reasoning_split": False, "stream": False}, {"extra_body": {"reasoning_split": False}}),
        ({"reasoning_split": None, "stream_options": None}, {"stream": True}),
        ({"reasoning_split": None, "stream_options": None, "stream": False}, {}),
        (
            {"reasoning_split": True, "extra_body": {"reasoning_split": False, "x": 1}, "stream": False},
            {"extra_body": {"reasoning_split": False, "x": 1}},
        ),
        ({"reasoning_split": True, "extra_body": {"reasoning_split": None}, "stream": False}, {}),
        ({"reasoning_split": None, "extra_body": {"x": 1}, "stream": False}, {"extra_body": {"x": 1}}),
        ({"extra_body": {"stream_options": None, "x": None}}, {"stream": True, "extra_body": {"x": None}}),
        (
            {"extra_body": {"stream_options": {"y": 2}}},
            {"stream": True, "extra_body": {"stream_options": {"y": 2}}},
        ),
        ({"extra_body": None, "stream": False}, {}),
        ({"temperature": 0.5, "stream": False}, {"temperature": 0.5}),
    ],
)
def test_a_request_is_put_together(options: dict[str, Any], request_: dict[str, Any]) -> None:
    before = repr(options)
    assert request_parameters(options) == request_
    assert repr(options) == before


@pytest.mark.parametrize("names", [["stream_options"], ["reasoning_split"], ["stream_options", "reasoning_split"], []])
def test_what_is_left_out_is_nowhere_in_the_request(names: list[str]) -> None:
    options = {"reasoning_split": True, "stream_options": {"x": 1}, "extra_body": {"reasoning_split": True, "y": 1}}
    request = repr(request_parameters(without(options, names)))
    for name in ("stream_options", "reasoning_split"):
        assert (name in request) is (name not in names)
    assert "'y': 1" in request


@pytest.mark.parametrize(
    ("text", "names"),
    [
        (None, []),
        ("", []),
        ("stream_options", ["stream_options"]),
        (" reasoning_split , stream_options,", ["reasoning_split", "stream_options"]),
    ],
)
def test_names_to_leave_out_are_read(text: str | None, names: list[str]) -> None:
    assert omitted_names(text) == names


def test_only_what_is_sent_unasked_can_be_left_out() -> None:
    with pytest.raises(ValueError, match="expected names among stream_options, reasoning_split after --omit, got 'tem"):
        omitted_names("stream_options,temperature")


# Wordings of OpenAI, Azure, vLLM, SGLang (pydantic 1 and 2), Mistral, Groq, Gemini, Fireworks, LM Studio, LiteLLM,
# llama.cpp's Python server, Bedrock, gateways in Go, Rust and with JSON Schema; NAME is what they refuse.
REFUSALS = [
    "Unrecognized request argument supplied: NAME",
    "Unrecognized request arguments supplied: NAME, logit_bias",
    "Unknown parameter: 'NAME'.",
    "Unsupported parameter: 'NAME' is not supported with this model.",
    "{'error': {'message': 'Invalid request', 'param': 'NAME', 'code': 'unknown_parameter'}}",
    "[{'type': 'extra_forbidden', 'loc': ('body', 'NAME'), 'msg': 'Extra inputs are not permitted', 'input': {}}]",
    "{'detail': [{'type': 'extra_forbidden', 'loc': ['body', 'NAME'], 'msg': 'Extra inputs are not permitted'}]}",
    "[{'loc': ('body', 'NAME'), 'msg': 'extra fields not permitted', 'type': 'value_error.extra'}]",
    "1 validation error for ChatCompletionRequest\nNAME\n  extra fields not permitted (type=value_error.extra)",
    "1 validation error for Request\nNAME\n  Extra inputs are not permitted [type=extra_forbidden, input_type=dict]",
    "NAME: Extra inputs are not permitted",
    "Extra inputs are not permitted, field: 'NAME', value: {'include_usage': True}",
    "property 'NAME' is unsupported",
    'Invalid JSON payload received. Unknown name "NAME": Cannot find field.',
    'json: unknown field "NAME"',
    "unknown field `NAME`, expected one of `messages`, `model`, `stream`",
    "Unrecognized key(s) in object: 'NAME'",
    "Additional properties are not allowed ('NAME' was unexpected)",
    "litellm.UnsupportedParamsError: xai does not support parameters: ['NAME'], for model=grok",
    "create_chat_completion() got an unexpected keyword argument 'NAME'",
    "extraneous key [NAME] is not permitted",
    "NAME is not supported by this endpoint",
    "The NAME parameter isn't supported yet",
    "this model does not support NAME",
    "'NAME' is not a valid field",
    "不支持的参数: NAME",
    "invalid params, unknown field NAME (2013)",
]


@pytest.mark.parametrize("status", [400, 422, 500, None])
@pytest.mark.parametrize("name", ["stream_options", "reasoning_split"])
@pytest.mark.parametrize("words", REFUSALS)
def test_a_refusal_of_what_is_sent_unasked_says_how_to_leave_it_out(words: str, name: str, status: int | None) -> None:
    hint = hint_for(None, words.replace("NAME", name), status, host="gateway.example")
    assert hint == how_to_leave_out(name)
    for said in (f"{name}=None", f"--omit {name}", "mm.Chat", "mm.compare", "%%minimax", "minimax-nb ask"):
        assert said in hint


def test_usage_is_refused_by_its_inner_name_too() -> None:
    assert refused_parameter("Unknown parameter: 'stream_options.include_usage'.") == "stream_options"
    assert refused_parameter("include_usage is not supported") == "stream_options"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Unsupported parameter: 'max_tokens' is not supported with this model.", "max_tokens"),
        ("Unrecognized request argument supplied: thinking", "thinking"),
        ("property 'service_tier' is unsupported", "service_tier"),
        ("{'loc': ['body', 'thinking'], 'msg': 'Extra inputs are not permitted'}", "thinking"),
        ("thinking: Extra inputs are not permitted", "thinking"),
        ('json: unknown field "user"', "user"),
        ("create() got an unexpected keyword argument 'top_k'", "top_k"),
    ],
)
def test_other_parameters_that_are_refused_are_named(text: str, name: str) -> None:
    assert refused_parameter(text) == name
    assert f"does not take {name}: leave it out" in hint_for(None, text, 400)


def test_the_older_name_of_a_limit_is_offered() -> None:
    assert "write max_completion_tokens" in how_to_leave_out("max_tokens")
    assert "write max_tokens" in how_to_leave_out("max_completion_tokens")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "reasoning_split must be boolean",
        "stream_options: Input should be a valid dictionary",
        "Stream options can only be defined when `stream=True`.",
        "Invalid value for 'temperature': expected at most 1",
        "Invalid parameter: temperature must be below 2",
        "The model does not support images",
        "unknown model 'x'",
        "Unsupported value: 'temperature' does not support 5 with this model",
        "the request was not allowed" + " " * 300 + "stream_options",
        "x" * 100_000,
    ],
)
def test_what_is_no_refusal_of_a_parameter_is_not_taken_for_one(text: str) -> None:
    assert refused_parameter(text) == ""


@pytest.mark.parametrize("status", [401, 429, 503])
def test_other_statuses_are_no_refusals_of_a_parameter(status: int) -> None:
    assert "leave" not in hint_for(None, "stream_options is not supported", status).lower()
