"""The reply's shell."""

from __future__ import annotations

from dataclasses import replace

from minimax_nb.message.reply import Origin, Reply, Usage
from minimax_nb.render.reply_html import footer_facts, note


def test_the_footer_says_what_a_reply_of_the_service_cost() -> None:
    paid = Reply(
        content="Hi",
        model="MiniMax-M2.7",
        usage=Usage(prompt_tokens=1_000, completion_tokens=2_000),
        origin=Origin("service", "api.minimax.io"),
    )
    assert "$0.0027" in footer_facts(paid)
    assert not [fact for fact in footer_facts(replace(paid, origin=Origin("practice"))) if "$" in fact]


def test_a_hint_stands_on_a_line_of_its_own() -> None:
    said = note(Reply(content="Half", partial_reason="error", problem="no such model 'M9'\nHint: there are <two>"))
    assert "M9'\nHint: there are &lt;two&gt;." in said
    assert "white-space:pre-line" in said
