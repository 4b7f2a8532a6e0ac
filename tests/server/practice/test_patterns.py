"""Texts for a schema's pattern: found or made without a regex engine, held to the pattern, and always at once."""

from __future__ import annotations

import re
import time

import pytest

from minimax_nb.server.practice.budget import Budget
from minimax_nb.server.practice.patterns import fitting
from minimax_nb.server.practice.regex import PatternError, parse

WORDS = ["Paris", "AB123", "2026-01-15", "anna@example.com", "a_b.csv", "x", ""]


def text_for(pattern: str, words: list[str] | None = None, fewest: int = 0, most: int = 4000) -> str | None:
    return fitting(pattern, WORDS if words is None else words, fewest, most, Budget())


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        ("^[A-Z][a-z]+$", "Paris"),
        ("^[A-Z]{2}\\d{3}$", "AB123"),
        ("\\d{4}-\\d{2}", "2026-01-15"),
        ("^\\S+@\\S+\\.\\w{2,}$", "anna@example.com"),
        ("^(?:\\w+)\\.(csv|tsv)$", "a_b.csv"),
        ("^.$", "x"),
        ("^$", ""),
        ("^(?!.*r)[A-Z]\\w*$", "AB123"),
        ("^\\p{Lu}\\p{Ll}+$", "Paris"),
        ("^\\p{Script=Latin}+$", None),
        ("\\bexample\\b", "anna@example.com"),
        ("^(?<code>[A-Z]+)\\d+$", "AB123"),
        ("^[^\\W\\d]+$", "Paris"),
        ("^\\u0050aris$", "Paris"),
    ],
)
def test_the_first_word_at_hand_that_fits_is_taken(pattern: str, text: str | None) -> None:
    assert text_for(pattern) == text


@pytest.mark.parametrize(
    "pattern",
    [
        "^[a-z]{3}-\\d{4}$",
        "^(red|green)-[0-9a-f]{6}$",
        "^\\+?\\d{1,3} \\d{5,}$",
        "^(?=.*\\d)(?=.*[a-z])(?=.*[A-Z]).{8,}$",
        "^[\\w.+-]+@[\\w-]+\\.[\\w.-]+$",
        "^#[0-9A-Fa-f]{6}$",
        "^(\\d{1,3}\\.){3}\\d{1,3}$",
        "^[^0-9]{4}!$",
        "^\\/api\\/v[12]$",
        "^a{0}b$",
        "^(a|b|)c{2,4}?$",
        "^[\\]\\-]$",
        "^q{,3}$",
    ],
)
def test_where_none_fits_one_is_made(pattern: str) -> None:
    made = text_for(pattern, [])
    assert made is not None
    assert re.search(pattern.replace("{,3}", "\\{,3\\}"), made)


@pytest.mark.parametrize(("fewest", "most"), [(0, 2), (5, 5), (7, 30), (150, 200)])
def test_a_made_text_keeps_to_the_bounds_of_length(fewest: int, most: int) -> None:
    made = text_for("^[a-z]+$", [], fewest, most)
    assert made is not None
    assert fewest <= len(made) <= most


EVIL = [
    "^([A-Za-z]+\\s?)+$",
    "^(a+)+$",
    "^(a|a)*$",
    "^(a|aa)+$",
    "(.*)*x",
    "^(([a-z])+.)+[A-Z]([a-z])+$",
    "^(\\w+\\s?)*$",
    "(a*)*(b*)*(c*)*$!",
    "^(a?){50}a{50}$",
    "(?=(a+)+$)(?!(a+)+b)x",
    "((((((((((a+)+)+)+)+)+)+)+)+)+)+!",
    "a{1000000000}",
    "(a{1000}){1000}",
    "(((a{100}){100}){100}){100}",
    "(" * 5000 + ")" * 5000,
    "(" * 30 + "a" + ")*" * 30,
    "[" + "a-z" * 5000 + "]",
    "a|" * 200 + "b",
    "^(.?){99}(.?){99}(.?){99}$",
    "a{99999999999999999999999999}",
]


@pytest.mark.heavy
@pytest.mark.parametrize("pattern", EVIL, ids=lambda pattern: pattern[:40])
@pytest.mark.parametrize("words", [["a" * 52], ["a" * 99 + "!"], ["a b " * 24] * 200, ["", "x" * 5000]])
def test_no_pattern_takes_long(pattern: str, words: list[str]) -> None:
    began = time.thread_time()
    text_for(pattern, words)
    assert time.thread_time() - began < 10


@pytest.mark.parametrize(
    "pattern",
    ["(", ")", "a)", "[a", "*", "a**", "a{2,1}", "\\", "(?<=a)b", "(a)\\1", "[z-a]", "(?", "\\p{", "\\u00", "(?i)a"],
)
def test_what_is_broken_or_unknown_is_not_guessed_at(pattern: str) -> None:
    with pytest.raises(PatternError):
        parse(pattern)
    assert text_for(pattern) is None
