"""From half full on, a reader sees how full the context window is: in words everywhere, as a thin bar in HTML."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb.catalog import find
from minimax_nb.message.reply import Reply, Usage
from minimax_nb.render.bundle import bundle
from minimax_nb.render.context_bar import context_bar, context_share, context_words
from minimax_nb.render.reply_html import footer, footer_facts

from ..support.html_inspection import DOCUMENT, inspect

MODEL = "MiniMax-M2.7"
KNOWN = find(MODEL)
assert KNOWN is not None
WINDOW = KNOWN.context_window


def reply_of(prompt: int | None, completion: int | None = 0, model: str | None = MODEL) -> Reply:
    usage = Usage(prompt_tokens=prompt, completion_tokens=completion)
    return Reply(message={"role": "assistant", "content": "Yes."}, content="Yes.", model=model, usage=usage)


def test_the_prompt_and_the_reply_fill_the_window() -> None:
    assert context_share(reply_of(WINDOW // 2, WINDOW // 4)) == pytest.approx(0.75)


@pytest.mark.parametrize(
    "reply", [reply_of(None), reply_of(1, None), reply_of(WINDOW, model="other"), reply_of(WINDOW, model=None)]
)
def test_what_is_not_known_is_not_said(reply: Reply) -> None:
    assert context_share(reply) is None
    assert "context" not in footer(reply)


@pytest.mark.parametrize(
    ("share", "said"), [(0.499, ""), (0.5, "50 %"), (0.85, "85 %"), (1.0, "100 %"), (1.7, "100 %")]
)
def test_it_is_said_from_half_full_on(share: float, said: str) -> None:
    words = context_words(share)
    assert said in words
    assert bool(words) == bool(said) == bool(context_bar(share))


def test_the_bar_turns_red_when_it_is_nearly_full() -> None:
    assert "rgb(214,69,69)" not in context_bar(0.84)
    assert "rgb(214,69,69)" in context_bar(0.85)


@given(st.floats(0.5, 3))
def test_the_bar_stays_in_its_track(share: float) -> None:
    widths = re.findall(r"[^-]width:([\d.]+)%", context_bar(share))
    assert len(widths) == 1
    assert 50 <= float(widths[0]) <= 100
    inspect(context_bar(share), DOCUMENT)


def test_a_tight_reply_says_so_in_every_saved_form_and_a_short_one_in_none() -> None:
    tight, roomy = bundle(reply_of(WINDOW * 6 // 10)), bundle(reply_of(10))
    for form in ("text/markdown", "text/html"):
        assert "context window 60 % full" in tight[form]
        assert "context" not in roomy[form]
    assert "context window 60 % full" in footer_facts(reply_of(WINDOW * 6 // 10))
