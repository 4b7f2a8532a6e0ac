"""Tables that tools returned, as HTML that can stand inside of our own."""

from __future__ import annotations

from typing import Any

_TABLE = {"max_rows": 30, "max_cols": 12, "border": 0}
_LONGEST_TABLE = 60_000


def table_html(value: Any) -> str:
    """A table that a tool returned as HTML for the inside of our own output, or "".

    Only what a sanitiser leaves whole will do: a table with a style sheet or a script is shown by itself.
    """
    write = getattr(value, "to_html", None)
    if not callable(write) or isinstance(value, type):
        return ""
    try:
        html = str(write(**_TABLE))
    except Exception:  # noqa: BLE001 - some other object with a method of that name
        return ""
    fits = len(html) <= _LONGEST_TABLE and not any(tag in html.lower() for tag in ("<script", "<style", "<iframe"))
    return f'<div style="overflow-x:auto">{html}</div>' if fits else ""
