"""Estimated tokens are of the size that a service counts, and every part of a message adds some."""

from __future__ import annotations

from typing import Any

import pytest

from minimax_nb.message.token_estimate import estimate_tokens

PLAIN = {"role": "user", "content": "Why is the sky blue?"}
URL = {"type": "image_url", "image_url": {"url": "data:image/png;base64," + "A" * 100_000}}
CALL = {"id": "a", "type": "function", "function": {"name": "get_weather", "arguments": '{"city": "Rome"}'}}


@pytest.mark.parametrize(
    ("text", "fewest", "most"),
    [
        ("Why is the sky blue, and the sunset red?", 8, 20),
        ("The quick brown fox jumps over the lazy dog. " * 100, 900, 1_400),
        ("月亮比太阳近得多，所以潮汐主要由月亮引起。", 10, 30),
        ("", 0, 8),
    ],
)
def test_a_text_is_about_as_many_tokens_as_are_counted(text: str, fewest: int, most: int) -> None:
    assert fewest <= estimate_tokens([{"role": "user", "content": text}]) <= most


@pytest.mark.parametrize(
    "more",
    [
        {"content": [{"type": "text", "text": "Why is the sky blue?"}, URL]},
        {"reasoning_content": "Let me think about it."},
        {"reasoning_details": [{"type": "reasoning.text", "text": "Let me think about it."}]},
        {"tool_calls": [CALL]},
    ],
)
def test_each_part_counts(more: dict[str, Any]) -> None:
    assert estimate_tokens([{**PLAIN, **more}]) > estimate_tokens([PLAIN])


def test_a_picture_counts_the_same_whatever_its_size() -> None:
    small = {**URL, "image_url": {"url": "data:image/png;base64,AAAA"}}
    asked = [[{**PLAIN, "content": [{"type": "text", "text": "?"}, part]}] for part in (URL, small)]
    assert estimate_tokens(asked[0]) == estimate_tokens(asked[1])


def test_thinking_that_stands_twice_counts_once() -> None:
    once = {**PLAIN, "reasoning_content": "Let me think about it."}
    twice = {**once, "reasoning_details": [{"type": "reasoning.text", "text": "Let me think about it."}]}
    assert estimate_tokens([twice]) == estimate_tokens([once])


@pytest.mark.parametrize(
    "junk", [None, 3, "text", {}, {"content": 7}, {"reasoning_details": "x"}, {"tool_calls": object()}]
)
def test_junk_is_no_error(junk: Any) -> None:
    assert estimate_tokens([junk]) >= 0
