"""A turn with tools as one output."""

from __future__ import annotations

import itertools
import re

from minimax_nb.message.events import RoundEnded, ToolResult
from minimax_nb.message.reply import Reply, Timing, ToolCall, Usage
from minimax_nb.render.bundle import bundle
from minimax_nb.render.run_record import RunRecord

from ..support.tools import Drawn

CALL = ToolCall("a", "get_<b>", '{"x": 1}')
CALLING = Reply(
    reasoning="Hm.", content="", tool_calls=(CALL,), timing=Timing(0.1, 0.5, 0.2, 0.6), usage=Usage(1, 9, 4)
)
ANSWER = Reply(reasoning="So.", content="It is **four**.", timing=Timing(0.1, 0.5, 0.2, 0.6), usage=Usage(1, 9, 4))


def record(*events: object) -> RunRecord:
    kept = RunRecord()
    for event in events:
        kept.take(event)  # type: ignore[arg-type]
    return kept


def test_a_turn_of_one_reply_is_shown_like_any_reply() -> None:
    assert record(RoundEnded(1, ANSWER, 0.6)).bundle(ANSWER) == bundle(ANSWER)


def test_each_form_holds_the_steps_and_the_whole_answer() -> None:
    kept = record(RoundEnded(1, CALLING, 0.6), ToolResult(0, CALL, "4 <i>", duration_s=1.0), RoundEnded(2, ANSWER, 0.6))
    shown = kept.bundle(ANSWER)
    assert set(shown) == {"text/plain", "text/markdown", "text/html"}
    assert shown["text/plain"].split("\n") == [
        "[think] Hm.",
        "[call] get_<b>(x=1)",
        "[result] get_<b>(x=1) → 4 <i>",
        "",
        "It is **four**.",
    ]
    assert "get\\_&lt;b>" in shown["text/markdown"]
    assert shown["text/html"].endswith(bundle(ANSWER)["text/html"] + "</div>")
    assert "get_&lt;b&gt;" in shown["text/html"]
    assert "<i>" not in shown["text/html"]
    assert "5 steps · 2 rounds" in shown["text/html"]


def test_a_turn_that_broke_off_shows_all_of_its_steps() -> None:
    kept = record(RoundEnded(1, CALLING, 0.6), ToolResult(0, CALL, "4", duration_s=1.0))
    shown = kept.bundle(Reply(partial_reason="interrupted"))
    assert "[result]" in shown["text/plain"]
    assert "Interrupted." in shown["text/html"]


def test_a_table_is_shown_as_one() -> None:
    table = Drawn("<table><tr><td>cell</td></tr></table>")
    kept = record(
        RoundEnded(1, CALLING, 0.6),
        ToolResult(0, CALL, "csv", shown=table),
        RoundEnded(2, ANSWER, 0.6),
    )
    assert "<td>cell</td>" in kept.bundle(ANSWER)["text/html"]


def test_results_stand_in_the_order_of_the_calls_each_with_its_table() -> None:
    calls = tuple(ToolCall(name, "look", f'{{"at": "{name}"}}') for name in "abc")
    asked = Reply(content="", tool_calls=calls)
    tables = {name: Drawn(f"<table><tr><td>cell {name}</td></tr></table>") for name in "ab"}
    results = [ToolResult(at, call, call.id, shown=tables.get(call.id)) for at, call in enumerate(calls)]
    for order in itertools.permutations(results):
        kept = record(RoundEnded(1, asked, 0.6), *order, RoundEnded(2, ANSWER, 0.6))
        shown = kept.bundle(ANSWER)
        lines = shown["text/plain"].split("\n")
        assert lines[3:6] == [f'[result] look(at="{name}") → {name}' for name in "abc"]
        assert re.findall(r"look\(at=.(.).\) →", shown["text/markdown"]) == ["a", "b", "c"]
        drawn = re.findall(r"look\(at=.(.).\) →.*?(?:cell (.)|<pre)", shown["text/html"], re.DOTALL)
        assert drawn == [("a", "a"), ("b", "b"), ("c", "")]
