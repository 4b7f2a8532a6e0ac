"""Operations, put together the way a page does, give the saved output's HTML."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from minimax_nb.message.events import ReasoningDelta, Rewritten, StreamEvent, TextDelta, ToolCallDelta
from minimax_nb.message.reply import Reply, Timing, ToolCall
from minimax_nb.render import reply_html as html
from minimax_nb.render.bundle import bundle
from minimax_nb.render.markdown.html import to_html
from minimax_nb.render.regions import Region
from minimax_nb.widgets.painter import Painter

from ..support.page import Page


def painted(events: list[StreamEvent], reply: Reply) -> Page:
    """The page after these events, a frame after each, and the end."""
    painter, page = Painter(), Page()
    for event in events:
        painter.take(event)
        page.apply(painter.frame())
    page.apply(painter.finish(reply))
    return page


def test_the_page_ends_with_what_is_saved() -> None:
    call = ToolCall("c", "get_weather", '{"location": "SF 🌉"}')
    reply = Reply(reasoning="Hm 🤔.", content="# Yes\n\nand *no*", tool_calls=(call,), timing=Timing(reasoning_s=1.5))
    page = painted(
        [
            ReasoningDelta("Hm 🤔"),
            ReasoningDelta("."),
            TextDelta("# Yes\n\nand *n"),
            TextDelta("o*"),
            ToolCallDelta(0, "c", "get_weather", ""),
            ToolCallDelta(0, "c", "get_weather", '{"location": "S'),
            ToolCallDelta(0, "c", "get_weather", 'F 🌉"}'),
        ],
        reply,
    )
    assert page.html(Region.THOUGHTS) == to_html(reply.reasoning, formulas="mathml")
    assert page.html(Region.ANSWER) == to_html(reply.content, formulas="mathml")
    assert page.html(Region.CALLS) == html.tool_call(call)
    assert page.html(Region.LABEL) == "Thought for 1.5 s"
    assert page.html(Region.NOTE) == ""
    assert page.html(Region.FOOTER) == html.footer(reply)
    assert page.phases == ["thinking", "answering", "calling", "done"]
    assert page.said[-1] == "Reply finished, 4 words"


@settings(max_examples=50, deadline=None)
@given(st.lists(st.sampled_from(["a", " ", "\n", "**", "`", "🌉", "é", "<b>", "&", "1. ", "$x$"]), max_size=30))
def test_arguments_grow_however_they_are_cut(pieces: list[str]) -> None:
    events: list[StreamEvent] = [ToolCallDelta(0, "", "", "")]
    events += [ToolCallDelta(0, "c", "na&me" if n else "", piece) for n, piece in enumerate(pieces)]
    painter, page = Painter(), Page()
    for event in events:
        painter.take(event)
        page.apply(painter.frame())
        call = event if isinstance(event, ToolCallDelta) else None
        assert call is not None
    text = "".join(pieces)
    name = "na&me" if len(pieces) > 1 else ""
    assert page.html(Region.CALLS) == html.call_opening(name) + html.escape_content(text) + html.CALL_CLOSING


def test_what_was_said_can_be_taken_back() -> None:
    reply = Reply(reasoning="It was thought", content="Answer")
    page = painted(
        [TextDelta("It was "), TextDelta("thought"), Rewritten("It was thought", ""), TextDelta("Answer")], reply
    )
    assert page.html(Region.THOUGHTS) == "<p>It was thought</p>"
    assert page.html(Region.ANSWER) == "<p>Answer</p>"


def test_a_reply_that_differs_from_its_stream_wins() -> None:
    call = ToolCallDelta(0, "c", "f", "{}")
    page = painted([ReasoningDelta("one"), TextDelta("two"), call], Reply(reasoning="three", content="four"))
    assert page.html(Region.THOUGHTS) == "<p>three</p>"
    assert page.html(Region.ANSWER) == "<p>four</p>"
    assert page.html(Region.CALLS) == ""


def test_blank_text_beside_the_thinking_does_not_end_it() -> None:
    painter, page = Painter(), Page()
    for event in (ReasoningDelta("hm"), TextDelta("\n"), ReasoningDelta(" hm"), TextDelta("\nYes")):
        painter.take(event)
        page.apply(painter.frame())
    assert page.phases == ["thinking", "answering"]


def test_a_broken_reply_ends_like_its_saved_form() -> None:
    page = painted([TextDelta("- half\n- ")], Reply(content="- half\n- ", partial_reason="cut"))
    assert page.html(Region.ANSWER) == "<ul><li>half</li></ul>"
    assert page.html(Region.ANSWER) in bundle(Reply(content="- half\n- ", partial_reason="cut"))["text/html"]


def test_a_broken_reply_is_said_to_be_one() -> None:
    page = painted([TextDelta("half")], Reply(content="half", partial_reason="cut"))
    assert page.said[-1] == "Reply broken off"
    assert "Cut off." in page.html(Region.NOTE)
