"""The catalogue of models as a table for people: an HTML form and a text form, each model with its figures and rules.

The rows are plain mappings with the columns of ``mm.models()`` and the key ``model``; what nobody knows is None.
"""

from __future__ import annotations

import re
import textwrap
from typing import TYPE_CHECKING, Any

from .figure_table import head_words, scrolling
from .text.escape import escape_content, escape_prose
from .text.markup import EMPTY, Html, join_html
from .text.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping, Sequence

    Row = Mapping[str, Any]

_LIMITS = ("context_window", "max_output", "tokens_per_s")
_PRICES = ("input_usd", "output_usd", "cache_read_usd", "cache_write_usd")
_TEXT_HEADS = {
    "model": ("", "Model"),
    "served": ("", "Served"),
    "context_window": ("Context", "tokens"),
    "max_output": ("Max out", "tokens"),
    "tokens_per_s": ("Speed", "tok/s"),
    "input_usd": ("Input", "US$/M"),
    "output_usd": ("Output", "US$/M"),
    "cache_read_usd": ("Cache", "read"),
    "cache_write_usd": ("Cache", "write"),
}
_HEADS = (
    ("Context", "tokens"),
    ("Max output", "tokens"),
    ("Speed", "tokens/s"),
    ("Input", "US$/M"),
    ("Output", "US$/M"),
    ("Cache read", "US$/M"),
    ("Cache write", "US$/M"),
)
_LEGEND = (
    "— not documented.",
    "Context: prompt and reply together. Max output: thinking included.",
    "US$/M: US dollars per million tokens, on MiniMax's international pay-as-you-go plan, standard tier.",
)
_UNKNOWN = "—"
_MOST = 200
_LONGEST = 60

_LINE = "1px solid rgba(128,128,128,.35)"
_TABLE = "border-collapse:collapse;margin:.4em 0"
_ROW = "background:transparent"
_FIRST = f"border-top:{_LINE};text-align:left;vertical-align:top;padding:.5em .7em 0 .2em"
_FIGURE = f"border-top:{_LINE};text-align:right;vertical-align:top;white-space:nowrap;padding:.5em .6em 0"
_SAID = f"border-top:{_LINE};text-align:left;vertical-align:top;padding:.5em .6em .5em"
_RULES = "text-align:left;padding:.1em .6em .6em .2em"
_MEASURE = "font-size:.92em;line-height:1.4;max-width:58em"
_WHOLE = "display:inline-block"
_MUTED = "opacity:.75"
_HEAD = "text-align:right;vertical-align:bottom;padding:.3em .6em"
_LEFT_HEAD = "text-align:left;vertical-align:bottom;padding:.3em .7em .3em .2em"
_LEGENDS = "font-size:.85em;line-height:1.5;margin:.3em 0;max-width:56em;opacity:.75"


def models_html(rows: Sequence[Row]) -> Html:
    """Draw models as an HTML table, inline styles only; at most 200, and a line that says how many more there are.

    Args:
        rows: one mapping a model; names that an endpoint serves are not trusted, nor is anything else.

    Returns:
        One ``<div>``.
    """
    shown = rows[:_MOST]
    asked = _asked(rows)
    bodies = join_html(Html(f"<tbody>{_html_model(row, asked)}</tbody>") for row in shown)
    more = join_html(Html(f'<div style="{_LEGENDS}">{escape_prose(words)}</div>') for words in _more(rows))
    table = Html(f'<table style="{_TABLE}">{_html_head(asked)}{bodies}</table>')
    return Html(
        f"<div>{scrolling(table, 'Models')}"
        f'{more}<div style="{_LEGENDS}">{escape_prose(" ".join(_LEGEND))}</div>{_html_sources(shown)}</div>'
    )


def models_text(rows: Sequence[Row]) -> str:
    """Write models as aligned text, about 80 columns wide; at most 200 of them, as in the HTML form.

    Args:
        rows: one mapping a model; nothing in them is trusted.

    Returns:
        Lines without one at the end.
    """
    shown = rows[:_MOST]
    columns = ["model", *(["served"] if _asked(rows) else []), *_LIMITS, *_PRICES]
    cells = [[_name(row), *(_figure(row, column) for column in columns[1:])] for row in shown]
    heads = [[_TEXT_HEADS[column][line] for column in columns] for line in (0, 1)]
    widths = [max(map(len, column)) for column in zip(*heads, *cells, strict=True)]
    width = max(sum(widths) + 2 * len(widths) - 2, 80)
    lines = [_aligned(line, widths) for line in heads]
    for row, figures in zip(shown, cells, strict=True):
        if _is_stranger(row):
            lines.append(_aligned(figures[: len(columns) - 7], widths) + "  " + _status(row))
            continue
        lines.append(_aligned(figures, widths))
        lines += _wrapped(one_line(row["description"] or ""), width)
        lines += _wrapped(" · ".join(_facts(row)), width)
    legend = [*_LEGEND, "Who says so: the column sources."]
    return "\n".join([*lines, *_more(rows), "", *legend])


