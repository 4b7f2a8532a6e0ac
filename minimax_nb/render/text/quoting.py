"""Untrusted text as Markdown code and quotes, which nothing inside can close."""

from __future__ import annotations

import re

from .markup import Markdown
from .text import one_line, visible


def code_span(text: str) -> Markdown:
    """Quote text as an inline code span, on one line, whatever it holds; fit for a table cell too."""
    text = one_line(text) or "…"
    ticks = "`" * (longest_run(text) + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return Markdown(f"{ticks}{pad}{text}{pad}{ticks}")


def fenced(text: str, language: str = "") -> Markdown:
    """Quote text as a code block."""
    fence = "`" * max(3, longest_run(text) + 1)
    return Markdown(f"{fence}{language}\n{visible(text)}\n{fence}")


def quoted(markdown: Markdown) -> Markdown:
    """Write harmless Markdown as a block quote, every line of it."""
    return Markdown("\n".join(f"> {line}" if line else ">" for line in markdown.split("\n")))


def words(text: str) -> Markdown:
    """Quote text as words within a line: none of its signs means anything in Markdown, not even in a table cell."""
    text = one_line(text).replace("&", "&amp;").replace("<", "&lt;")
    return Markdown(re.sub(r"[\\`*_\[\]|~$]", r"\\\g<0>", text))


def longest_run(text: str) -> int:
    """Measure the longest run of backticks in a text."""
    return max(map(len, re.findall("`+", text)), default=0)
