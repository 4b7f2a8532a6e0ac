"""What a tool returned, as compact text for the model and as the thing itself for the reader.

The kinds of object that deserve more than their ``repr`` are known by what they can do, so that neither pandas nor
matplotlib is imported. Nothing here raises: a result that cannot be shown is named.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import enum
import functools
import itertools
import json
import os
import types
import uuid
from collections.abc import Mapping
from typing import Any, NamedTuple

from minimax_nb.message.blank import is_blank
from minimax_nb.message.surrogates import sendable

from .displayable import can as _can
from .displayable import close_in_pyplot, displayed_source, figure_of, is_displayable, is_picture
from .displayable import module as _module

NO_OUTPUT = "(no output)"
"""Stands for a result that says nothing: the service refuses an empty content (error 2013, reported in 2026)."""

RESULT_LIMIT = 50_000
"""Characters of a result that the model gets: about 12,000 tokens, a twentieth of the smallest context window."""

_ROWS = 50
_COLUMNS = 40
_ITEMS = 1_000
_MAGIC = {
    b"\x89PNG": "a PNG picture",
    b"\xff\xd8\xff": "a JPEG picture",
    b"GIF8": "a GIF picture",
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a ZIP archive",
    b"\x1f\x8b": "gzip data",
}


class RenderedResult(NamedTuple):
    """A tool's result, for both who look at it.

    Attributes:
        text: for the model, at most about the limit long.
        shown: for the reader: the table, figure or picture itself; a tuple of those that a list or dict holds; None
            where the text says it all.
    """

    text: str
    shown: Any


def render_result(value: Any, *, limit: int = RESULT_LIMIT) -> RenderedResult:
    """The text of a tool's result for the model, and the thing to show to the reader.

    Text goes as it is, None and text without anything visible as "(no output)"; numbers, lists, dicts, dataclasses and
    pydantic models as JSON; a table as CSV of its first rows with its shape; a figure or picture as a line that says
    that the reader sees it; what IPython displays (``Markdown``, ``HTML``, ``JSON``) as its source; a generator as the
    list of its first 1,000 items; bytes as their length and kind; anything else as its ``repr``.

    A figure is closed in pyplot, or the inline backend would show it once more at the end of the cell.

    Args:
        value: what the tool returned; a ``RenderedResult`` is taken as it is, but for the limit.
        limit: characters that the model may get; the middle of a longer text is cut out, and the text says how much.

    Returns:
        The pair of text and thing. Nothing that the value does makes this raise, short of an interrupt.
    """
    try:
        text, shown = value if isinstance(value, RenderedResult) else _render(value)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - a value's own methods may raise anything
        text, shown = f"[a {_kind(value)} that cannot be written as text: {type(error).__name__}]", None
    return RenderedResult(NO_OUTPUT if is_blank(text) else cut(sendable(text), limit), shown)


def cut(text: str, limit: int = RESULT_LIMIT) -> str:
    """The text, its middle left out beyond ``limit`` characters; four fifths of what is kept are its start."""
    if len(text) <= limit:
        return text
    tail = limit // 5
    head = limit - tail
    mark = f"\n[… {len(text) - limit:,} of {len(text):,} characters left out here …]\n"
    return f"{text[:head]}{mark}{text[len(text) - tail :]}"


def _render(value: Any) -> tuple[str, Any]:
    if value is None:
        return NO_OUTPUT, None
    if isinstance(value, str):
        return str(value), None
    if isinstance(value, bytes | bytearray | memoryview):
        return _bytes(bytes(value[:64]), len(value)), None
    held: list[Any] = []
    if isinstance(value, types.GeneratorType | map | filter | zip | range):
        return _drained(iter(value), held), _each_once(held)
    if found := _recognised(value):
        return found
    text = _written(value, held)
    return text, value if is_displayable(value) else _each_once(held)


def _each_once(held: list[Any]) -> tuple[Any, ...] | None:
    """The things that a list or dict holds and the reader is to see; figure and axes are one and the same."""
    return tuple({id(thing): thing for thing in held}.values()) or None


def _recognised(value: Any) -> tuple[str, Any] | None:
    """The text for a table, figure or picture, and what to show of it; None for any other value."""
    for recognise in (_table, _figure, _picture):
        if found := recognise(value):
            return found
    return None


def _written(value: Any, held: list[Any]) -> str:
    """Any other value: as JSON where JSON has a form for it, else its own words without quotes around them."""
    if value is not None and not isinstance(value, dict | list | tuple | int | float):
        value = _plain(value, held)
        if isinstance(value, str):
            return value
    return _json(value, held)


def _json(value: Any, held: list[Any]) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=functools.partial(_plain, held=held))
    except (TypeError, ValueError, RecursionError):
        return _repr(value)


def _plain(value: Any, held: list[Any]) -> Any:
    """A stand-in that JSON can hold for a value it cannot; what the reader is to see goes into ``held``."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        return {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
    if _can(value, "model_dump"):
        return value.model_dump(mode="json")
    if isinstance(value, enum.Enum):
        return value.value
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    if isinstance(value, os.PathLike | decimal.Decimal | uuid.UUID):
        return str(value)
    if isinstance(value, bytes | bytearray | memoryview):
        return _bytes(bytes(value[:64]), len(value))
    if isinstance(value, set | frozenset):
        return sorted(value, key=repr)
    if isinstance(value, Mapping):
        return dict(value)
    if _module(value) == "numpy" and _can(value, "item"):
        if getattr(value, "size", 2) == 1:
            return value.item()
        if value.dtype == object and value.size <= _ITEMS:  # the axes of a figure, say
            return value.tolist()
    if found := _recognised(value):
        held.append(found[1])
        return found[0]
    if is_displayable(value):
        held.append(value)
        return displayed_source(value) or cut(f"[{_kind(value)}, shown to the reader]", 1_000)
    return _short_repr(value)


