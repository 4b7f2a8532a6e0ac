from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb.message.think import ThinkSplitter, split_think

WHOLE = [
    # name, text, reasoning, content
    ("a block and an answer", "<think>\na thought\n</think>\n\nHi", "a thought", "Hi"),
    ("no blanks around the tags", "<think>a</think>b", "a", "b"),
    ("blanks before the block", " \n<think>a</think>b", "a", "b"),
    ("the other family", "<mm:think>a</mm:think>b", "a", "b"),
    ("a block is closed by its own family", "<mm:think>a</think>b</mm:think>c", "a</think>b", "c"),
    ("closed by another family alone", "<mm:think>a</think>b", "a", "b"),
    ("another tag closes nothing", "<think>a</thought>b</think>c", "a</thought>b", "c"),
    ("an inner opening tag is thought", "<think>a<think>b</think>c", "a<think>b", "c"),
    ("two blocks in a row", "<think>a</think>\n<think>b</think>\n\nc", "a\n\nb", "c"),
    ("an empty block", "<think></think>a", "", "a"),
    ("a blank block", "<think>\n\n</think>\n\na", "", "a"),
    ("never closed", "<think>\nstill thinking\n", "still thinking", ""),
    ("never closed, cut in the tag", "<think>a</thi", "a</thi", ""),
    ("blanks inside a thought stay", "<think>a\n\nb</think>c", "a\n\nb", "c"),
    ("a later block is text", "Hi <think>no</think>", "", "Hi <think>no</think>"),
    ("after the answer began, a block is text", "<think>a</think>b<think>c</think>", "a", "b<think>c</think>"),
    ("a second closing tag closes nothing more", "<think>a</think>\n</think>b", "a", "b"),
    ("after the answer began, a closing tag is text", "<think>a</think>b</think>c", "a", "b</think>c"),
    ("never opened", "a thought\n</think>\n\nHi", "a thought", "Hi"),
    ("never opened, blanks first", "\n a\n</think>b", "a", "b"),
    ("never opened, the other family", "a</mm:think>b", "a", "b"),
    ("never opened, then a block", "a</think><think>b</think>c", "a\n\nb", "c"),
    ("a bare closing tag first", "</mm:think>Hi", "", "Hi"),
    ("a bare closing tag after blanks", "\n</think>\n\nHi", "", "Hi"),
    ("a closing tag in a code span", "Write `</think>` to end it", "", "Write `</think>` to end it"),
    ("a closing tag in a fence", "See:\n```xml\n</think>\n```\nok", "", "See:\n```xml\n</think>\n```\nok"),
    ("a closing tag after a fence", "See:\n```\nx\n```\nok</think>Hi", "See:\n```\nx\n```\nok", "Hi"),
    ("a tilde fence holds backtick lines", "~~~\n```\n</think>\n~~~\n", "", "~~~\n```\n</think>\n~~~\n"),
    ("a longer fence holds shorter ones", "````\n```\n</think>\n````", "", "````\n```\n</think>\n````"),
    ("a code span, then an unopened end", "`</think>` ends it.\n</think>Hi", "`</think>` ends it.", "Hi"),
    ("blanks alone are content", "\n", "", "\n"),
    ("blanks before an answer are content", "\n\nHi", "", "\n\nHi"),
    ("half a tag is text", "<thin", "", "<thin"),
    ("a third family", "<thinking>a</thinking>b", "a", "b"),
    ("a longer name is text", "<thinkings>a</thinkings>", "", "<thinkings>a</thinkings>"),
    ("letters matter", "<THINK>a</THINK>b", "", "<THINK>a</THINK>b"),
    ("nothing", "", "", ""),
]
TAG = re.compile(r"</?(?:mm:)?think(?:ing)?>")
FRAGMENTS = [
    "<think>",
    "</think>",
    "<mm:think>",
    "</mm:think>",
    "<",
    "</",
    "think>",
    "`",
    "```\n",
    "~~~",
    "\n",
    " ",
    "a",
]
texts = st.lists(st.sampled_from(FRAGMENTS) | st.text(max_size=4), max_size=14).map("".join)


def run(parts: list[str], *, ignore_at: int | None = None) -> tuple[ThinkSplitter, list[tuple[str, str]]]:
    splitter, pieces = ThinkSplitter(), []
    for number, part in enumerate(parts):
        if number == ignore_at:
            splitter.ignore_lone_closings()
        pieces += splitter.feed(part)
    return splitter, [*pieces, *splitter.close()]


def merged(pieces: list[tuple[str, str]]) -> list[tuple[str, str]]:
    """Neighbours of one kind as one piece."""
    found: list[tuple[str, str]] = []
    for kind, text in pieces:
        if found and found[-1][0] == kind:
            found[-1] = (kind, found[-1][1] + text)
        else:
            found.append((kind, text))
    return found


