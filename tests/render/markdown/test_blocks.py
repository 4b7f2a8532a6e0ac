"""A text that grows: however it is cut, the blocks end as the whole text's."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minimax_nb.render.markdown.blocks import BlockStream, Splice
from minimax_nb.render.markdown.code import open_code_block
from minimax_nb.render.markdown.html import to_blocks, to_html

from ...support.fixtures import cases
from ...support.html_inspection import inspect
from ...support.page import apply

if TYPE_CHECKING:
    from collections.abc import Iterable

SIGNS = (
    "# h;a;b | c;|---|---|;| 1 | 2 |;- x;- ;-;1. y;2. z;  - n;   more;> q;```;```py;~~~;````;    ind;$$;x^2;\\[;\\];"
    "$a$;[r]: http://x.y;[r];'t';***;---;===;\\begin;**bo;ld**;[l](http://a.b);😀;é;<b>;<br>;`c;`;![i](http://u);\t;  ;"
    "* k;+ p;- [ ] t;\r;$5;|;-|-;3) w;总;\ud83d;\ude00;<sub>;</sub>;<SUP>;</sup>;<kb;<;$|x|$;| $|y;|$ |;\\(|;|\\);"
    "\\begin{align};\\end{align};\\begin{cases} 1 & 2 \\end{cases};| a | b |;|x| y;|-"
)
PIECES = SIGNS.split(";")
JOINTS = ["\n", "\n", "\n", "\n\n", " ", "", "\r\n", "\n\n\n"]
LINES = st.tuples(st.sampled_from(PIECES), st.sampled_from(JOINTS)).map("".join)
TEXTS = st.lists(LINES, max_size=30).map("".join)


class Front:
    """Applies splices as the front end does."""

    def __init__(self) -> None:
        self.blocks: list[str] = []
        self.received = 0

    def take(self, splices: Iterable[Splice]) -> None:
        for block, keep, text in splices:
            assert block <= len(self.blocks)
            if block == len(self.blocks):
                self.blocks.append("")
            self.blocks[block] = apply(self.blocks[block], (keep, text))
            self.received += len(text)


def play(text: str, step: int, every: int = 1) -> tuple[BlockStream, Front]:
    stream, front = BlockStream(), Front()
    for number, start in enumerate(range(0, len(text), step)):
        stream.feed(text[start : start + step])
        if number % every == 0:
            front.take(stream.frame())
            assert front.blocks == stream.snapshot()
    return stream, front


@given(TEXTS, st.integers(1, 40), st.integers(1, 4), st.booleans())
@settings(deadline=None, max_examples=500)
def test_any_cutting_ends_as_the_whole(text: str, step: int, every: int, cut: bool) -> None:
    stream, front = play(text, step, every)
    front.take(stream.finish(cut=cut))
    assert front.blocks == stream.snapshot()
    assert "".join(front.blocks) == to_html(text, formulas="mathml", cut=cut)


@given(TEXTS)
@settings(deadline=None, max_examples=300)
def test_where_a_text_is_cut_no_word_is_left_out(text: str) -> None:
    whole, cut = (inspect(to_html(text, formulas="mathml", cut=each)).text.split() for each in (False, True))
    assert whole == cut


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("- a\n- ", "<ul><li>a</li></ul>"),
        ("- a\n-", "<ul><li>a</li></ul>"),
        ("1. a\n2. ", "<ol><li>a</li></ol>"),
        ("- a\n  - ", "<ul><li>a</li></ul>"),
        ("- a\n\n  1. b\n     * ", "<ul><li>a<ol><li>b</li></ol></li></ul>"),
        ("These:\n- ", "<p>These:</p>"),
        ("These:\n\n- ", "<p>These:</p>"),
        ("- ", ""),
        ("- a\n- \n", "<ul><li>a</li><li></li></ul>"),
        ("It was in\n1998.", "<p>It was in<br>\n1998.</p>"),
        ("a\n\n+ ", "<p>a</p>"),
        ("a\n* ", "<p>a</p>"),
    ],
)
def test_a_list_mark_waits_for_its_item(text: str, shown: str) -> None:
    stream, front = play(text, len(text))
    assert "".join(front.blocks) == shown
    front.take(stream.finish(cut=True))
    assert "".join(front.blocks) == shown


def test_a_text_that_is_whole_is_shown_as_it_stands() -> None:
    stream, front = play("- a\n- ", 1)
    front.take(stream.finish())
    assert "".join(front.blocks) == "<ul><li>a</li><li></li></ul>"
    assert to_html("- ```\n  - ", formulas="mathml", cut=True).count("- </code>") == 1


@given(TEXTS, TEXTS, st.integers(1, 40), st.booleans())
@settings(deadline=None, max_examples=100)
def test_a_text_can_be_replaced(old: str, new: str, step: int, frame: bool) -> None:
    stream, front = play(old, step)
    stream.replace(new)
    if frame:
        front.take(stream.frame())
        assert front.blocks == stream.snapshot()
    front.take(stream.finish())
    assert "".join(front.blocks) == to_html(new, formulas="mathml")


@pytest.mark.parametrize("name", ["text", "lists", "tables", "code", "formulas", "prices", "links", "xss"])
def test_the_fixtures_grow_character_by_character(name: str) -> None:
    for title, source, _ in cases(name):
        stream, front = play(source, 1)
        front.take(stream.finish())
        assert "".join(front.blocks) == to_html(source, formulas="mathml"), title


@pytest.mark.parametrize("name", ["xss", "code", "formulas"])
def test_no_frame_on_the_way_holds_anything_unsafe(name: str) -> None:
    for _, source, _ in cases(name):
        stream = BlockStream()
        for character in source:
            stream.feed(character)
            stream.frame()
            inspect("".join(stream.snapshot()))


def test_a_finished_block_never_travels_again() -> None:
    stream = BlockStream()
    stream.feed("first\n\nsecond\n\nthird\n")
    stream.frame()
    stream.feed("and more\n\n# fourth\n")
    assert {splice.block for splice in stream.frame()} == {2, 3}
    stream.feed("fifth")
    assert stream.frame() == [Splice(4, 0, "<p>fifth</p>")]


def test_only_the_end_of_the_last_block_travels() -> None:
    stream = BlockStream()
    stream.feed("It is a long")
    stream.frame()
    stream.feed(" sentence")
    assert stream.frame() == [Splice(0, len("<p>It is a long"), " sentence</p>")]


def test_nothing_new_is_no_frame() -> None:
    stream = BlockStream()
    assert stream.frame() == []
    stream.feed("")
    assert stream.frame() == []
    stream.feed("a")
    stream.frame()
    assert stream.frame() == []
    assert stream.finish() == []


def test_open_code_is_only_added_to() -> None:
    stream, front = play("```python\nx = 1\n", 4)
    before = front.blocks[0]
    stream.feed("y = '<b>'\n")
    (splice,) = stream.frame()
    assert splice == Splice(0, len(before) - len("</code></pre>"), "y = '&lt;b&gt;'\n</code></pre>")
    stream.feed("```\n")
    front.take([splice, *stream.frame()])
    assert "<font color=" in front.blocks[0]


def test_the_language_is_never_shown() -> None:
    stream = BlockStream()
    for character in "```python\nx":
        stream.feed(character)
        stream.frame()
        assert "on" not in stream.snapshot()[0].removeprefix(open_code_block())


def test_marks_that_wait_for_their_other_half_are_not_seen() -> None:
    stream = BlockStream()
    for character in "- so **it is** `so` ~~not~~ [here](https://x.y)":
        stream.feed(character)
        stream.frame()
        assert not set("*`~(") & set(inspect("".join(stream.snapshot())).text)


@pytest.mark.parametrize(
    "text",
    [
        "| a | b |\n|---|---|\n| 1 | 2 |\n",
        "Figures:\n| a | b |\n| :-- | --: |\n| 1 | 2 |\n\nMore.",
        "- so\n\n  | a |\n  |---|\n  | 1 |\n",
        "> | a | b |\n> |---|---|\n> | 1 | 2 |\n",
    ],
)
def test_the_bars_of_a_table_are_never_seen(text: str) -> None:
    stream = BlockStream()
    for character in text:
        stream.feed(character)
        stream.frame()
        assert "|" not in inspect("".join(stream.snapshot())).text
    stream.finish()
    assert "".join(stream.snapshot()) == to_html(text, formulas="mathml")


@pytest.mark.parametrize(
    ("pieces", "shown"),
    [
        (["|x| is", " the size of x\n"], ["", "|x| is the size of x"]),
        (["one\n|x| is", "\nso"], ["one", "one\n|x| is\nso"]),
        (["| a | b |\n", "|-", "x"], ["", "", "| a | b |"]),
        (["| a | b |\n", "not dashes"], ["", "| a | b |\nnot dashes"]),
        (["| a | b |\n", "|-", "x\n"], ["", "", "| a | b |\n|-x"]),
        (["| a | b |\n", "\nmore"], ["", "| a | b |more"]),
        (["| a | b |\n", "# h"], ["", "| a | b |h"]),
        (["| " + "x" * 600], ["| " + "x" * 600]),
        (["a | b"], ["a | b"]),
        (["```\n| a |"], ["| a |"]),
    ],
)
def test_text_that_only_begins_like_a_table_is_seen_when_it_is_clear(pieces: list[str], shown: list[str]) -> None:
    stream = BlockStream()
    for piece, expected in zip(pieces, shown, strict=True):
        stream.feed(piece)
        stream.frame()
        assert inspect("".join(stream.snapshot())).text.strip("\n") == expected
    stream.finish()
    assert "".join(stream.snapshot()) == to_html("".join(pieces), formulas="mathml")


def test_what_is_held_back_is_there_in_the_end() -> None:
    stream = BlockStream()
    stream.feed("| a | b |\n|--")
    assert stream.frame() == []
    stream.finish()
    assert stream.snapshot() == ["<p>| a | b |<br>\n|--</p>"]


def test_a_character_in_two_halves_and_a_line_end_in_two_pieces_are_joined() -> None:
    stream = BlockStream()
    for piece in ("a\ud83d", "\ude00\r", "\nb\r"):
        stream.feed(piece)
        stream.frame()
    stream.finish()
    assert stream.snapshot() == ["<p>a😀<br>\nb␍</p>"]


def test_a_link_defined_after_its_use_is_put_right_in_the_end() -> None:
    stream, front = play("see [a]\n\nmore\n\n[a]: https://x.y\n", 3)
    assert "<a " not in front.blocks[0]
    front.take(stream.finish())
    assert "<a " in front.blocks[0]


@pytest.mark.parametrize(
    "text",
    [
        "p\na | b\n-|- c",
        "p\n# b",
        "p\n#b",
        "p\n- b",
        "p\n-b",
        "p\n---\n",
        "p\n--- b",
        "$$\n# a\nb\n$$\n",
        "\\[\n- a\n> b\n\\]\n",
        "$$\n# a\n\n$$\n",
        "- a\n-b\n",
        "- `a\n-\n\n- **b\n-",
        "- a\n- b | c\n-|-\n",
        "1) a\n2) b | c\n-|-\nd\n",
        "  - a\n   - b\n - c\n- d\n",
        "# a",
        "3) w\n| 1 | 2 |\n\t -|- $5\nz\n",
        "- a\n$$\n- b\n$$\n",
        "- a\n  $$\n- b\n  $$\n",
        "[r]: http://x\n't\nu'\n\n[r]",
        "[r]: http://x\n't\n\nu' [r]",
        "```\na\n```x\n```\n",
        "| a |\n|---|\n| b |\n-\n",
        "| a |\n|---|\n| b |\n- 5 | 3\n",
        "1. a\n\n   ```\n   b\n2. c\n",
    ],
)
def test_a_line_decides_only_when_it_is_complete(text: str) -> None:
    for step in (1, 2, 3, 5):
        stream, front = play(text, step)
        front.take(stream.finish())
        assert "".join(front.blocks) == to_html(text, formulas="mathml")


def test_a_definition_counts_only_when_it_is_complete() -> None:
    _, front = play("# a\n[r]: http://x.y\n\nb [r]\n\nc\n", 1)
    assert 'href="http://x.y"' in front.blocks[1]


LONG = {
    "a paragraph": "word " * 6_000,
    "a line": "x" * 60_000,
    "a list": "".join(f"- item {number} with **some** words\n" for number in range(2_000)),
    "a list with an endless item": "- a\n- b\n- " + "word " * 4_000 + "\n- c\n",
    "a table": "| a | b |\n|---|---|\n" + "".join(f"| {number} | `x` |\n" for number in range(2_000)),
    "code": "```python\n" + "x = [1, 2, 3]  # more\n" * 2_000 + "```\n",
    "an open fence": "```\n" + "x" * 60_000,
    "a quote": "> words in a quote\n" * 1_500 + "\nand after it\n",
    "paragraphs": "Some words in a paragraph.\n\n" * 1_500,
}


@pytest.mark.heavy
@pytest.mark.parametrize("text", LONG.values(), ids=LONG.keys())
def test_long_texts_cost_a_small_multiple_of_themselves(text: str) -> None:
    stream, front = play_quietly(text, 100)
    front.take(stream.finish())
    html = to_html(text, formulas="mathml")
    assert "".join(front.blocks) == html
    # A very long block travels once as plain text and once as what it is; frames add tags that close the last block.
    assert front.received < 2 * len(html) + 2 * len(text)


def play_quietly(text: str, step: int) -> tuple[BlockStream, Front]:
    stream, front = BlockStream(), Front()
    for start in range(0, len(text), step):
        stream.feed(text[start : start + step])
        front.take(stream.frame())
    return stream, front


@pytest.mark.parametrize("kind", ["a list", "a table", "code", "paragraphs", "an open fence"])
def test_the_work_per_frame_does_not_grow(kind: str, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[int] = []
    from minimax_nb.render.markdown import blocks, parse

    def counting(text: str, links: parse.Links | None = None, **how: bool) -> parse.Parsed:
        parsed.append(len(text))
        return parse.parse(text, links, **how)

    monkeypatch.setattr(blocks, "parse", counting)
    play_quietly(LONG[kind].removesuffix("```\n"), 100)
    assert max(parsed) < 500


def test_the_blocks_of_a_long_mixed_text_are_those_of_the_whole() -> None:
    text = "\n\n".join(source for name in ("text", "lists", "tables", "code") for _, source, _ in cases(name)) * 3
    stream, front = play_quietly(text, 37)
    front.take(stream.finish())
    assert [block for block in front.blocks if block] == to_blocks(text, formulas="mathml")
