"""A trace as HTML: a timeline of one line a step, each with its bar, which unfolds to the whole text.

In a trace the bar under a line shows when the step ran and how long. Styles stand inline and are few, for runs of
hundreds of steps; without them it still reads as a list of steps that fold.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from .colours import BLUE, DRAWN, GREEN, GREY, MUTED, ORANGE, PURPLE, RED, coloured
from .figure_table import scrolling
from .markdown.html import to_html
from .own_page import own_page
from .regions import THOUGHTS_CLASS
from .reply_html import pretty_arguments
from .text.escape import escape, escape_prose
from .text.markup import EMPTY, Html, join_html
from .text.quantities import percent, seconds
from .thumbnail import thumbnails
from .tracetext import (
    brief_figures,
    facts,
    label,
    more_figures,
    round_facts,
    run_seconds,
    share_of,
    shortened,
    sources,
    summary,
)

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minimax_nb.steps.steps import Round, Step

    from .markdown.maths import Formulas

COLOURS = {"system": GREY, "user": GREY, "think": PURPLE, "call": ORANGE, "result": GREEN, "answer": BLUE}
_GROUPS = (("thinking", ("think",), PURPLE), ("writing", ("answer", "call"), BLUE), ("tools", ("result",), GREEN))

_ROW = "border-top:1px solid rgba(128,128,128,.25)"
_LINE = "cursor:pointer;padding:.3em 0"
_KIND = "display:inline-block;width:4.4em"
# Before the text, so that they stand beside its first line whatever room there is.
_FIGURES = "float:right;opacity:.75;margin-left:1em"
_BAR = "display:block;clear:both;height:3px;margin:.25em 0 0"
_BARS = "The line under a step shows when it ran, and how long."
_BODY = "margin:.2em 0 .9em 1.1em"
_PRE = "background:transparent;border:0;margin:0;padding:0;white-space:pre-wrap;overflow-wrap:anywhere"
_SQUARE = f"display:inline-block;width:.7em;height:.7em;{DRAWN}"
_REST = Html("rgba(128,128,128,.6)")
_SMALL = "font-size:.88em;opacity:.75"

_IN_NOTEBOOK = 400_000
"""Characters of all texts together that a notebook's output unfolds to."""
_IN_FILE = 20_000_000
_SCROLL_FROM = 60
"""Steps from which on the list scrolls in a box of its own."""


def fragment(steps: Sequence[Step], rounds: Sequence[Round]) -> Html:
    """Write the trace for a notebook's output.

    Args:
        steps: what happened; nothing in it is trusted.
        rounds: the requests.

    Returns:
        One ``<div>``. Texts that together would make the notebook heavy are cut, and say so.
    """
    return _timeline(steps, rounds, whole=_IN_NOTEBOOK, formulas="tex", scroll=len(steps) >= _SCROLL_FROM)


def page(steps: Sequence[Step], rounds: Sequence[Round]) -> Html:
    """Write the trace as a page of its own.

    Args:
        steps: what happened; nothing in it is trusted.
        rounds: the requests.

    Returns:
        A whole HTML document that loads nothing.
    """
    body = _timeline(steps, rounds, whole=_IN_FILE, formulas="mathml", scroll=False)
    return own_page(f"Trace: {' · '.join(facts(steps, rounds))}", body)


def row(step: Step, *, limit: int, formulas: Formulas, total_s: float | None = None, table: Html = EMPTY) -> Html:
    """Write one step as a line that unfolds.

    Args:
        step: the step.
        limit: how many characters of its text to show at most.
        formulas: as for ``markdown.to_html``.
        total_s: how long the whole run took, for the bar; None for no bars.
        table: shown in place of the text, at once: the table that a tool returned.

    Returns:
        One ``<details>``.
    """
    colour = RED if step.error else COLOURS.get(step.kind, GREY)
    brief, more = map(" · ".join, (brief_figures(step), more_figures(step)))
    told = Html(f'<span style="{_FIGURES}">{escape(brief)}</span> ') if brief else EMPTY
    also = Html(f'<div style="{_SMALL}">{escape(more)}</div>') if more else EMPTY
    kind = Html(f' class="{THOUGHTS_CLASS}"') if step.kind == "think" else EMPTY
    unfolded = Html(" open") if table else EMPTY
    return Html(
        f'<details{kind} style="{_ROW}"{unfolded}><summary style="{_LINE}">'
        f'<b style="{_KIND};{coloured(colour)}">{escape_prose(label(step))}</b> {told}{escape_prose(summary(step))}'
        f"{_bar(step, total_s, colour)}</summary>"
        f'<div style="{_BODY}">{also}{table or _body(step, limit, formulas)}</div></details>'
    )


