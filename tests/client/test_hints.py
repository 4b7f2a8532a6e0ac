from __future__ import annotations

import pytest

from minimax_nb.catalog import MODELS
from minimax_nb.client.hints import code_in, hint_for, is_unknown_model

from ..support.recordings import documents, missing

CODES = (
    1000, 1001, 1002, 1004, 1008, 1013, 1024, 1026, 1027, 1028, 1030, 1033, 1039, 1041, 1042,
    2013, 2045, 2049, 2056, 2061, 2062, 2064,
)  # fmt: skip


@pytest.mark.parametrize("code", CODES)
def test_every_documented_code_is_explained_from_number_or_message(code: int) -> None:
    hint = hint_for(code)
    assert hint.endswith(".")
    assert hint_for(None, f"something failed ({code})") == hint
    assert hint_for(None, f"something failed ({code}) \n", 500) == hint, "the number says more than the status"


@pytest.mark.parametrize(
    ("message", "code"),
    [
        ("login fail (1004)", 1004),
        ("bad (2013) ", 2013),
        ("two (1004) (2013)", 2013),
        ("已达到速率限制 (2062)", 2062),
        ("(2013) first", None),
        ("(123)", None),
        ("(123456)", None),
        ("2013", None),
        ("", None),
    ],
)
def test_the_code_is_the_number_in_parentheses_at_the_end(message: str, code: int | None) -> None:
    assert code_in(message) == code


@pytest.mark.parametrize(
    ("message", "says"),
    [
        ("tool call result does not follow tool call (2013)", "directly after the assistant message"),
        ("tool result's tool id(call_function_a_1) not found (2013)", "not in the messages"),
        ("invalid function arguments json string, tool_call_id: c (2013)", "no JSON object"),
        ("chat content has invalid message role: system (2013)", "one system message"),
        ("function name or parameters is empty (2013)", '"properties": {}'),
        ("context window exceeds limit (2013)", "Shorten"),
        ("model[MiniMax-M3] does not support max tokens > 524288 (2013)", "max_tokens"),
        ("binding: expr_path=messages, cause=missing required parameter (2013)", "expr_path"),
        ("Syntax error at index 12: invalid char (2013)", "JSON"),
        ("Mismatch type open_platform_oai.ThinkingConfig with value bool (2013)", "'adaptive'"),
        ('invalid thinking.type: "enabled" (allowed: adaptive, disabled) (2013)', "'adaptive'"),
        ("MiniMax-M3.1-Flash requires adaptive thinking (2013)", "always thinks"),
        ("invalid chat setting (2013)", "messages"),
        ("reasoning_split must be boolean (2013)", "True or False"),
        ("Not yet implemented (2013)", "empty list"),
        ("temperature out of range (2013)", "up to 1"),
        ("chat content has invalid message role: robot (2013)", "system, user, assistant or tool"),
        ("chat content is empty (2013)", "no content"),
        ("chat content has invalid part type: audio (2013)", "image_url"),
        ("model[MiniMax-M2] does not support image input (2013)", "does not take such input"),
        ("top_p 7 is out of range (0.0, 1.0] (2013)", "top_p lies"),
        ("tool type is not function (2013)", "each entry of tools"),
        ("Mismatch type bool with value number: reasoning_split (2013)", "True or False"),
        ("invalid tool type: retrieval (2013)", "each entry of tools"),
        ("Invalid tool type (2013)", '{"type": "function"'),
        ("something else (2013)", "check_history"),
    ],
)
def test_invalid_parameters_are_told_apart_by_their_message(message: str, says: str) -> None:
    assert says in hint_for(None, f"invalid params, {message}", 400)


@pytest.mark.parametrize("host", ["api.minimax.io", "api.minimaxi.com", "api.minimax.cn"])
def test_a_refused_key_names_the_other_regions(host: str) -> None:
    hint = hint_for(1004, "login fail (1004)", 401, host=host)
    for other in {"api.minimax.io", "api.minimaxi.com", "api.minimax.cn"} - {host}:
        assert f"for {other}" in hint
    assert f"for {host}" not in hint
    assert hint.startswith(f"{host} refused the key")


@pytest.mark.parametrize(
    ("host", "code", "own", "says"),
    [
        ("127.0.0.1", 1004, True, "Call mm.configure()"),
        ("127.0.0.1", None, True, "Call mm.configure()"),
        ("127.0.0.1", 1004, False, "minimax-nb serve (or record) was started"),
        ("localhost", 2049, False, "minimax-nb serve --key"),
        ("127.0.0.1", None, False, "127.0.0.1 refused the key. Check that it belongs there"),
        ("192.168.1.5", None, False, "192.168.1.5 refused the key."),
        ("gateway.example", None, False, "OPENAI_API_KEY to OPENAI_BASE_URL"),
        ("gateway.example", 1004, False, "MINIMAX_API_KEY to MINIMAX_BASE_URL"),
    ],
)
def test_a_refused_key_elsewhere_speaks_of_no_region(host: str, code: int | None, own: bool, says: str) -> None:
    hint = hint_for(code, "no", 401, host=host, own=own)
    assert says in hint
    assert "region" not in hint
    assert ("configure()" in hint) is own


