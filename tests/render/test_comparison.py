from __future__ import annotations

import re

import pytest

from minimax_nb import Origin, Reply, Timing, ToolCall, Usage
from minimax_nb.render.comparison import HEADS, answer_tokens, comparison_bundle, figures, finish_of, plain_table

from ..support.html_inspection import DOCUMENT, inspect

GOOD = Reply(
    content="It is **blue**.",
    reasoning="Light scatters.",
    model="MiniMax-M2.7",
    usage=Usage(1000, 1500, 500, None, 2500),
    timing=Timing(0.4, 2.4, 1.0, 12.5, 250.4),
    finish_reason="stop",
    origin=Origin("service", "api.minimax.io"),
)
BAD = Reply(partial_reason="error", problem="unknown model\nHint: none")
HOSTILE = "</div>\n</div></td></table><script>alert(1)</script> $5 and $6 | `x` \u202e"


def test_every_form_holds_every_answer_and_the_figures() -> None:
    for form, text in comparison_bundle({"one": GOOD, "two": BAD}).items():
        for expected in ("one", "two", "nknown model", "First token", "0.40 s", "1,000", "250", "12 s"):
            assert expected in text, f"{expected} in {form}"
    html = comparison_bundle({"one": GOOD})["text/html"]
    assert "<strong>blue</strong>" in html
    assert "Light scatters." in html


def test_figures_are_words_and_what_is_not_known_is_a_dash() -> None:
    assert figures("one", GOOD) == ("one", "0.40 s", "12 s", "250", "500", "1,000", "$0.0021", "stop")
    assert figures("two", BAD) == ("two", "–", "–", "–", "–", "–", "–", "error")


@pytest.mark.parametrize(
    ("tokens", "cost"),
    [(0, "$0"), (1, "<$0.0001"), (1_000, "$0.0012"), (1_000_000, "$1.20"), (10_000_000_000, "$12,000.00")],
)
def test_prices_are_neither_rounded_away_nor_long(tokens: int, cost: str) -> None:
    reply = Reply(model="MiniMax-M2.7", usage=Usage(0, tokens))
    assert figures("x", reply)[HEADS.index("Cost")] == cost


def test_answer_tokens_are_known_only_where_the_thinking_is() -> None:
    assert answer_tokens(GOOD) == 1000
    assert answer_tokens(Reply(usage=Usage(1, 5))) == 5
    assert answer_tokens(Reply(reasoning="Hm.", usage=Usage(1, 5))) is None
    assert answer_tokens(Reply(usage=Usage(1, 5, reasoning_tokens=9))) == 0
    assert answer_tokens(Reply()) is None


def test_why_a_reply_is_not_whole_comes_before_its_finish_reason() -> None:
    assert finish_of(Reply(finish_reason="length", partial_reason="length")) == "length"
    assert finish_of(Reply(finish_reason="stop")) == "stop"
    assert finish_of(Reply()) == "–"


def test_the_plain_table_is_aligned() -> None:
    lines = plain_table({"a": GOOD, "a long name": BAD}).splitlines()
    assert len({re.search(r"(First token|0\.40 s|–)", line).start() for line in lines}) == 1  # type: ignore[union-attr]


def test_names_and_answers_cannot_break_out_of_their_places() -> None:
    reply = Reply(content=HOSTILE, finish_reason=HOSTILE, model=HOSTILE, tool_calls=(ToolCall("a", HOSTILE, HOSTILE),))
    bundle = comparison_bundle({HOSTILE: reply, "two": GOOD})
    html = bundle["text/html"]
    assert inspect(html, DOCUMENT).tags.count("td") == 2 * (len(HEADS) - 1)
    assert "\u202e" not in "".join(bundle.values())
    table = bundle["text/markdown"].rpartition("\n\n")[2].splitlines()
    assert len(table) == 4
    assert all(len(re.findall(r"(?<!\\)\|", line)) == len(HEADS) + 1 for line in table)


def test_meaning_survives_without_styles() -> None:
    bare = re.sub(r' style="[^"]*"', "", comparison_bundle({"one": GOOD, "two": BAD})["text/html"])
    words = re.sub(r"<[^>]+>", " ", bare)
    assert words.index("one") < words.index("blue") < words.index("two") < words.index("First token")
