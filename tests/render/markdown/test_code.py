"""Coloured code."""

from __future__ import annotations

import re
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pygments.lexers import get_lexer_by_name

from minimax_nb.render.markdown.code import CODE_END, LANGUAGES, code_block, highlight, open_code_block
from minimax_nb.render.text.text import visible


def text_of(html: str) -> str:
    return unescape(re.sub(r"<[^>]*>", "", html))


@given(st.text(max_size=60), st.sampled_from(["python", "json", "diff", "html", "bash", "none", ""]))
@settings(deadline=None)
def test_the_code_is_never_changed(code: str, language: str) -> None:
    code = code.replace("\r", "").lstrip("\ufeff")  # Pygments makes line feeds of the one and drops the other
    assert text_of(highlight(code, language)) == visible(code)


@pytest.mark.heavy
@pytest.mark.parametrize("language", sorted(LANGUAGES))
def test_every_language_is_one_of_pygments_own(language: str) -> None:
    assert get_lexer_by_name(language).__module__.startswith("pygments.lexers.")


@pytest.mark.parametrize("language", ["Python", "yml", "tsx", "jsonl"])
def test_other_names_of_a_language_are_known(language: str) -> None:
    assert "<font" in highlight('x: "a"', language)


@pytest.mark.parametrize("code", ["x = 1\n" * 20_000, "x" * 5_000, '"' * 3_000])
def test_very_long_code_stays_plain(code: str) -> None:
    assert "<font" not in highlight(code, "python")


@pytest.mark.parametrize("language", ["", "nonsense", "PYTHON3000", "../x", "a" * 1_000])
def test_an_unknown_language_gives_plain_code(language: str) -> None:
    assert highlight("def f(): pass", language) == "def f(): pass"


def test_neighbours_of_one_colour_share_an_element() -> None:
    assert highlight('"a b"', "python").count("<font") == 1


def test_an_open_block_and_its_end_are_the_block() -> None:
    assert open_code_block() + "a\n" + CODE_END == code_block("a\n")