@pytest.mark.parametrize(
    ("message", "served", "says"),
    [
        ("unknown model 'minimax-m2.7 '", (), "Did you mean MiniMax-M2.7?"),
        ("invalid params, unknown model 'MiniMax-M27' (2013)", (), "Did you mean MiniMax-M2.7?"),
        ("unknown model 'MiniMax-M2.5' (2013)", ("MiniMax-M3",), "2026-11-18"),
        ("unknown model 'MiniMax-M2' (2013)", ("MiniMax-M3",), "no longer or not yet served here. "),
        ("unknown model 'MiniMax-M2-Stable' (2013)", (), "former name, now MiniMax-M2."),
        ("unknown model 'MiniMax-M2.1-lightning' (2013)", (), "now MiniMax-M2.1-highspeed"),
        ("unknown model 'gpt-9' (2013)", ("a", "b"), "serves a, b."),
        ("The model `MiniMax-M3` does not exist.", ("MiniMaxAI/MiniMax-M3",), "serves MiniMaxAI/MiniMax-M3."),
        ("unknown model '' (2013)", (), "Known models are"),
        ('model "llama9" not found, try pulling it first', ("llama3",), "serves llama3."),
        ("model 'MiniMax-M27' not found", (), "Did you mean MiniMax-M2.7?"),
        ("MiniMax-M27 is not a valid model ID", (), "Did you mean MiniMax-M2.7?"),
        ("Invalid model name passed in model=MiniMax-M27. Call `/v1/models`", (), "Did you mean MiniMax-M2.7?"),
    ],
)
def test_an_unknown_model_is_met_with_names_that_work(message: str, served: tuple[str, ...], says: str) -> None:
    assert says in hint_for(None, message, 400, served=served)


@pytest.mark.parametrize("served", [(), tuple(model.name for model in MODELS), ("a", "b")])
@pytest.mark.parametrize("asked", [*(model.name for model in MODELS), "MiniMax-M2-Stable", "a"])
def test_what_was_written_is_never_offered(asked: str, served: tuple[str, ...]) -> None:
    hint = hint_for(None, f"unknown model '{asked}' (2013)", 400, served=served)
    assert f"Did you mean {asked}?" not in hint
    assert f"now {asked}." not in hint
    assert hint


def test_without_an_answer_from_the_endpoint_the_catalogue_lists_the_models() -> None:
    hint = hint_for(None, "unknown model 'x' (2013)", 400)
    assert all(model.name in hint for model in MODELS)


def test_a_hostile_endpoint_cannot_make_a_hint_long() -> None:
    served = [f"model-{number}" + "x" * 10_000 for number in range(5_000)]
    hint = hint_for(None, f"unknown model '{'y' * 100_000}' (2013)", 400, served=served)
    assert len(hint) < 2_000
    assert "4,980 more" in hint


@pytest.mark.parametrize("status", [402, 403, 404, 408, 413, 422, 429, 500, 502, 503, 529])
def test_a_status_alone_is_explained_too(status: int) -> None:
    assert hint_for(None, "Bad thing", status)


@pytest.mark.parametrize(("code", "status"), [(None, None), (None, 400), (None, 200), (9999, None), (0, None)])
def test_nothing_is_made_up_for_what_is_not_known(code: int | None, status: int | None) -> None:
    assert hint_for(code, "what is this", status) == ""


@pytest.mark.parametrize(
    ("message", "expected"),
    [
        ("invalid params, unknown model 'x' (2013)", True),
        ("The model `x` does not exist.", True),
        ("model[x] does not support max tokens", False),
        ("", False),
    ],
)
def test_an_unknown_model_is_known_by_its_message(message: str, expected: bool) -> None:
    assert is_unknown_model(message) is expected


@pytest.mark.parametrize(
    ("status", "message", "says", "not_said"),
    [
        (402, "Insufficient credits", "Top it up there", "MiniMax"),
        (404, "not found", "most end in /v1", "must"),
        (422, "Input should be a valid string", "its own words", "sensitive"),
        (429, "You exceeded your current quota, please check your plan and billing details.", "balance", "minute"),
        (429, "Rate limit reached", "minute", "balance"),
        (403, "Forbidden", "own words", "The key may not"),
        (400, "invalid tool type: retrieval", "each entry of tools", "MiniMax"),
        (422, "tools.0.type: Input should be 'function'", "each entry of tools", "MiniMax"),
        (400, "('body', 'tools', 0, 'type'), Input should be 'function'", "each entry of tools", "MiniMax"),
        (400, "This model's maximum context length is 8192 tokens.", "Shorten", "MiniMax"),
        (501, "Not Implemented", "will not help", "send it again"),
        (502, "Bad gateway", "send it again", "recorder"),
        (502, "x.example could not be reached while recording: ConnectError", "found no way", "The service failed"),
        (401, "Unauthorized", "gateway.example refused the key", "region"),
    ],
)
def test_a_hint_for_another_service_says_nothing_of_this_one(
    status: int, message: str, says: str, not_said: str
) -> None:
    hint = hint_for(None, message, status, host="gateway.example")
    assert says in hint
    assert not_said not in hint


@missing
def test_every_recorded_error_is_explained() -> None:
    for case in documents("errors_observed.jsonl"):
        base = case["body"].get("base_resp")
        message = base["status_msg"] if base else case["body"]["error"]["message"]
        assert hint_for(base["status_code"] if base else None, message, case["http"]), case["cause"]
