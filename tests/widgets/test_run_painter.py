"""A run in one view: finished rounds move into the timeline, the reply being written stays below."""

from __future__ import annotations

import itertools
import re

from minimax_nb.message.events import (
    ApprovalRequested,
    Finished,
    ReasoningDelta,
    RoundEnded,
    RoundStarted,
    TextDelta,
    ToolCallDelta,
    ToolResult,
    ToolStarted,
)
from minimax_nb.message.reply import Reply, ToolCall
from minimax_nb.render.regions import Region
from minimax_nb.widgets.run_painter import RunPainter

from ..support.page import Page

CALL = ToolCall("a", "double", '{"x": 2}')
CALLING = Reply(reasoning="Hm.", content="", tool_calls=(CALL,))
ANSWERING = Reply(content="Four.")
RUN = [
    RoundStarted(1),
    ReasoningDelta("Hm."),
    ToolCallDelta(0, "a", "double", '{"x": 2}'),
    RoundEnded(1, CALLING, 1.0),
    ToolStarted(0, CALL),
    ToolResult(0, CALL, "4 <b>", duration_s=0.5),
    RoundStarted(2),
    TextDelta("Four."),
    RoundEnded(2, ANSWERING, 1.0),
    Finished(ANSWERING),
]


def played(every: int) -> tuple[Page, RunPainter]:
    """The run, with a frame after each so many events."""
    page, painter = Page(), RunPainter()
    for number, event in enumerate(RUN, 1):
        painter.take(event)  # type: ignore[arg-type]
        if number % every == 0:
            page.apply(painter.frame())
    page.apply(painter.finish(ANSWERING))
    return page, painter


def test_a_finished_round_moves_into_the_timeline() -> None:
    for every in range(1, len(RUN) + 1):
        page, _ = played(every)
        assert page.html(Region.PAST).count("<details") == 3, every
        assert "double(x=2)" in page.html(Region.PAST)
        assert "4 &lt;b&gt;" in page.html(Region.PAST)
        assert "Four." in page.html(Region.ANSWER)
        assert page.html(Region.THOUGHTS) == page.html(Region.CALLS) == ""


def test_the_view_says_what_is_going_on() -> None:
    page, _ = played(1)
    assert page.phases == ["thinking", "calling", "working", "resuming", "answering", "done"]


def test_the_view_says_what_it_waits_for() -> None:
    page, painter = Page(), RunPainter()
    calls = [ToolCall(str(at), name, "{}") for at, name in enumerate(("add", "add", "look", "find", "sum"))]
    for event in (
        *(ApprovalRequested(at, call) for at, call in enumerate(calls[:2])),
        *(ToolStarted(at, call) for at, call in enumerate(calls)),
        *(ToolResult(at, call, "") for at, call in enumerate(calls)),
    ):
        painter.take(event)  # type: ignore[arg-type]
    page.apply(painter.frame())
    assert page.phases == ["asking"] * 2 + ["working"] * 5
    asked, started, ended = page.tools[:2], page.tools[2:7], page.tools[7:]
    assert asked == ["add", "add"]
    assert started == ["add", "add", "add, look", "add, look, find", "5 tools"]
    assert ended == ["4 tools", "look, find, sum", "find, sum", "sum"]


def test_the_size_counts_what_the_model_wrote_and_what_the_tools_gave() -> None:
    _, painter = played(1)
    assert painter.size == len('Hm.{"x": 2}4 <b>Four.')


def test_a_reply_without_calls_stays_where_it_is() -> None:
    page, painter = Page(), RunPainter()
    for event in (RoundStarted(1), TextDelta("Four."), RoundEnded(1, ANSWERING, 1.0)):
        painter.take(event)  # type: ignore[arg-type]
    page.apply(painter.frame())
    assert "Four." in page.html(Region.ANSWER)
    assert page.html(Region.PAST) == ""


def test_the_bundle_is_the_whole_turn() -> None:
    _, painter = played(3)
    bundle = painter.bundle(ANSWERING)
    assert "double(x=2)" in bundle["text/html"]
    assert bundle["text/plain"].endswith("Four.")


def test_results_take_the_rows_of_their_calls_whichever_is_done_first() -> None:
    calls = tuple(ToolCall(name, "look", f'{{"at": "{name}"}}') for name in "abc")
    asked = Reply(content="", tool_calls=calls)
    results = [ToolResult(at, call, call.id) for at, call in enumerate(calls)]
    expected = None
    for order in itertools.permutations(results):
        page, painter = Page(), RunPainter()
        for event in (RoundStarted(1), RoundEnded(1, asked, 1.0), *order, RoundStarted(2), RoundEnded(2, asked, 1.0)):
            painter.take(event)  # type: ignore[arg-type]
            page.apply(painter.frame())
        painter.take(results[2])
        page.apply(painter.frame())
        shown = page.html(Region.PAST)
        assert re.findall(r"look\(at=\W*(.)\W*\) →", shown.replace("&quot;", "")) == ["a", "b", "c", "c"]
        assert shown == (expected or shown)
        expected = shown
