from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb.message.surrogates import mended


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("plain", "plain"),
        ("北京 😀", "北京 😀"),
        ("\ud83d\ude00", "😀"),
        ("a\ud83d", "a\ufffd"),
        ("\ude00b", "\ufffdb"),
        ("\ude00\ud83d", "\ufffd\ufffd"),
        ("", ""),
    ],
    ids=ascii,
)
def test_halves_are_joined_or_replaced(text: str, expected: str) -> None:
    assert mended(text) == expected


@given(st.text(st.characters()))
def test_the_result_can_always_be_sent(text: str) -> None:
    assert mended(mended(text)) == mended(text)
    mended(text).encode()
