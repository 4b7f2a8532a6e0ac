"""Text -> HTML that shows exactly that text."""

from __future__ import annotations

import re

from .markup import Html
from .text import visible

_TAGS = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_TAGS_AND_QUOTES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;", '"': "&quot;", "'": "&#39;"})
_TRIGGER = re.compile(r"[$\\]")


def escape(text: str) -> Html:
    """Escape text for HTML, as content of an element or of a quoted attribute.

    Args:
        text: any text; control and bidi characters come out visible.

    Returns:
        HTML in which nothing is a tag, an entity or the end of an attribute.
    """
    return Html(visible(text).translate(_TAGS_AND_QUOTES))


def escape_content(text: str) -> Html:
    """Escape text for the content of an element only: quotes stay, which keeps code short.

    Args:
        text: any text; control and bidi characters come out visible.

    Returns:
        HTML that must not stand in an attribute.
    """
    return Html(visible(text).translate(_TAGS))


def escape_prose(text: str) -> Html:
    r"""Escape text for a place where the page's typesetter looks for formulas.

    MathJax pairs ``$``, ``\(``, ``\[``, ``\begin{…}`` and ``\ref{…}`` within one text node, and skips ``<code>`` and
    ``<pre>``. So outside those every dollar sign and backslash stands in an element of its own.

    Args:
        text: any text; control and bidi characters come out visible.

    Returns:
        HTML, content of an element only.
    """
    return Html(_TRIGGER.sub(r"<span>\g<0></span>", visible(text).translate(_TAGS)))
