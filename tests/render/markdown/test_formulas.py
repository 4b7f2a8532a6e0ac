"""Where formulas stand in prose; the fixtures hold what the rules make of whole texts."""

from __future__ import annotations

import pytest

from minimax_nb.render.markdown.formulas import is_formula, spans
from minimax_nb.render.markdown.parse import parse


@pytest.mark.parametrize(
    ("prose", "found"),
    [
        ("", []),
        ("$x$", ["$x$"]),
        ("a $x$ b $$y$$ c", ["$x$", "$$y$$"]),
        ("$5 and $6", []),
        ("\\$x$ and $y$", ["$y$"]),
        ("\\\\$x$", ["$x$"]),
        ("$$ $$", []),
        ("$x", []),
        ("$$x", []),
        ("$" * 7, []),
    ],
)
def test_spans_are_the_formulas_between_dollar_signs(prose: str, found: list[str]) -> None:
    assert [prose[start:end] for start, end in spans(prose)] == found


@pytest.mark.parametrize("body", ["x", "5", "a + b", "\\text{if so and so} x", "f(x)", "a\\ b", "n \\in \\mathbb{N}"])
def test_formulas(body: str) -> None:
    assert is_formula(body)


@pytest.mark.parametrize("body", ["", " x", "x ", "5 per month", "5, that is", "in all cases", "100 for two, 200"])
def test_prose(body: str) -> None:
    assert not is_formula(body)


@pytest.mark.parametrize(
    ("text", "decided"),
    [
        ("a\nb\n", 2),
        ("a\n$$\nb\n", 1),
        ("a\n$$\nb\n\n", 4),
        ("a\n$$\nb\n$$\n", 4),
        ("a\n$$\nb", 1),
        ("- a\n  \\[\n  b\n", 1),
        ("- a\n  \\[\n  b\nc\n", 4),
        ("```\n$$\n", 2),
        ("$$\n" + "a\n" * 80, 81),
    ],
)
def test_an_open_formula_leaves_what_follows_undecided(text: str, decided: int) -> None:
    assert parse(text).decided == decided
