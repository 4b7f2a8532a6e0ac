"""An answer in the form that was asked for, as a small table: one row a field, or one row an entry of a list."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, NamedTuple

from pydantic_core import to_jsonable_python

from .figure_table import scrolling
from .text.escape import escape_prose
from .text.markup import EMPTY, Html, Markdown, join_html, join_markdown
from .text.quoting import words
from .text.text import one_line

if TYPE_CHECKING:
    from collections.abc import Iterable

_TABLE = "border-collapse:collapse;margin:.8em 0"
_CELL = "border-bottom:1px solid rgba(128,128,128,.35);padding:.25em .8em .25em 0;text-align:left;vertical-align:top"
_MOST_ROWS = 50
_MOST_COLUMNS = 12
_LONGEST = 300


class _Rows(NamedTuple):
    """Cells of a table, with a head where its columns have names."""

    head: tuple[str, ...]
    rows: list[tuple[str, ...]]
    more: int


def parsed_html(value: Any) -> Html:
    """Draw a value; nothing for one that says no more than the answer itself, such as a single word.

    Args:
        value: the value of ``reply.parsed``; nothing in it is trusted.
    """
    if (found := _rows_of(value)) is None:
        return EMPTY
    head = Html(f"<thead>{_line(Html('th'), found.head)}</thead>") if found.head else EMPTY
    body = join_html(_line(Html("td"), row, first_is_head=not found.head) for row in found.rows)
    more = Html(f"<div>… and {found.more:,} more</div>") if found.more else EMPTY
    table = Html(f'<table style="{_TABLE}">{head}<tbody>{body}</tbody></table>')
    return scrolling(join_html((table, more)), "The answer as a table")


def parsed_markdown(value: Any) -> Markdown | None:
    """Write a value as a table of Markdown; None likewise."""
    if (found := _rows_of(value)) is None:
        return None
    width = len(found.rows[0]) if found.rows else len(found.head)
    lines = [list(map(words, found.head or ("",) * width)), [Markdown("---")] * width]
    lines += [list(map(words, row)) for row in found.rows]
    text = join_markdown((Markdown(f"| {join_markdown(line, ' | ')} |") for line in lines), "\n")
    return Markdown(f"{text}\n\n… and {found.more:,} more") if found.more else text


def _rows_of(value: Any) -> _Rows | None:
    try:
        plain = to_jsonable_python(value, fallback=str)
    except ValueError:  # something in it holds itself
        return None
    if isinstance(plain, dict) and plain:
        items = list(plain.items())
        return _Rows((), [(one_line(str(name)), _cell(item)) for name, item in items[:_MOST_ROWS]], _over(items))
    if not isinstance(plain, list) or not plain:
        return None
    if all(isinstance(item, dict) for item in plain):
        names = tuple(dict.fromkeys(str(name) for item in plain[:_MOST_ROWS] for name in item))[:_MOST_COLUMNS]
        rows = [tuple(_cell(item.get(name)) for name in names) for item in plain[:_MOST_ROWS]]
        return _Rows(tuple(map(one_line, names)), rows, _over(plain)) if names else None
    return _Rows((), [(str(at), _cell(item)) for at, item in enumerate(plain[:_MOST_ROWS])], _over(plain))


def _over(items: list[Any]) -> int:
    return max(0, len(items) - _MOST_ROWS)


def _cell(item: Any) -> str:
    text = item if isinstance(item, str) else "" if item is None else json.dumps(item, ensure_ascii=False)
    text = one_line(text)
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def _line(tag: Html, cells: Iterable[str], *, first_is_head: bool = False) -> Html:
    made = []
    for at, cell in enumerate(cells):
        kind = Html("th") if first_is_head and at == 0 else tag
        made.append(Html(f'<{kind} style="{_CELL}">{escape_prose(cell)}</{kind}>'))
    return Html(f"<tr>{join_html(made)}</tr>")
