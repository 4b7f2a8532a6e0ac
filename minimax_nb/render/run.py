"""A turn in which tools ran, as a MIME bundle: what led to the answer as a timeline that unfolds, then the answer."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from .bundle import bundle
from .table import table_html
from .text.markup import Bundle, Html, Markdown, join_html, join_markdown
from .text.quantities import seconds
from .text.quoting import words
from .text.text import visible
from .tracehtml import row, timeline_head
from .tracetext import facts, label, share_of, summary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from minimax_nb.message.reply import Reply
    from minimax_nb.steps.steps import Round, Step
    from minimax_nb.steps.tables import Table

    from .markdown.maths import Formulas

UNFOLDS_TO = 100_000
"""Characters of all texts together that the steps of one turn unfold to; the trace has the rest."""


def run_bundle(
    steps: Sequence[Step], rounds: Sequence[Round], reply: Reply, before: int, tables: Mapping[int, Table] | None = None
) -> Bundle:
    """Write a whole turn as text/plain, text/markdown and text/html.

    Args:
        steps: what happened; nothing in it is trusted.
        rounds: the requests.
        reply: the last reply.
        before: how many of the steps came before that reply.
        tables: for results that the reader is to see as a table: the step's place, and the table.

    Returns:
        A MIME bundle, each form with the whole answer. A turn of one reply is shown like any reply.
    """
    last = bundle(reply)
    if not before:
        return last
    earlier = steps[:before]
    done = timeline(steps, rounds, before, tables or {}, "tex")
    return {
        "text/plain": "\n".join([*map(plain_line, earlier), "", last["text/plain"]]).rstrip("\n"),
        "text/markdown": join_markdown([*map(markdown_line, earlier), Markdown(""), last["text/markdown"]], "\n"),
        "text/html": Html(f"<div>{done}{last['text/html']}</div>"),
    }


def timeline(
    steps: Sequence[Step], rounds: Sequence[Round], before: int, tables: Mapping[int, Table], formulas: Formulas
) -> Html:
    """Write what came before the last reply as HTML: a line for each step, below the facts of the whole run.

    Args:
        steps: as for ``run_bundle``.
        rounds: as for ``run_bundle``.
        before: as for ``run_bundle``.
        tables: as for ``run_bundle``.
        formulas: as for ``markdown.to_html``.
    """
    # As while it ran: of a whole that was still growing there were neither shares nor bars.
    earlier = [replace(step, share=None) for step in steps[:before]]
    limit = share_of([step.text or step.arguments or "" for step in earlier], UNFOLDS_TO)
    rows = [
        row(step, limit=limit, formulas=formulas, table=table_html(tables.get(at))) for at, step in enumerate(earlier)
    ]
    head = timeline_head(facts(steps, rounds))
    return Html(f'{head}<div style="margin:.3em 0 .9em">{join_html(rows)}</div>')


def plain_line(step: Step) -> str:
    """Write a step as a line of plain text."""
    return f"[{label(step).lower()}] {visible(summary(step))}"


def markdown_line(step: Step) -> Markdown:
    """Write a step as an entry of a Markdown list."""
    took = Markdown("") if step.duration_s is None else Markdown(f" · {words(seconds(step.duration_s))}")
    return Markdown(f"- **{words(label(step))}**{took}: {words(summary(step))}")
