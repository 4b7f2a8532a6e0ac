"""What a tool returned, as compact text for the model and as the thing itself for the reader.

The kinds of object that deserve more than their ``repr`` are known by what they can do, so that neither pandas nor
matplotlib is imported. Nothing here raises: a result that cannot be shown is named.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import decimal
import enum
import itertools
import json
import os
import types
import uuid
from collections.abc import Callable, Mapping
from typing import Any, NamedTuple

from minimax_nb.message.blank import is_blank
from minimax_nb.message.surrogates import sendable

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
        shown: for the reader: the table, figure or picture itself, or None where the text says it all.
    """

    text: str
    shown: Any


def render_result(value: Any, *, limit: int = RESULT_LIMIT) -> RenderedResult:
    """The text of a tool's result for the model, and the thing to show to the reader.

    Text goes as it is, None and text without anything visible as "(no output)"; numbers, lists, dicts, dataclasses and
    pydantic models as JSON; a table as CSV of its first rows with its shape; a figure or picture as a line that says
    that the reader sees it; a generator as the list of its first 1,000 items; bytes as their length and kind; anything
    else as its ``repr``.

    Args:
        value: what the tool returned.
        limit: characters that the model may get; the middle of a longer text is cut out, and the text says how much.

    Returns:
        The pair of text and thing. Nothing that the value does makes this raise, short of an interrupt.
    """
    try:
        text, shown = _render(value)
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
    if isinstance(value, types.GeneratorType | map | filter | zip | range):
        return _drained(iter(value)), None
    for recognise in (_table, _figure, _picture):
        found = recognise(value)
        if found is not None:
            return found
    return _written(value), value if _can(value, "_repr_html_") else None


def _written(value: Any) -> str:
    """Any other value: as JSON where JSON has a form for it, else its own words without quotes around them."""
    if value is not None and not isinstance(value, dict | list | tuple | int | float):
        value = _plain(value)
        if isinstance(value, str):
            return value
    return _json(value)


def _json(value: Any) -> str:
    try:
        return json.dumps(value, ensure_ascii=False, default=_plain)
    except (TypeError, ValueError, RecursionError):
        return _repr(value)


def _plain(value: Any) -> Any:
    """A stand-in that JSON can hold for a value it cannot."""
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
    if _module(value) == "numpy" and _can(value, "item") and getattr(value, "size", 2) == 1:
        return value.item()
    table = _table(value)
    return table[0] if table else _short_repr(value)


def _table(value: Any) -> tuple[str, Any] | None:
    """A pandas DataFrame or Series, as CSV of its first rows."""
    if _module(value) != "pandas" or not _can(value, "to_csv") or not _can(value, "head"):
        return None
    rows, *columns = value.shape
    part = value.head(_ROWS)
    if columns and columns[0] > _COLUMNS:
        part = part.iloc[:, :_COLUMNS]
    counted = type(value.index).__name__ == "RangeIndex"
    text = part.to_csv(index=not counted)
    size = f"{rows:,} rows" + (f" x {columns[0]:,} columns" if columns else "")
    shown = [f"the first {_ROWS} rows"] * (rows > _ROWS)
    shown += [f"the first {_COLUMNS} columns"] * bool(columns and columns[0] > _COLUMNS)
    return f"{_kind(value)}, {size}{': ' + ' and '.join(shown) if shown else ''}, as CSV\n{text}", value


def _figure(value: Any) -> tuple[str, Any] | None:
    """A matplotlib figure, or axes, which lead to theirs."""
    figure = (
        value if _can(value, "savefig") else getattr(value, "figure", None) if _module(value) == "matplotlib" else None
    )
    if figure is None or not _can(figure, "savefig"):
        return None
    words = []
    for axes in itertools.islice(getattr(figure, "axes", ()), 9):
        names = (("title", axes.get_title()), ("x", axes.get_xlabel()), ("y", axes.get_ylabel()))
        words.append(", ".join(f"{key}: {text}" for key, text in names if text))
    said = "; ".join(word for word in words if word)
    return f"[figure, shown to the reader{'; ' + said if said else ''}]", figure


def _picture(value: Any) -> tuple[str, Any] | None:
    """Whatever draws itself in a notebook as a picture or a bundle, such as a PIL image or a chart."""
    if not any(_can(value, f"_repr_{form}_") for form in ("png", "jpeg", "svg", "mimebundle")):
        return None
    size = getattr(value, "size", None)
    known = f", {size[0]} x {size[1]} pixels" if isinstance(size, tuple) and len(size) == 2 else ""
    return f"[{_kind(value)}{known}, shown to the reader]", value


def _drained(items: Any) -> str:
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
    return _json(taken) + note


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


def _module(value: Any) -> str:
    return str(getattr(type(value), "__module__", "")).partition(".")[0]


def _can(value: Any, method: str) -> bool:
    """Whether the value's class has a method: asked of the class, since an instance may answer anything."""
    found: Callable[..., Any] | None = getattr(type(value), method, None)
    return callable(found) and not isinstance(value, type)
