"""Fenced code that grows."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb.render.markdown.fences import OpenFence, closing_line
from minimax_nb.render.markdown.parse import parse


@pytest.mark.parametrize(
    ("opening", "text", "code"),
    [
        ("```", "a\nb\n```\n", "a\nb\n"),
        ("```py", "a\n````  \n", "a\n"),
        ("````", "```\n````\n", "```\n"),
        ("~~~", "```\n~~~\n", "```\n"),
        ("  ```", "   a\n b\nc\n```\n", " a\nb\nc\n"),
        ("```", "    ```\n```\n", "    ```\n"),
        ("```", "``` x\n```\n", "``` x\n"),
        ("```", "```\n", ""),
        ("```", "\n\n```\n", "\n\n"),
    ],
)
def test_code_comes_out_until_the_closing_line(opening: str, text: str, code: str) -> None:
    for step in range(1, len(text) + 1):
        fence = OpenFence(opening)
        out, closed = "", False
        for start in range(0, len(text), step):
            new, closed = fence.feed(text[start : start + step])
            out += new
            if closed:
                break
        assert (out, closed) == (code, True)


@given(st.lists(st.sampled_from(["a", "`", "``", "```", "~~~", "\n", " ", "    ", "\t"]), max_size=20))
def test_a_fence_gives_what_the_parser_finds(pieces: list[str]) -> None:
    fence, out, closed = OpenFence("```"), "", False
    for piece in pieces:
        new, closed = fence.feed(piece)
        out += new
        if closed:
            break
    text = "```\n" + "".join(pieces) + "\n"
    if not closed:
        new, closed = fence.feed("\n")
        out += new
    token = parse(text).blocks[0].tokens[0]
    assert out == token.content if closed else out.removesuffix("\n") == token.content.removesuffix("\n")


def test_what_may_become_the_closing_line_is_held_back() -> None:
    fence = OpenFence("```")
    assert fence.feed("a\n``") == ("a\n", False)
    assert fence.feed("x") == ("``x", False)
    assert fence.feed("`\n  `") == ("`\n", False)


@pytest.mark.parametrize(
    ("lines", "missing"),
    [
        (["```"], "```"),
        (["```", "a"], "```"),
        (["```", "a", "```"], ""),
        (["````", "a", "```"], "````"),
        (["~~~", "~~~~ "], ""),
        (["a"], ""),
    ],
)
def test_the_missing_closing_line_is_known(lines: list[str], missing: str) -> None:
    assert closing_line(lines) == missing
