"""Chunking: pieces that join to the text, and their times."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given, settings

from minimax_nb.server.answer.answer import Answer, TokenSpeed, tokens
from minimax_nb.server.answer.chunking import segments, split_text

from ...support.answers import texts


@settings(max_examples=80, deadline=None)
@given(texts)
def test_pieces_join_to_the_text_and_depend_on_nothing_else(text: str) -> None:
    assert "".join(split_text(text)) == text
    assert split_text(text) == split_text(text)
    assert all(1 <= len(piece) <= 120 for piece in split_text(text))


def test_times_grow_at_the_documented_speed() -> None:
    answer = Answer("word " * 400, speed=TokenSpeed(first_token_s=0.5))
    parts = segments(answer, 100)

    assert parts[0].t == 0.5
    assert all(a.t <= b.t for a, b in pairwise(parts))
    assert parts[-1].t == pytest.approx(0.5 + tokens(answer.content) / 100, abs=0.3)
    own = segments(replace(answer, speed=TokenSpeed(0.5, tokens_per_s=10)), 100)
    assert own[-1].t > 10 * (parts[-1].t - 0.5)
