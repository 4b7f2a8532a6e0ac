"""The smallest change from the HTML that is there to the HTML that should be."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from minimax_nb.render.markdown.growing_html import GrowingHtml

from ...support.page import apply

HTML = st.text(st.sampled_from("ab<>/é总😀🍃"), max_size=12)


@given(st.lists(st.tuples(HTML, st.integers(0, 12)), max_size=8))
def test_changes_lead_to_what_is_shown(steps: list[tuple[str, int]]) -> None:
    block, front, fixed = GrowingHtml(), "", ""
    for rest, final in steps:
        front = apply(front, block.replace(rest, final))
        assert front == fixed + rest == block.html()
        fixed += rest[:final]


@given(HTML, st.lists(st.tuples(HTML, HTML), max_size=6), HTML)
def test_appending_leads_there_too(start: str, steps: list[tuple[str, str]], last: str) -> None:
    block = GrowingHtml()
    front = apply("", block.replace(start, len(start)))
    whole = start
    for html, foot in steps:
        front = apply(front, block.append(html, foot))
        whole += html
        assert front == whole + foot == block.html()
    block.reopen()
    assert apply(front, block.replace(last)) == last


def test_only_the_new_end_is_sent() -> None:
    block = GrowingHtml()
    block.replace("<p>some words</p>")
    assert block.replace("<p>some words more</p>") == (13, " more</p>")


def test_nothing_is_sent_for_nothing() -> None:
    block = GrowingHtml()
    assert block.replace("") is None
    block.replace("a", 1)
    assert block.replace("") is None


def test_a_character_beyond_the_basic_plane_counts_twice() -> None:
    block = GrowingHtml()
    block.replace("😀a")
    assert block.replace("😀b") == (2, "b")
    assert block.replace("😁b") == (0, "😁b")
