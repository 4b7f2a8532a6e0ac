"""Values that a notebook draws: figures, pictures, IPython's display objects. Known by what they can do."""

from __future__ import annotations

import json
import re
import sys
from contextlib import suppress
from typing import Any

_PICTURES = ("png", "jpeg", "svg", "mimebundle")
_SOURCES = ("markdown", "latex", "json", "html")
"""Forms that say in text what is shown, the shortest for a model first."""
_OTHERS = ("javascript", "pdf")
_BARE = re.compile(r"<[\w.]+ object(?: at 0x[0-9A-Fa-f]+)?>")
"""What a ``repr`` is that says nothing but the class."""
_DATA = "base64,"


def is_picture(value: Any) -> bool:
    """Whether a value draws itself as a picture, or as a bundle of forms that may hold one."""
    return any(can(value, f"_repr_{form}_") for form in _PICTURES)


def is_displayable(value: Any) -> bool:
    """Whether a notebook shows more of a value than its ``repr``."""
    forms = (*_PICTURES, *_SOURCES, *_OTHERS)
    return can(value, "_ipython_display_") or any(can(value, f"_repr_{form}_") for form in forms)


def displayed_source(value: Any) -> str:
    """Write what a value shows as text: its ``repr`` if that says something, else its Markdown, LaTeX, JSON or HTML.

    Args:
        value: what ``is_displayable``.

    Returns:
        "" where there is none but data, as of a film.
    """
    words = repr(value)
    if not _BARE.fullmatch(words):
        return words
    for form in _SOURCES:
        if not can(value, f"_repr_{form}_"):
            continue
        found = getattr(value, f"_repr_{form}_")()
        if isinstance(found, tuple) and len(found) == 2:  # with metadata
            found = found[0]
        text = json.dumps(found, ensure_ascii=False) if form == "json" else found
        if isinstance(text, str) and text and _DATA not in text:
            return text
    return ""


def figure_of(value: Any) -> Any:
    """The matplotlib figure that a value is, or is a part of; None for any other value."""
    figure = value if can(value, "savefig") else None
    if figure is None or module(value) != "matplotlib":  # the axes, a line, a grid of plots
        around = getattr(value, "figure", None) if figure is not None or module(value) == "matplotlib" else None
        figure = around if can(around, "savefig") else figure
    return figure


def close_in_pyplot(figure: Any) -> None:
    """Close a figure in pyplot if that manages it; it can be shown as before. Imports nothing."""
    pyplot = sys.modules.get("matplotlib.pyplot")
    if pyplot is None:
        return
    with suppress(Exception):  # a figure of somebody else's, or a window that is gone already
        pyplot.close(figure)


def module(value: Any) -> str:
    """The name of the package that a value's class is from."""
    return str(getattr(type(value), "__module__", "")).partition(".")[0]


def can(value: Any, method: str) -> bool:
    """Whether the value's class has a method: asked of the class, since an instance may answer anything."""
    return callable(getattr(type(value), method, None)) and not isinstance(value, type)
