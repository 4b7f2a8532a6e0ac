"""Quoting of a request in a rehearsal: words repeated as they are, never taken for Markdown or thinking."""

from __future__ import annotations

import re

_SPACE = re.compile(r"\s+")
_MARKUP = re.compile(r"[\\`*_\[\]$|~&‹›]")
_BACKTICKS = re.compile(r"`+")
# Readers of the native form look for tags, wherever they stand.
_BRACKETS = str.maketrans("<>", "‹›")


def one_line(text: str, limit: int = 80) -> str:
    """Put a text on one line, cut to a limit, without the brackets that tags are made of."""
    line = _SPACE.sub(" ", text[: 4 * limit]).strip().translate(_BRACKETS)
    return line if len(line) <= limit else line[:limit].rstrip() + "…"


def literal(line: str) -> str:
    """Quote a line so that Markdown shows its letters: as code where it would see more in it."""
    return code(line) if _MARKUP.search(line) else line


def stressed(line: str) -> str:
    """Quote a line likewise, set off from the sentence around it."""
    return code(line) if _MARKUP.search(line) or not line else f"*{line}*"


def code(line: str) -> str:
    """Quote a line as inline code, whatever backticks are in it."""
    if not line:
        return ""
    fence = "`" * (max((len(run) for run in _BACKTICKS.findall(line)), default=0) + 1)
    room = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{room}{line}{room}{fence}"