def _table(value: Any) -> tuple[str, Any] | None:
    """A pandas DataFrame or Series, or one with a style, as CSV of its first rows."""
    if _module(value) != "pandas":
        return None
    table: Any = getattr(value, "data", None) if _kind(value) == "Styler" else value
    if not _can(table, "to_csv") or not _can(table, "head"):
        return None
    rows, *columns = table.shape
    part = table.head(_ROWS)
    if columns and columns[0] > _COLUMNS:
        part = part.iloc[:, :_COLUMNS]
    counted = type(table.index).__name__ == "RangeIndex"
    text = part.to_csv(index=not counted)
    size = f"{rows:,} rows" + (f" x {columns[0]:,} columns" if columns else "")
    shown = [f"the first {_ROWS} rows"] * (rows > _ROWS)
    shown += [f"the first {_COLUMNS} columns"] * bool(columns and columns[0] > _COLUMNS)
    return f"{_kind(table)}, {size}{': ' + ' and '.join(shown) if shown else ''}, as CSV\n{text}", value


def _figure(value: Any) -> tuple[str, Any] | None:
    """A matplotlib figure, or a part of one, which leads to it."""
    figure = figure_of(value)
    if figure is None:
        return None
    close_in_pyplot(figure)
    words = []
    for axes in itertools.islice(getattr(figure, "axes", ()), 9):
        names = (("title", axes.get_title()), ("x", axes.get_xlabel()), ("y", axes.get_ylabel()))
        words.append(", ".join(f"{key}: {text}" for key, text in names if text))
    said = "; ".join(word for word in words if word)
    return f"[figure, shown to the reader{'; ' + said if said else ''}]", figure


def _picture(value: Any) -> tuple[str, Any] | None:
    """Whatever draws itself in a notebook as a picture or a bundle, such as a PIL image or a chart."""
    if not is_picture(value) or dataclasses.is_dataclass(value) or _can(value, "model_dump"):
        return None
    size = getattr(value, "size", None)
    known = f", {size[0]} x {size[1]} pixels" if isinstance(size, tuple) and len(size) == 2 else ""
    said = getattr(value, "alt", None)
    known += f": {said}" if isinstance(said, str) and said else ""
    return f"[{_kind(value)}{known}, shown to the reader]", value


def _drained(items: Any, held: list[Any]) -> str:
    """The items of a generator as a JSON list, as far as they come and up to the bound."""
    taken: list[Any] = []
    note = ""
    try:
        for item in itertools.islice(items, _ITEMS):
            taken.append(item)  # noqa: PERF402 - what came before a failure is kept
        if next(items, items) is not items:
            note = f"\n[only the first {_ITEMS:,} items were taken]"
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # noqa: BLE001 - the generator is the tool's code
        note = f"\n[it stopped there with {type(error).__name__}: {str(error)[:200]}]"
    return _json(taken, held) + note


def _bytes(start: bytes, length: int) -> str:
    kind = next((name for magic, name in _MAGIC.items() if start.startswith(magic)), "no text")
    if kind == "no text" and start and start.isascii() and start.decode("ascii").isprintable():
        kind = f"text that begins {start.decode('ascii')[:40]!r}"
    return f"[{length:,} bytes, {kind}]"


def _repr(value: Any) -> str:
    try:
        return repr(value)
    except RecursionError:
        return f"[a {_kind(value)}, nested too deeply to be written as text]"


def _short_repr(value: Any) -> str:
    return cut(_repr(value), 1_000)


def _kind(value: Any) -> str:
    return type(value).__name__
