"""Progress of a batch: a line of figures, a bar while it runs, and what failed, by kind."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from .colours import DRAWN
from .text.escape import escape, escape_prose
from .text.markup import EMPTY, Bundle, Html, Markdown, join_html, join_markdown
from .text.quantities import dollars
from .text.quoting import words
from .text.text import one_line, visible

if TYPE_CHECKING:
    from collections.abc import Sequence

_BOX = "margin:.3em 0;max-width:60em"
_TRACK = (
    f"height:.45em;border-radius:.25em;background:rgba(128,128,128,.25);overflow:hidden;margin:.35em 0 .5em;{DRAWN}"
)
_FILL = "height:100%;background:rgb(60,130,210);border-radius:.25em"
_FIGURES = "font-variant-numeric:tabular-nums"
_BESIDE = "opacity:.75;font-size:.92em;font-variant-numeric:tabular-nums"
_HELD = "border-left:3px solid rgb(190,130,20);padding:0 0 0 .7em;margin:.4em 0"
_FAILED = "border-left:3px solid rgb(214,69,69);padding:0 0 0 .7em;margin:.4em 0"
_MOST_KINDS = 5
_LONGEST = 400


@dataclass(frozen=True)
class Progress:
    """How far a batch is.

    Attributes:
        rows: how many there are to ask.
        whole: how many the frame has, where only some of them are asked; else ``rows``.
        answered: with an answer.
        failed: without one.
        cut: of those answered, those that end at the token limit.
        resumed: of those answered, those that a checkpoint had.
        tokens: of prompts and replies, in this run.
        cost: US dollars in this run; None where it is not known.
        tokens_per_s: of replies, at the moment; None when it is not known, or the run has ended.
        left_s: seconds to go, about; None likewise.
        held: what all wait for, such as "1002 rate limit"; "" when nobody does.
        held_s: for how many seconds more.
        kinds: what failed, with how many rows of each.
        stopped: why it ended before the end; "" where it did not.
        problem: the same in the service's words.
        expected: US dollars that all rows would cost at list prices, where only some are asked.
        running: whether it still goes on.
    """

    rows: int
    whole: int
    answered: int
    failed: int
    cut: int = 0
    resumed: int = 0
    tokens: int = 0
    cost: float | None = None
    tokens_per_s: float | None = None
    left_s: float | None = None
    held: str = ""
    held_s: float = 0.0
    kinds: Sequence[tuple[str, int]] = ()
    stopped: str = ""
    problem: str = ""
    expected: float | None = None
    running: bool = False


def summary(progress: Progress) -> str:
    """Write what has come of a batch in one line, without a clock: the same for the same rows."""
    rows = f"{progress.rows:,} {'row' if progress.rows == 1 else 'rows'}"
    of = f" of {progress.whole:,}" if progress.whole != progress.rows else ""
    parts = [f"{rows}{of}: {progress.answered:,} answered"]
    beside = [f"{progress.resumed:,} from the checkpoint"] if progress.resumed else []
    beside += [f"{progress.cut:,} cut at the token limit"] if progress.cut else []
    if beside:
        parts[0] += f" ({', '.join(beside)})"
    if progress.failed:
        parts[0] += f", {progress.failed:,} failed"
    left = progress.rows - progress.answered - progress.failed
    if left and not progress.running:
        parts[0] += f", {left:,} not asked"
    parts.append(f"{progress.tokens:,} tokens")
    if progress.cost is not None:
        parts.append(dollars(progress.cost))
    if progress.expected is not None:
        parts.append(f"all {progress.whole:,} would cost about {dollars(progress.expected)} at list prices")
    if progress.stopped:
        parts.append(f"stopped: {progress.stopped}")
    return " · ".join(parts)


def moment(progress: Progress) -> str:
    """Write what holds at the moment alone: speed, time to go, what is waited for."""
    parts = []
    if progress.tokens_per_s is not None:
        parts.append(f"{progress.tokens_per_s:,.0f} tokens/s")
    if progress.left_s is not None:
        parts.append(f"about {_clock(progress.left_s)} to go")
    if progress.held:
        parts.append(f"paused {max(progress.held_s, 1):.0f} s: {progress.held}")
    return " · ".join(parts)


def progress_bundle(progress: Progress) -> Bundle:
    """Write the progress as text/plain, text/markdown and text/html."""
    line = summary(progress)
    plain = [visible(line), *(f"  {number:,} × {visible(_short(kind))}" for kind, number in _kinds(progress))]
    if progress.problem:
        plain.append(f"  {visible(_short(progress.problem))}")
    markdown = [words(line)]
    markdown += [Markdown(f"- {number:,} × {words(_short(kind))}") for kind, number in _kinds(progress)]
    if progress.problem:
        markdown.append(words(_short(progress.problem)))
    return {
        "text/plain": "\n".join(plain),
        "text/markdown": join_markdown(markdown),
        "text/html": _html(progress, line),
    }


def _html(progress: Progress, line: str) -> Html:
    style = Html(f' style="{_FIGURES}"') if progress.running else EMPTY  # what stays needs no digits of one width
    parts = [Html(f"<div{style}>{escape_prose(line)}</div>")]
    if progress.running:
        done = progress.answered + progress.failed
        share = done / progress.rows if progress.rows else 1.0
        label = escape(f"{done:,} of {progress.rows:,} rows")
        parts.append(
            Html(
                f'<div role="progressbar" aria-label="Batch" aria-valuemin="0" aria-valuemax="{progress.rows:d}" '
                f'aria-valuenow="{done:d}" aria-valuetext="{label}" style="{_TRACK}">'
                f'<div style="{_FILL};width:{share * 100:.1f}%"></div></div>'
            )
        )
        # A line that is always there: nothing below it moves when speed or time become known.
        parts.append(Html(f'<div style="{_BESIDE}">{escape_prose(moment(progress)) or Html("&nbsp;")}</div>'))
    if progress.problem:
        parts.append(Html(f'<div style="{_HELD}">{_lines(progress.problem)}</div>'))
    kinds = join_html(Html(f"<div>{number:,} × {_lines(kind)}</div>") for kind, number in _kinds(progress))
    parts.append(Html(f'<div style="{_FAILED}">{kinds}</div>') if kinds else EMPTY)
    return Html(f'<div style="{_BOX}">{join_html(parts)}</div>')


def _kinds(progress: Progress) -> list[tuple[str, int]]:
    listed = [(kind, number) for kind, number in progress.kinds if not _is_told(kind, progress.problem)]
    shown = listed[:_MOST_KINDS]
    if more := sum(number for _, number in listed[_MOST_KINDS:]):
        shown.append(("of other kinds: see the column error", more))
    return shown


def _is_told(kind: str, problem: str) -> bool:
    """Whether a kind, an error's number and its hint, is what ended the run, which is told in full."""
    number, _, hint = kind.partition(": ")
    return bool(hint) and number.isdigit() and number in problem and hint in problem


def _short(text: str) -> str:
    return one_line(text)[:_LONGEST]


def _lines(text: str) -> Html:
    cut = text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"
    return Html(escape_prose(cut).replace("\n", "<br>"))


def _clock(seconds: float) -> str:
    whole = max(round(seconds), 1)
    if whole < 90:
        return f"{whole} s"
    minutes = round(whole / 60)
    return f"{minutes} min" if minutes < 90 else f"{minutes / 60:.1f} h"
