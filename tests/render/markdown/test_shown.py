"""The smallest change from what is shown to what should be."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from minimax_nb.render.markdown.shown import Shown, utf16


def apply(html: str, change: tuple[int, str] | None) -> str:
    """What JavaScript does: ``html.slice(0, keep) + text``, in UTF-16 units."""
    if change is None:
        return html
    keep, text = change
    units = html.encode("utf-16-le")
    assert 2 * keep <= len(units)
    return units[: 2 * keep].decode("utf-16-le") + text


HTML = st.text(st.sampled_from("ab<>/é总😀🍃"), max_size=12)


@given(st.lists(st.tuples(HTML, st.integers(0, 12)), max_size=8))
def test_changes_lead_to_what_is_shown(steps: list[tuple[str, int]]) -> None:
    shown, front, fixed = Shown(), "", ""
    for rest, final in steps:
        front = apply(front, shown.show(rest, final))
        assert front == fixed + rest == shown.html()
        fixed += rest[:final]


@given(HTML, st.lists(st.tuples(HTML, HTML), max_size=6), HTML)
def test_appending_leads_there_too(start: str, steps: list[tuple[str, str]], last: str) -> None:
    shown = Shown()
    front = apply("", shown.show(start, len(start)))
    whole = start
    for html, foot in steps:
        front = apply(front, shown.append(html, foot))
        whole += html
        assert front == whole + foot == shown.html()
    shown.reopen()
    assert apply(front, shown.show(last)) == last


def test_only_the_new_end_is_sent() -> None:
    shown = Shown()
    shown.show("<p>some words</p>")
    assert shown.show("<p>some words more</p>") == (13, " more</p>")


def test_nothing_is_sent_for_nothing() -> None:
    shown = Shown()
    assert shown.show("") is None
    shown.show("a", 1)
    assert shown.show("") is None


def test_a_character_beyond_the_basic_plane_counts_twice() -> None:
    assert utf16("a😀总") == 4
    shown = Shown()
    shown.show("😀a")
    assert shown.show("😀b") == (2, "b")
    assert shown.show("😁b") == (0, "😁b")
