"""Several replies to one question as a MIME bundle: side by side where there is room, then a table of figures."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .bundle import bundle
from .figure_table import figure_table
from .text.escape import escape, escape_prose
from .text.markup import Bundle, Html, Markdown, join_html, join_markdown
from .text.quantities import dollars, seconds
from .text.quoting import words
from .text.text import one_line

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from minimax_nb.message.reply import Reply

TRACKS = "repeat(auto-fit, minmax(16em, 1fr))"
"""CSS tracks: columns of one width, as many as there is room for."""

_COLUMNS = f"display:grid;grid-template-columns:{TRACKS};gap:.5em 2em;align-items:start"
_COLUMN = "min-width:0"
_HEAD = "border-bottom:1px solid rgba(128,128,128,.5);font-weight:bold;margin:0 0 .6em;padding:.2em 0"

HEADS = ("Model", "First token", "Total", "Tokens/s", "Thinking", "Answer", "Cost", "Finish")
_UNKNOWN = "–"


def comparison_bundle(replies: Mapping[str, Reply]) -> Bundle:
    """Write replies as text/plain, text/markdown and text/html, each form with every answer and the table.

    Args:
        replies: the replies by model; nothing in them is trusted.
    """
    bundles = {model: bundle(reply) for model, reply in replies.items()}
    rows = [figures(model, reply) for model, reply in replies.items()]
    columns = join_html(_column(model, each["text/html"]) for model, each in bundles.items())
    plain = [f"== {one_line(model)} ==\n{each['text/plain']}" for model, each in bundles.items()]
    markdown = [Markdown(f"#### {words(model)}\n\n{each['text/markdown']}") for model, each in bundles.items()]
    return {
        "text/plain": "\n\n".join([*plain, plain_table(replies)]),
        "text/markdown": join_markdown([*markdown, _markdown_table(rows)]),
        "text/html": Html(f'<div><div style="{_COLUMNS}">{columns}</div>{_html_table(rows)}</div>'),
    }


def _column(model: str, reply: Html) -> Html:
    return Html(f'<div style="{_COLUMN}" role="group" aria-label="{escape(model)}">{column_head(model)}{reply}</div>')


def column_head(model: str) -> Html:
    """Write what stands above a column."""
    return Html(f'<div style="{_HEAD}">{escape_prose(model)}</div>')


def finish_of(reply: Reply) -> str:
    """Say in a word how a reply ended: its finish reason, or why it is not whole."""
    return reply.partial_reason or reply.finish_reason or _UNKNOWN


def answer_tokens(reply: Reply) -> int | None:
    """Count the tokens of the answer alone; None when it is not known how many of them were thinking."""
    written, thinking = reply.usage.completion_tokens, reply.usage.reasoning_tokens
    if thinking is None and not reply.reasoning.strip():
        thinking = 0
    return None if written is None or thinking is None else max(written - thinking, 0)


def figures(model: str, reply: Reply) -> tuple[str, ...]:
    """Write a reply's cells of the table, in words."""
    timing = reply.timing
    return (
        one_line(model),
        _UNKNOWN if timing.first_token_s is None else seconds(timing.first_token_s),
        _UNKNOWN if timing.total_s is None else seconds(timing.total_s),
        _UNKNOWN if timing.tokens_per_s is None else f"{timing.tokens_per_s:,.0f}",
        _number(reply.usage.reasoning_tokens),
        _number(answer_tokens(reply)),
        _UNKNOWN if reply.cost is None else dollars(reply.cost),
        one_line(finish_of(reply)),
    )


def plain_table(replies: Mapping[str, Reply]) -> str:
    """Write the figures of the replies as aligned text."""
    lines = [HEADS, *(figures(model, reply) for model, reply in replies.items())]
    widths = [max(len(line[place]) for line in lines) for place in range(len(HEADS))]
    padded = ([cell.ljust(width) for cell, width in zip(line, widths, strict=True)] for line in lines)
    return "\n".join("  ".join(line).rstrip() for line in padded)


def _markdown_table(rows: Sequence[tuple[str, ...]]) -> Markdown:
    rule = [Markdown("---"), *[Markdown("---:")] * (len(HEADS) - 2), Markdown("---")]
    lines = [list(map(words, HEADS)), rule, *(list(map(words, row)) for row in rows)]
    return join_markdown((Markdown(f"| {join_markdown(line, ' | ')} |") for line in lines), "\n")


def _html_table(rows: Sequence[tuple[str, ...]]) -> Html:
    return figure_table("Figures of the replies", [(head, "") for head in HEADS], rows, words={0, len(HEADS) - 1})


def _number(value: int | None) -> str:
    return _UNKNOWN if value is None else f"{value:,}"
