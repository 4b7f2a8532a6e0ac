"""Characters that nobody sees are seen; everything else is left alone."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb.render.text.text import one_line, utf16_length, visible


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("", ""),
        ("plain\ttext\n", "plain\ttext\n"),
        ("\x1b[31mred", "␛[31mred"),
        ("\x00\x07\x08\x7f", "␀␇␈␡"),
        ("\x9b31m", "⟨U+009B⟩31m"),
        ("one\r\ntwo", "one\r\ntwo"),
        ("over\rwritten", "over␍written"),
        ("\r", "␍"),
        ("\u202eabc\u202c", "⟨U+202E⟩abc⟨U+202C⟩"),
        ("\u2066\u2069", "⟨U+2066⟩⟨U+2069⟩"),
        ("\u200f\u200eשלום", "\u200f\u200eשלום"),
        ("👩‍👩‍👧 é 总计", "👩‍👩‍👧 é 总计"),
        ("\ud83d\ude00", "😀"),
        ("\ud83d", "⟨U+D83D⟩"),
        ("\ude00\ud83d", "⟨U+DE00⟩⟨U+D83D⟩"),
    ],
    ids=ascii,
)
def test_each_character_passes_or_is_shown(text: str, shown: str) -> None:
    assert visible(text) == shown


@given(st.text(st.characters(), max_size=50))
def test_showing_twice_changes_nothing_more(text: str) -> None:
    once = visible(text)
    assert visible(once) == once
    once.encode("utf-8")


@pytest.mark.parametrize(
    ("text", "line"),
    [("", ""), (" a\n\tb\r\nc ", "a b c"), ("a\x1bb", "a␛b"), ("\u202ea\u2028b", "⟨U+202E⟩a b"), ("a\xa0b", "a b")],
    ids=ascii,
)
def test_a_text_is_put_on_one_line(text: str, line: str) -> None:
    assert one_line(text) == line


@pytest.mark.parametrize(
    ("text", "units"),
    [("", 0), ("abc", 3), ("总é", 2), ("😀", 2), ("a😀总", 4), ("\ud83d", 1), ("\ude00\ud83d", 2)],
    ids=ascii,
)
def test_a_text_is_as_long_as_in_javascript(text: str, units: int) -> None:
    assert utf16_length(text) == units
