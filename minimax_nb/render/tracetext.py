"""A trace in words: what one line says of a step, and the whole as plain text and as Markdown."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from .markdown.plainwords import plain_words
from .markdown.safe_markdown import to_markdown
from .reply_html import origin_words, pretty_arguments
from .text.markup import Markdown, join_markdown
from .text.quantities import count, percent, seconds
from .text.quoting import fenced, quoted, words
from .text.text import visible

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minimax_nb.steps.steps import Round, Step

LABELS = {
    "system": "System",
    "user": "User",
    "think": "Think",
    "call": "Call",
    "result": "Result",
    "answer": "Answer",
}
_SUMMARY = 100
_SHORTEST = 12
"""Characters that a value of a call in short has at least."""
_READ_TO = 100_000
"""Characters of arguments that are looked at for a line about them."""
_WHOLE = 2_000_000
"""Characters of all texts together that a saved file or a notebook's output shows at most."""
_BRIEF = 200_000


def label(step: Step) -> str:
    """Name the kind of a step, as a reader sees it."""
    return "Failed" if step.error else LABELS.get(step.kind, step.kind)


def summary(step: Step, limit: int = _SUMMARY) -> str:
    """Sum a step up in one line of about ``limit`` characters; not escaped. What a model wrote loses its Markdown."""
    if step.kind == "call":
        line = call_words(step.name, step.arguments or "", limit)
    elif step.kind in {"think", "answer"}:
        begun = step.text[: 4 * limit]
        line = plain_words(begun) + ("" if begun == step.text else "…")
    else:
        line = step.text[: 8 * limit]
        if step.kind == "result" and step.name:
            call = step.name if step.arguments is None else call_words(step.name, step.arguments, limit * 2 // 5)
            line = f"{call} → {line.strip() or '(nothing)'}"
    line = " ".join(line.split())
    return line if len(line) <= limit else f"{line[:limit].rstrip()}…"


def call_words(name: str | None, arguments: str, limit: int = _SUMMARY) -> str:
    """Write a call in short, as Python would: ``forecast(city="Rome")``; not escaped.

    Args:
        name: the tool's name.
        arguments: as received.
        limit: about how many characters; beyond it long values are shortened first, then the call.
    """
    inside = " ".join(_arguments_words(arguments, limit - len(name or "") - 2).split())
    if len(inside) > (room := max(limit - len(name or ""), 2)):
        inside = f"{inside[:room].rstrip()}…"
    return f"{name}({inside})"


def _arguments_words(arguments: str, limit: int) -> str:
    """Write arguments with their names; as received if they are no JSON object, or far too long to be looked at."""
    try:
        value: Any = json.loads(arguments) if len(arguments) <= _READ_TO else None
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        return arguments[: 8 * _SUMMARY].strip()
    pairs = [(key, json.dumps(item, ensure_ascii=False)) for key, item in value.items()]
    if sum(len(key) + len(item) + 3 for key, item in pairs) > limit:
        room = max(limit // max(len(pairs), 1) - 3, _SHORTEST)
        pairs = [(key, _shortened_value(item, room - len(key))) for key, item in pairs]
    return ", ".join(f"{key}={item}" for key, item in pairs)


def _shortened_value(written: str, limit: int) -> str:
    """Shorten a value's JSON; a text keeps its closing quote."""
    limit = max(limit, _SHORTEST)
    if len(written) <= limit:
        return written
    return f"{written[:limit].rstrip()}…" + ('"' if written.startswith('"') else "")


def figures(step: Step) -> list[str]:
    """List duration, tokens, speed and share of a step, as far as known."""
    return brief_figures(step) + more_figures(step)


def brief_figures(step: Step) -> list[str]:
    """List duration and tokens of a step, as far as known: what its line has room for."""
    known = []
    if step.duration_s is not None:
        known.append(seconds(step.duration_s))
    if step.tokens is not None:
        known.append(count(step.tokens, "token"))
    return known


def more_figures(step: Step) -> list[str]:
    """List speed and share of a step, as far as known."""
    known = []
    if step.tokens_per_s is not None:
        known.append(f"{step.tokens_per_s:,.0f} tokens/s")
    if step.share:
        known.append(f"{percent(step.share)} of the time")
    return known


def facts(steps: Sequence[Step], rounds: Sequence[Round]) -> list[str]:
    """Sum the run up: how many steps and rounds, how long, how many tokens. A sum only where every part is known."""
    told = [count(len(steps), "step")]
    if rounds:
        told.append(count(len(rounds), "round"))
    if (total := run_seconds(steps, rounds)) is not None:
        told.append(seconds(total))
    written = _sum(entry.usage.completion_tokens for entry in rounds)
    if written is not None:
        thinking = _sum(entry.usage.reasoning_tokens for entry in rounds)
        told.append(f"{count(written, 'token')} written" + (f" ({thinking:,} thinking)" if thinking else ""))
    read = _sum(entry.usage.prompt_tokens for entry in rounds)
    if read is not None:
        told.append(f"{read:,} read")
    return told


def sources(rounds: Sequence[Round]) -> list[str]:
    """List which models answered, and where they stood."""
    models = dict.fromkeys(" ".join(entry.model.split()) for entry in rounds if entry.model)
    origins = dict.fromkeys(origin_words(entry.origin) for entry in rounds if entry.origin is not None)
    return [*models, *origins]


def run_seconds(steps: Sequence[Step], rounds: Sequence[Round]) -> float | None:
    """Measure how long the run took; None when no time is known."""
    ends = [step.started_s + (step.duration_s or 0.0) for step in steps if step.started_s is not None]
    ends += [
        entry.started_s + entry.timing.total_s
        for entry in rounds
        if entry.started_s is not None and entry.timing.total_s is not None
    ]
    return max(ends, default=None)


def round_facts(entry: Round) -> list[str]:
    """List what is known of one request: the wait for the first token, the speed, an odd end."""
    told = []
    if entry.timing.first_token_s is not None:
        told.append(f"first token {seconds(entry.timing.first_token_s)}")
    if entry.timing.tokens_per_s:
        told.append(f"{entry.timing.tokens_per_s:,.0f} tokens/s")
    if entry.usage.completion_tokens:
        told.append(f"{count(entry.usage.completion_tokens, 'token')} written")
    if entry.partial_reason is not None:
        told.append(
            {"cut": "cut off", "error": "failed", "length": "token limit"}.get(entry.partial_reason, "interrupted")
        )
    return told


def share_of(texts: Sequence[str], whole: int = _WHOLE) -> int:
    """Find how many characters each text may show so that all together stay within ``whole``."""
    if sum(map(len, texts)) <= whole:
        return whole
    low, high = whole // max(1, len(texts)), whole
    while high - low > 64:
        middle = (low + high) // 2
        low, high = (middle, high) if sum(min(len(text), middle) for text in texts) <= whole else (low, middle)
    return low


def shortened(text: str, limit: int) -> tuple[str, str]:
    """Cut a text to what is shown of it, and give the words that say what is left out, or ""."""
    if len(text) <= limit:
        return text, ""
    return text[
        :limit
    ], f"… {len(text) - limit:,} of {len(text):,} characters are left out here; the step has them all."


def plain_text(steps: Sequence[Step], rounds: Sequence[Round]) -> str:
    """Write the timeline as plain text, one line a step."""
    rows = [
        (
            str(step.round) if i == 0 or steps[i - 1].round != step.round else "",
            label(step).lower(),
            "" if step.duration_s is None else seconds(step.duration_s),
            "" if step.tokens is None else count(step.tokens, "token"),
            visible(summary(step)),
        )
        for i, step in enumerate(steps)
    ]
    widths = [max((len(row[at]) for row in rows), default=0) for at in range(4)]
    lines = [" · ".join([*facts(steps, rounds), *map(visible, sources(rounds))])]
    for row in rows:
        cells = [row[0].rjust(widths[0]), row[1].ljust(widths[1]), row[2].rjust(widths[2]), row[3].rjust(widths[3])]
        lines.append("  ".join([*filter(None, cells), row[4]]).rstrip())
    return "\n".join(lines)


def markdown(steps: Sequence[Step], rounds: Sequence[Round], *, brief: bool = False) -> Markdown:
    """Write the trace as Markdown: a table of the steps, then their texts.

    Args:
        steps: what happened.
        rounds: the requests.
        brief: for a notebook's output, which is to stay small.

    Returns:
        Markdown that any host may render; nothing in it is trusted.
    """
    told = [*_of_ours(facts(steps, rounds)), *map(words, sources(rounds))]
    parts = [Markdown(f"**{join_markdown(told, ' · ')}**")]
    if steps:
        parts.append(_table(steps))
    limit = share_of([step.text for step in steps], _BRIEF if brief else _WHOLE)
    for number, step in enumerate(steps, 1):
        head = Markdown(f"**{number}. {words(label(step))}**")
        told = [head, *([words(step.name)] if step.name else []), *_of_ours(figures(step))]
        parts += [join_markdown(told, " · "), *_body(step, limit)]
    return Markdown(join_markdown(parts) + "\n")


def _of_ours(told: Sequence[str]) -> list[Markdown]:
    """Take figures and words of ours for Markdown: no model has written any of them."""
    return [Markdown(each) for each in told]


def _table(steps: Sequence[Step]) -> Markdown:
    rows = [Markdown("| # | Round | Step | Time | Tokens | Share | |"), Markdown("|--:|--:|:--|--:|--:|--:|:--|")]
    for number, step in enumerate(steps, 1):
        cells = (
            str(number),
            str(step.round),
            label(step),
            "" if step.duration_s is None else seconds(step.duration_s),
            "" if step.tokens is None else f"{step.tokens:,}",
            "" if step.share is None else percent(step.share),
            summary(step),
        )
        rows.append(Markdown(f"| {join_markdown(map(words, cells), ' | ')} |"))
    return join_markdown(rows, "\n")


def _body(step: Step, limit: int) -> list[Markdown]:
    text, left_out = shortened(step.text, limit)
    match step.kind:
        case "call":
            arguments, left_out = shortened(pretty_arguments(step.arguments or ""), limit)
            body = fenced(arguments, "json")
        case "think":
            body = quoted(to_markdown(text.strip()))
        case "answer":
            body = Markdown(to_markdown(text).strip("\n"))
        case _:
            body = fenced(text)
    return [body, Markdown(f"*{words(left_out)}*")] if left_out else [body]


def _sum(numbers: Any) -> int | None:
    """Add numbers up, if every one is known."""
    known = list(numbers)
    return sum(known) if known and None not in known else None
