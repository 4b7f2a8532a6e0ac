"""A finished reply in its three forms."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from markdown_it import MarkdownIt

from minimax_nb.message.reply import Origin, PartialReason, Reply, Timing, ToolCall, Usage
from minimax_nb.render.bundle import bundle, metadata

from ..support.hostile import HOSTILE
from ..support.html_inspection import DOCUMENT, inspect


def full(**changes: object) -> Reply:
    values: dict[str, object] = {
        "reasoning": "First **this**.",
        "content": "Then *that*.",
        "tool_calls": (ToolCall("c1", "get_weather", '{"location":"San Francisco, US"}'),),
        "usage": Usage(20, 1234, 130, 0, 1254),
        "timing": Timing(0.42, 20.1, 2.1, 20.3, 61.4),
        "finish_reason": "tool_calls",
        "model": "MiniMax-M2.7",
        "origin": Origin("service", "api.minimax.io"),
    }
    return Reply(**{**values, **changes})  # type: ignore[arg-type]


def test_each_form_holds_the_whole_reply() -> None:
    shown = bundle(full())
    assert shown["text/plain"] == 'Then *that*.\n[tool call] get_weather({"location":"San Francisco, US"})'
    assert shown["text/markdown"] == (
        "> *Thought for 2.1 s · 130 tokens*\n>\n> First **this**.\n\nThen *that*.\n\nTool call: `get_weather`\n\n"
        '```json\n{\n  "location": "San Francisco, US"\n}\n```\n\n'
        "*MiniMax-M2.7 · 1,234 tokens (130 thinking) · first token 0.42 s · 61 tokens/s · "
        "\\$0.0015 · MiniMax service api.minimax.io*"
    )
    html = shown["text/html"]
    for words in (
        "Thought for 2.1 s · 130 tokens</summary>",
        "<p>First <strong>this</strong>.</p>",
        "<p>Then <em>that</em>.</p>",
        "<code>get_weather</code>",
        '\n  "location": "San Francisco, US"\n',
        "MiniMax-M2.7 · 1,234 tokens (130 thinking) · first token 0.42 s · 61 tokens/s · ",
        "<span>$</span>0.0015 · MiniMax service api.minimax",
    ):
        assert words in html
    assert inspect(html, DOCUMENT).tags.count("details") == 2


def test_the_thinking_is_folded_once_there_is_an_answer() -> None:
    assert "<details open" not in bundle(full(tool_calls=()))["text/html"]
    assert "<details open" not in bundle(full(content="", tool_calls=()))["text/html"].split("<summary")[1]
    assert " open><summary" in bundle(full(content="", tool_calls=()))["text/html"]


@pytest.mark.parametrize("field", ["reasoning", "content", "model", "problem", "name", "arguments", "host", "date"])
def test_no_field_can_break_out_of_its_place(field: str) -> None:
    call = ToolCall("c", HOSTILE if field == "name" else "f", HOSTILE if field == "arguments" else "{}")
    origin = Origin("recorded", HOSTILE if field == "host" else "h", HOSTILE if field == "date" else "2026-01-01")
    texts = {field: HOSTILE} if field in {"reasoning", "content", "model", "problem"} else {}
    _assert_harmless(full(tool_calls=(call,), origin=origin, partial_reason="error", **texts))


@settings(max_examples=60, deadline=None)
@given(
    st.text(max_size=200),
    st.lists(st.sampled_from([*HOSTILE.split(" "), "\n", "\n\n", "    ", "> ", "- "]), max_size=20).map("".join),
    st.text(max_size=50),
)
def test_any_text_stays_in_its_place(reasoning: str, content: str, arguments: str) -> None:
    _assert_harmless(full(reasoning=reasoning, content=content, tool_calls=(ToolCall("c", content, arguments),)))


def _assert_harmless(reply: Reply) -> None:
    shown = bundle(reply)
    inspected = inspect(shown["text/html"], DOCUMENT)
    assert inspected.roots == 1
    assert inspected.tags.count("details") == len(reply.tool_calls) + bool(reply.reasoning.strip())
    for form in shown.values():
        form.encode()
        assert "\x1b" not in form
        assert "\u202e" not in form
    tokens = MarkdownIt("commonmark", {"html": True}).enable("table").parse(shown["text/markdown"])
    kinds = {token.type for token in tokens} | {child.type for token in tokens for child in token.children or ()}
    assert not kinds & {"html_block", "html_inline", "image"}


@pytest.mark.parametrize(
    ("reason", "problem", "words"),
    [
        ("interrupted", None, "Interrupted. The reply stops here because you stopped it."),
        ("cut", None, "Cut off. The stream ended before the reply did."),
        ("cut", "the connection dropped", "Cut off. The connection dropped."),
        ("length", None, "Stopped at the token limit. Raise max_tokens to let the model finish."),
        ("error", "insufficient balance (1008)", "Failed. Insufficient balance (1008)."),
    ],
)
def test_a_partial_reply_is_marked(reason: PartialReason, problem: str | None, words: str) -> None:
    shown = bundle(full(partial_reason=reason, problem=problem))
    title, rest = words.split(". ", 1)
    assert shown["text/plain"].endswith(f"[{words}]")
    assert f"<strong>{title}.</strong> {rest}" in shown["text/html"]
    assert f"**{title}.** {rest}" in shown["text/markdown"].replace("\\_", "_")


@pytest.mark.parametrize(("content", "calls"), [("", ()), (" \n", ()), ("Four", ()), ("", (ToolCall("c", "f", "{}"),))])
def test_a_limit_that_the_thinking_used_up_says_so(content: str, calls: tuple[ToolCall, ...]) -> None:
    shown = bundle(full(partial_reason="length", problem=None, content=content, tool_calls=calls))
    for form in ("text/plain", "text/markdown", "text/html"):
        assert ("All of it went into the thinking." in shown[form]) == (not content.strip() and not calls)


def test_a_reply_without_anything_says_so() -> None:
    shown = bundle(Reply())
    assert shown["text/plain"] == "[No answer. The reply ended without text.]"
    assert "The reply ended without text." in shown["text/html"]


def test_long_arguments_are_folded_away_and_broken_ones_shown_as_they_came() -> None:
    short = bundle(full(tool_calls=(ToolCall("c", "f", '{"a": '),)))["text/html"]
    assert "<details open" in short
    assert '<code>{"a": </code>' in short
    long = bundle(full(tool_calls=(ToolCall("c", "f", str(list(range(100)))),)))["text/html"]
    assert "<details open" not in long


@pytest.mark.parametrize(
    ("origin", "words"),
    [
        (Origin("service", "api.minimax.io"), "MiniMax service api.minimax.io"),
        (Origin("service", "api.minimaxi.com"), "MiniMax service api.minimaxi.com"),
        (Origin("service", "notminimax.io"), "service at notminimax.io"),
        (Origin("service"), "service at an unknown host"),
        (Origin("recorded", "api.minimax.io", "2026-05-04"), "recorded 2026-05-04 at api.minimax.io"),
        (Origin("recorded"), "recorded"),
        (Origin("authored", tape="00"), "authored example"),
        (Origin("practice"), "rehearsal, no model involved"),
    ],
)
def test_the_footer_says_where_it_came_from(origin: Origin, words: str) -> None:
    assert f" · {words}</div>" in bundle(full(origin=origin))["text/html"]


def test_the_metadata_says_who_wrote_it() -> None:
    assert metadata(full()) == {
        "minimax_nb": {"model": "MiniMax-M2.7", "origin": {"kind": "service", "host": "api.minimax.io"}}
    }
    assert metadata(Reply()) == {}
