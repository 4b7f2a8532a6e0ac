"""Types of text that may be shown as it is: HTML and Markdown in which nothing of a model's is trusted any more.

To the type checker plain ``str`` is neither, so a model's text becomes ``Html`` through ``escape``, ``escape_content``,
``escape_prose`` or what renders Markdown, and ``Markdown`` through ``to_markdown`` or the functions of ``quoting``.
``Html(f"…")`` writes tags around pieces; every piece in the braces is ``Html`` itself, a number or a constant.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NewType, TypedDict

if TYPE_CHECKING:
    from collections.abc import Iterable

Html = NewType("Html", str)
"""Text that may stand in a page: tags of ours around escaped text."""

EMPTY = Html("")

Markdown = NewType("Markdown", str)
"""Markdown that any host may render: no HTML in it, no picture, no link but to the web or to mail."""

Bundle = TypedDict("Bundle", {"text/plain": str, "text/markdown": Markdown, "text/html": Html})
"""A MIME bundle of three forms, each of them whole."""


def join_html(pieces: Iterable[Html], between: Literal["", " ", ", ", " · ", "\n"] = "") -> Html:
    """Join pieces of HTML.

    Args:
        pieces: in order.
        between: what stands between two of them.
    """
    return Html(between.join(pieces))


def join_markdown(pieces: Iterable[Markdown], between: Literal["\n\n", "\n", " | ", " · "] = "\n\n") -> Markdown:
    """Join pieces of Markdown.

    Args:
        pieces: in order, such as blocks.
        between: what stands between two of them.
    """
    return Markdown(between.join(pieces))
