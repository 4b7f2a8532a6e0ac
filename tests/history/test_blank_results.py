"""One rule for results that say nothing: the runner, the check, the repair and the embedded server agree."""

from __future__ import annotations

from typing import Any

import pytest

from minimax_nb import check_history, repair_history
from minimax_nb.server.api_error import ApiError
from minimax_nb.server.service.history_rules import check_messages
from minimax_nb.server.service.models import MODELS
from minimax_nb.tools.results import NO_OUTPUT, render_result

BLANK = ["", " ", "\n", " \t\r\n ", "\u200b", "\ufeff", "\u2060 \u200d", "\u00a0", "\u3000", "\u2028", "\x1b", "\u00ad"]
BLANK += ["\u3164", "\u2800", "\ufe0f", "\u202e\u202c", "\U000e0001"]
SEEN = ["0", ".", " x ", "null", "\u200bx", "\u0301", "👍", "…", "\u200d🏳️"]


def history(content: Any) -> list[Any]:
    calls = [{"id": "c", "type": "function", "function": {"name": "f", "arguments": "{}"}}]
    return [
        {"role": "user", "content": "Go"},
        {"role": "assistant", "content": "", "tool_calls": calls},
        {"role": "tool", "tool_call_id": "c", "content": content},
    ]


def is_taken(messages: list[Any]) -> bool:
    try:
        check_messages(messages, MODELS["MiniMax-M2.7"])
    except ApiError:
        return False
    return True


FORMS = [
    lambda text: text,
    lambda text: [text],
    lambda text: [{"type": "text", "text": text}],
    lambda text: [{"type": "text", "text": text}, {"type": "text", "text": ""}, text],
]


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("text", BLANK)
def test_a_result_without_anything_visible_is_no_output(text: str, form: Any) -> None:
    messages = history(form(text))
    assert [finding.code for finding in check_history(messages)] == ["empty-result"]
    assert not is_taken(messages)
    mended = repair_history(messages)
    assert mended == history(NO_OUTPUT)
    assert check_history(mended) == []
    assert is_taken(mended)
    assert render_result(text).text == NO_OUTPUT


@pytest.mark.parametrize("text", SEEN)
def test_what_can_be_seen_stays(text: str) -> None:
    for content in (
        text,
        [{"type": "text", "text": text}],
        [{"type": "text", "text": " "}, {"type": "text", "text": text}],
    ):
        messages = history(content)
        assert check_history(messages) == []
        assert is_taken(messages)
        assert repair_history(messages) == messages
    assert render_result(text).text == text


@pytest.mark.parametrize("content", [None, []])
def test_an_absent_result_is_no_output(content: Any) -> None:
    messages = history(content)
    assert len(check_history(messages)) == 1
    assert not is_taken(messages)
    assert repair_history(messages) == history(NO_OUTPUT)
    missing = history(None)
    del missing[2]["content"]
    assert repair_history(missing) == history(NO_OUTPUT)


@pytest.mark.parametrize(
    ("content", "mended"),
    [
        ({}, "{}"),
        (0, "0"),
        (False, "false"),
        ("\x00", "\ufffd"),
        (["", "x"], [{"type": "text", "text": ""}, {"type": "text", "text": "x"}]),
        ([None], [{"type": "text", "text": "null"}]),
    ],
)
def test_other_values_say_something(content: Any, mended: Any) -> None:
    assert repair_history(history(content)) == history(mended)
    assert check_history(history(mended)) == []
    assert is_taken(history(mended))


def test_a_blank_question_is_none_of_this() -> None:
    messages = [{"role": "user", "content": " "}]
    assert check_history(messages) == []
    assert is_taken(messages)
