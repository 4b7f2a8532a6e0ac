"""One rule for masking: what is secret goes, however it is cut up, and ordinary words stay."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb.redaction import KEY_MARK, MARK, Masker, mask_key

SECRET = "mm-7f3a9c51e8d24b60"
masker = Masker([SECRET, "short"])


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (SECRET, MARK),
        (f"The key {SECRET}, twice: {SECRET}.", f"The key {MARK}, twice: {MARK}."),
        ("a short word", "a short word"),
        (f"cut: {SECRET[:14]}", f"cut: {MARK}"),
        (f"{SECRET[:14]}{SECRET}", MARK),
        ("sk-proj-A1b2C3d4E5f6G7h8I9j0", MARK),
        ("risk-adjusted-return-models-of-2026", "risk-adjusted-return-models-of-2026"),
        ("Authorization: Bearer abcdefghij1234567890+/==", f"Authorization: Bearer {MARK}"),
        ("eyJhbGciOiJSUzI1NiJ9.eyJHcm91cCI6ImEifQ.c2lnbmF0dXJl", MARK),
        ("", ""),
    ],
)
def test_what_is_secret_or_looks_it_is_replaced(text: str, left: str) -> None:
    assert masker.text(text) == left


@given(st.text(max_size=20), st.text(max_size=20), st.lists(st.integers(0, 60), max_size=8))
def test_a_secret_is_found_however_its_stream_is_cut(before: str, after: str, cuts: list[int]) -> None:
    text = before + SECRET + after
    places = sorted({0, len(text), *(cut for cut in cuts if cut < len(text))})
    pieces = [text[a:b] for a, b in pairwise(places)]
    found = masker.texts(pieces)

    assert len(found) == len(pieces)
    assert "".join(found) == masker.text(text)
    assert SECRET not in "".join(found)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("the next model", "x"),
        ("none of it", "none"),
        ("an error of the service", "error"),
        ("a token limit", "token"),
        ("chat/completions", "complete"),
        ("internally, and uninternal", "internal"),
        ("nothing was sent", ""),
    ],
)
def test_a_key_that_is_hardly_one_mangles_no_words(text: str, key: str) -> None:
    assert mask_key(text, key) == text


@pytest.mark.parametrize(
    ("text", "key", "left"),
    [
        (f"it is {SECRET}.", SECRET, f"it is {KEY_MARK}."),
        (f"it is{SECRET}and more", SECRET, f"it is{KEY_MARK}and more"),
        (f"begins with {SECRET[:13]}***", SECRET, f"begins with {KEY_MARK}***"),
        ("it is correcthorse.", "correcthorse", f"it is {KEY_MARK}."),
        ("upstream key sk-proj-A1b2C3d4E5f6G7h8I9j0 is wrong", SECRET, f"upstream key {KEY_MARK} is wrong"),
    ],
)
def test_a_key_is_masked_for_its_owner(text: str, key: str, left: str) -> None:
    assert mask_key(text, key) == left