def timeline_head(told: Sequence[str]) -> Html:
    """Write facts about the whole run in one line."""
    return Html(f'<div style="{_SMALL}">{escape_prose(" · ".join(told))}</div>')


def _timeline(steps: Sequence[Step], rounds: Sequence[Round], *, whole: int, formulas: Formulas, scroll: bool) -> Html:
    total = run_seconds(steps, rounds)
    limit = share_of([step.text or step.arguments or "" for step in steps], whole)
    by_number = {entry.number: entry for entry in rounds}
    parts = []
    number = None
    for step in steps:
        if step.round != number:
            number = step.round
            parts.append(_round_head(number, by_number.get(number), many=len(rounds) > 1))
        parts.append(row(step, limit=limit, formulas=formulas, total_s=total))
    listed = join_html(parts)
    if scroll:
        listed = scrolling(listed, "Steps", Html("max-height:40em;"))
    head = timeline_head([*facts(steps, rounds), *sources(rounds)])
    return Html(f"<div>{head}{_overview(steps, total)}{listed}</div>")


def _round_head(number: int, entry: Round | None, *, many: bool) -> Html:
    told = round_facts(entry) if entry is not None else []
    if not many and not told:
        return EMPTY
    words = escape(" · ".join([f"Round {number}", *told]))
    return Html(f'<div style="{_SMALL};margin:.9em 0 .2em">{words}</div>')


def _bar(step: Step, total_s: float | None, colour: Html) -> Html:
    """Draw when the step ran, as a thin line as wide as the whole run; each row has room for one."""
    if not total_s:
        return Html('<span style="display:block;clear:both"></span>')
    if step.started_s is None or step.duration_s is None:
        return Html(f'<span style="{_BAR}"></span>')
    begin = min(99.5, 100 * step.started_s / total_s)
    width = max(0.5, min(100 - begin, 100 * step.duration_s / total_s))
    when = escape(f"began after {seconds(step.started_s)}, took {seconds(step.duration_s)} of {seconds(total_s)}")
    return Html(
        f'<span title="{when}" style="{_BAR} {begin:.1f}%;width:{width:.1f}%;'
        f'background:{colour};border-radius:2px;{DRAWN}"></span>'
    )


def _overview(steps: Sequence[Step], total_s: float | None) -> Html:
    """Draw where the time went, as one bar and its legend."""
    if not total_s:
        return EMPTY
    pieces, legend, rest = [], [], 1.0
    for name, kinds, colour in _GROUPS:
        spent = sum(step.duration_s or 0.0 for step in steps if step.kind in kinds)
        share = min(rest, spent / total_s)
        rest -= share
        if share >= 0.005:
            pieces.append(_piece(share, colour))
            legend.append(_entry(colour, f"{name} {seconds(spent)} ({percent(share)})"))
    if rest >= 0.005:
        pieces.append(_piece(rest, _REST))
        legend.append(_entry(_REST, f"waiting and other {percent(rest)}"))
    legend.append(Html(f'<span style="display:inline-block">{escape(_BARS)}</span>'))
    return Html(
        f'<div style="display:flex;height:8px;margin:.5em 0 .3em;border-radius:4px;overflow:hidden;{DRAWN}">'
        f'{join_html(pieces)}</div><div style="{_SMALL};margin:0 0 .7em">{join_html(legend, " ")}</div>'
    )


def _entry(colour: Html, words: str) -> Html:
    square = Html(f'<span style="{_SQUARE};background:{colour}"></span>')
    return Html(f'<span style="display:inline-block;margin-right:1em">{square} {escape(words)}</span>')


def _piece(share: float, colour: Html) -> Html:
    return Html(f'<div style="width:{100 * share:.1f}%;background:{colour}"></div>')


def _body(step: Step, limit: int, formulas: Formulas) -> Html:
    if step.kind == "call":
        text, left_out = shortened(pretty_arguments(step.arguments or ""), limit)
    else:
        text, left_out = shortened(step.text, limit)
    if step.kind in {"think", "answer"}:
        body = to_html(text, formulas=formulas)
        body = Html(f'<div style="{MUTED}">{body}</div>') if step.kind == "think" else body
    else:
        body = Html(f'{thumbnails(step.pictures)}<pre style="{_PRE}">{escape(text)}</pre>')
    return Html(f"{body}<p><i>{escape(left_out)}</i></p>") if left_out else body