@pytest.mark.parametrize(
    ("text", "reasoning", "content"), [case[1:] for case in WHOLE], ids=[case[0] for case in WHOLE]
)
def test_thinking_and_answer_are_told_apart(text: str, reasoning: str, content: str) -> None:
    assert split_think(text)[:2] == (reasoning, content)
    _, pieces = run(list(text))
    assert "".join(piece for _, piece in pieces) == text
    assert merged(pieces) == merged(run([text])[1])


@given(texts, st.data())
def test_any_cutting_gives_the_same_pieces(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)))))
    parts = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    whole, pieces = run([text])
    cut, cut_pieces = run(parts)
    assert merged(cut_pieces) == merged(pieces)
    assert cut.unopened == whole.unopened
    assert "".join(piece for _, piece in cut_pieces) == text
    assert all(piece for _, piece in cut_pieces)


@given(texts, st.data())
def test_a_piece_that_is_thinking_alone_is_read_alike_by_the_short_way(text: str, data: st.DataObject) -> None:
    cuts = sorted(data.draw(st.sets(st.integers(0, len(text)))))
    parts = [text[a:b] for a, b in zip([0, *cuts], [*cuts, len(text)], strict=True)]
    splitter, pieces = ThinkSplitter(), []
    for part in parts:
        thought = splitter.feed_block(part)
        pieces += splitter.feed(part) if thought is None else [("reasoning", thought)]
    assert merged([piece for piece in [*pieces, *splitter.close()] if piece[1]]) == merged(run(parts)[1])


def test_the_short_way_is_taken_inside_a_block_alone() -> None:
    splitter = ThinkSplitter()
    assert splitter.feed_block("a") is None
    splitter.feed("<think>")
    assert splitter.feed_block("a") is None
    splitter.feed("a")
    assert [splitter.feed_block(text) for text in ("b ", "\n", "c")] == ["b", "", " \nc"]
    assert splitter.feed_block("</thi") is None
    splitter.feed("</thi")
    assert splitter.feed_block("nk>") is None
    splitter.feed("nk>")
    assert splitter.feed_block("d") is None


@given(texts)
def test_nothing_is_lost_but_tags_and_the_blanks_around_them(text: str) -> None:
    split, pieces = split_think(text), run([text])[1]
    kept = "".join(piece for kind, piece in pieces if kind != "tag")
    assert TAG.sub("", "".join((split.reasoning + split.content).split())) == TAG.sub("", "".join(kept.split()))
    dropped = {piece.strip() for kind, piece in pieces if kind == "tag"}
    assert dropped <= {"", "<think>", "</think>", "<mm:think>", "</mm:think>"}


def test_a_lone_closing_tag_is_text_when_the_thinking_came_elsewhere() -> None:
    assert split_think("a</think>b", lone_closing_counts=False)[:2] == ("", "a</think>b")
    assert split_think("</think>\n\nb", lone_closing_counts=False)[:2] == ("", "b")
    splitter, pieces = run(["Hi ", "</think>"], ignore_at=1)
    assert merged(pieces) == [("text", "Hi </think>")]
    assert splitter.plain
    assert not splitter.unopened


def test_only_what_may_be_a_tag_is_held_back() -> None:
    splitter = ThinkSplitter()
    assert splitter.feed("<think>thought \n") == [("tag", "<think>"), ("reasoning", "thought")]
    assert splitter.feed("more</th") == [("reasoning", " \nmore")]
    assert splitter.feed("i") == []
    assert splitter.feed("s") == [("reasoning", "</this")]


def test_after_a_block_the_answer_goes_through_as_it_is() -> None:
    splitter = ThinkSplitter()
    splitter.feed("<think>a</think>b")
    assert splitter.plain
    assert splitter.feed("</think>") == [("text", "</think>")]
    assert splitter.feed("") == []


@pytest.mark.heavy
@pytest.mark.parametrize("unit", [" ", "\n", "<", "</think", "<think></think>", "`</think>`", "a</think", "```\n"])
@pytest.mark.parametrize("opening", ["", "<think>", "x"])
def test_a_hostile_repetition_costs_no_more_than_its_length(unit: str, opening: str) -> None:
    """Counted in the characters that pieces are made of: were any handled again and again, the test would not end."""
    text = opening + unit * 10_000
    whole = split_think(text)
    pieces = run([text[at : at + 7] for at in range(0, len(text), 7)])[1]
    assert sum(len(piece) for _, piece in pieces) == len(text)
    assert len(whole.reasoning) + len(whole.content) <= len(text) + 2 * text.count("<think>")