def _html_head(asked: bool) -> Html:
    heads = [("Served", "")] * asked + list(_HEADS)
    cells = join_html(Html(f'<th scope="col" style="{_HEAD}">{head_words(head)}</th>') for head in heads)
    return Html(f'<thead><tr><th scope="col" style="{_LEFT_HEAD}">Model</th>{cells}</tr></thead>')


def _html_model(row: Row, asked: bool) -> Html:
    """Draw the rows of one model: its figures, then what it is for and the rules."""
    name = Html(f'<th scope="row" style="{_FIRST}{_wrapping(row)}">{escape_prose(_name(row))}</th>')
    served = _html_figure(row, "served") if asked else EMPTY
    if _is_stranger(row):
        said = escape_prose(_status(row))
        return Html(
            f'<tr style="{_ROW}">{name}{served}<td colspan="7" style="{_SAID}">'
            f'<span style="{_MUTED}">{said}</span></td></tr>'
        )
    facts = join_html((Html(f'<span style="{_WHOLE}">{escape_prose(fact)}</span>') for fact in _facts(row)), " · ")
    figures = join_html(_html_figure(row, column) for column in (*_LIMITS, *_PRICES))
    description = Html(f"<div>{escape_prose(one_line(row['description']))}</div>") if row["description"] else EMPTY
    return Html(
        f'<tr style="{_ROW}">{name}{served}{figures}</tr><tr style="{_ROW}">'
        f'<td colspan="{8 + asked}" style="{_RULES}"><div style="{_MEASURE}">{description}'
        f'<div style="{_MUTED}">{facts}</div></div></td></tr>'
    )


def _html_figure(row: Row, column: str) -> Html:
    return Html(f'<td style="{_FIGURE}">{escape_prose(_figure(row, column))}</td>')


def _html_sources(rows: Sequence[Row]) -> Html:
    """Say who said what and when, and how the columns are called, folded."""
    found: dict[str, list[str]] = {}
    for row in rows:
        for source in sources_of(row["sources"]):
            found.setdefault(source, []).append(_name(row))
    known = sum(not _is_stranger(row) for row in rows)
    items = join_html(
        Html(f"<li>{escape_prose(one_line(source))} ({escape_prose(_all_or(names, known))})</li>")
        for source, names in found.items()
    )
    names = [column for column in rows[0] if column != "model"] if rows else []
    columns = join_html((Html(f"<code>{escape_content(column)}</code>") for column in names), ", ")
    return Html(
        f'<details style="{_LEGENDS}"><summary style="cursor:pointer">Sources, and the names of the columns</summary>'
        f"<ul>{items}</ul><div>A pandas DataFrame with the columns {columns}.</div></details>"
    )


def sources_of(cell: str | None) -> list[str]:
    """List the sources in a cell of the column ``sources``, each ``what: who, date``.

    Args:
        cell: sources with "; " between; each ends with its date.
    """
    return re.split(r"(?<=\d); ", cell) if cell else []


def _all_or(names: Sequence[str], known: int) -> str:
    return "all" if len(names) == known else ", ".join(names)


def _facts(row: Row) -> list[str]:
    """List the rules and the state of a model, each in a few words."""
    facts = [f"{head}: {one_line(row[head.lower()] or _UNKNOWN)}" for head in ("Temperature", "Thinking", "Status")]
    return [*facts, f"Price {one_line(row['price_note'])}"] if row["price_note"] else facts


def _figure(row: Row, column: str) -> str:
    """Write a cell in words."""
    value = row[column]
    if column == "served":
        return "✓" if value else "no"
    if value is None:
        return _UNKNOWN
    if column in _LIMITS:
        return f"{value:,}"
    exact = f"{value:,.6f}".rstrip("0")
    return exact if len(exact.partition(".")[2]) >= 2 else f"{value:,.2f}"


def _asked(rows: Iterable[Row]) -> bool:
    """Tell whether an endpoint was asked what it serves."""
    return any("served" in row for row in rows)


def _is_stranger(row: Row) -> bool:
    """Tell whether only a name and a status are known."""
    return all(value is None for column, value in row.items() if column not in ("model", "served", "status"))


def _status(row: Row) -> str:
    return one_line(row["status"] or _UNKNOWN)


def _name(row: Row) -> str:
    """Put the name on one line, shortened when no model would have such a name."""
    name = one_line(str(row["model"]))
    return name if len(name) <= _LONGEST else f"{name[: _LONGEST - 1]}…"


def _wrapping(row: Row) -> Html:
    return Html(";white-space:nowrap") if len(_name(row)) <= 30 else Html(";overflow-wrap:anywhere")


def _more(rows: Sequence[Row]) -> list[str]:
    return [f"… and {len(rows) - _MOST:,} more."] if len(rows) > _MOST else []


def _aligned(cells: Sequence[str], widths: Sequence[int]) -> str:
    """Set the name to the left, figures to the right."""
    figures = (cell.rjust(width) for cell, width in zip(cells[1:], widths[1:], strict=False))
    return "  ".join([cells[0].ljust(widths[0]), *figures]).rstrip()


def _wrapped(text: str, width: int) -> list[str]:
    return textwrap.wrap(text, width, initial_indent="  ", subsequent_indent="  ", break_on_hyphens=False)
