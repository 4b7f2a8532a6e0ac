"""Operations, put together the way a page does, give the saved output's HTML."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import given, settings
from hypothesis import strategies as st

from minimax_nb.message.events import ReasoningDelta, Rewritten, StreamEvent, TextDelta, ToolCallDelta
from minimax_nb.message.reply import Reply, Timing, ToolCall
from minimax_nb.render import reply_html as html
from minimax_nb.render.bundle import bundle
from minimax_nb.render.markdown.html import to_html
from minimax_nb.widgets.painter import ANSWER, CALLS, FOOTER, LABEL, NOTE, THOUGHTS, Painter

if TYPE_CHECKING:
    from minimax_nb.widgets.framelog import Operation


class Page:
    """What a page knows after some operations; strings are cut in UTF-16 units, as JavaScript does."""

    def __init__(self) -> None:
        self.blocks: dict[tuple[int, int], str] = {}
        self.values: dict[str, Any] = {}
        self.phases: list[str] = []

    def apply(self, operations: list[Operation]) -> None:
        for operation in operations:
            if len(operation) == 2:
                self.values[operation[0]] = operation[1]
                self.phases += [operation[1]] if operation[0] == "phase" else []
                continue
            region, block, cut, text = operation
            units = self.blocks.get((region, block), "").encode("utf-16-le", "surrogatepass")
            assert 0 <= 2 * cut <= len(units)
            kept = units[: len(units) - 2 * cut].decode("utf-16-le", "surrogatepass")
            self.blocks[region, block] = kept + text

    def html(self, region: int) -> str:
        return "".join(text for (place, _), text in sorted(self.blocks.items()) if place == region)


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
    assert page.html(THOUGHTS) == to_html(reply.reasoning, formulas="mathml")
    assert page.html(ANSWER) == to_html(reply.content, formulas="mathml")
    assert page.html(CALLS) == html.tool_call(call)
    assert page.html(LABEL) == "Thought for 1.5 s"
    assert page.html(NOTE) == ""
    assert page.html(FOOTER) == html.footer(reply)
    assert page.phases == ["thinking", "answering", "calling", "done"]
    assert page.values["say"] == "Reply finished, 4 words"


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
    assert page.html(CALLS) == html.call_opening(name) + html.escape_content(text) + html.CALL_CLOSING


def test_what_was_said_can_be_taken_back() -> None:
    reply = Reply(reasoning="It was thought", content="Answer")
    page = painted(
        [TextDelta("It was "), TextDelta("thought"), Rewritten("It was thought", ""), TextDelta("Answer")], reply
    )
    assert page.html(THOUGHTS) == "<p>It was thought</p>"
    assert page.html(ANSWER) == "<p>Answer</p>"


def test_a_reply_that_differs_from_its_stream_wins() -> None:
    call = ToolCallDelta(0, "c", "f", "{}")
    page = painted([ReasoningDelta("one"), TextDelta("two"), call], Reply(reasoning="three", content="four"))
    assert page.html(THOUGHTS) == "<p>three</p>"
    assert page.html(ANSWER) == "<p>four</p>"
    assert page.html(CALLS) == ""


def test_blank_text_beside_the_thinking_does_not_end_it() -> None:
    painter, page = Painter(), Page()
    for event in (ReasoningDelta("hm"), TextDelta("\n"), ReasoningDelta(" hm"), TextDelta("\nYes")):
        painter.take(event)
        page.apply(painter.frame())
    assert page.phases == ["thinking", "answering"]


def test_a_broken_reply_ends_like_its_saved_form() -> None:
    page = painted([TextDelta("- half\n- ")], Reply(content="- half\n- ", partial_reason="cut"))
    assert page.html(ANSWER) == "<ul><li>half</li></ul>"
    assert page.html(ANSWER) in bundle(Reply(content="- half\n- ", partial_reason="cut"))["text/html"]


def test_a_broken_reply_is_said_to_be_one() -> None:
    page = painted([TextDelta("half")], Reply(content="half", partial_reason="cut"))
    assert page.values["say"] == "Reply broken off"
    assert "Cut off." in page.html(NOTE)
