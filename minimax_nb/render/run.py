"""A turn in which tools ran, as a MIME bundle: what led to the answer as a timeline that unfolds, then the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .bundle import bundle
from .quantities import seconds
from .quoting import words
from .text import visible
from .tracehtml import row, timeline_head
from .tracetext import facts, label, run_seconds, share_of, summary

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from minimax_nb.messages import Reply
    from minimax_nb.steps import Round, Step

UNFOLDS_TO = 100_000
"""Characters of all texts together that the steps of one turn unfold to; the trace has the rest."""


def run_bundle(
    steps: Sequence[Step], rounds: Sequence[Round], reply: Reply, before: int, tables: Mapping[int, str] | None = None
) -> dict[str, str]:
    """A whole turn as text/plain, text/markdown and text/html.

    Args:
        steps: what happened; nothing in it is trusted.
        rounds: the requests.
        reply: the last reply.
        before: how many of the steps came before that reply.
        tables: for results that the reader is to see as a table: the step's place, and the table as HTML, which is
            shown as it is.

    Returns:
        A MIME bundle, each form with the whole answer. A turn of one reply is shown like any reply.
    """
    last = bundle(reply)
    if not before:
        return last
    total = run_seconds(steps, rounds)
    earlier = steps[:before]
    limit = share_of([step.text or step.arguments or "" for step in earlier], UNFOLDS_TO)
    rows = [
        row(step, limit=limit, formulas="tex", total_s=total, shown=(tables or {}).get(at, ""))
        for at, step in enumerate(earlier)
    ]
    head = timeline_head(facts(steps, rounds))
    return {
        "text/plain": "\n".join([*map(_plain_line, earlier), "", last["text/plain"]]).rstrip("\n"),
        "text/markdown": "\n".join([*map(_markdown_line, earlier), "", last["text/markdown"]]),
        "text/html": f'<div>{head}<div style="margin:.3em 0 .9em">{"".join(rows)}</div>{last["text/html"]}</div>',
    }


def _plain_line(step: Step) -> str:
    return f"[{label(step).lower()}] {visible(summary(step))}"


def _markdown_line(step: Step) -> str:
    took = "" if step.duration_s is None else f" · {words(seconds(step.duration_s))}"
    return f"- **{label(step)}**{took}: {words(summary(step))}"
