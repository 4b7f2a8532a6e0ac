"""Words of a request inside the text of a rehearsal: repeated as they are, and never taken for Markdown or thinking."""

from __future__ import annotations

import re

_SPACE = re.compile(r"\s+")
_MARKUP = re.compile(r"[\\`*_\[\]$|~&‹›]")
_BACKTICKS = re.compile(r"`+")
# Readers of the native form look for tags, wherever they stand.
_BRACKETS = str.maketrans("<>", "‹›")


def one_line(text: str, limit: int = 80) -> str:
    """A text on one line, cut to a limit, without the brackets that tags are made of."""
    line = _SPACE.sub(" ", text[: 4 * limit]).strip().translate(_BRACKETS)
    return line if len(line) <= limit else line[:limit].rstrip() + "…"


def plain(line: str) -> str:
    """A line as it is to be read: as code where Markdown would see more in it than its letters."""
    return code(line) if _MARKUP.search(line) else line


def stressed(line: str) -> str:
    """The same, set off from the sentence around it."""
    return code(line) if _MARKUP.search(line) or not line else f"*{line}*"


def code(line: str) -> str:
    """A line as inline code, whatever backticks are in it."""
    if not line:
        return ""
    fence = "`" * (max((len(run) for run in _BACKTICKS.findall(line)), default=0) + 1)
    room = " " if line.startswith("`") or line.endswith("`") else ""
    return f"{fence}{room}{line}{room}{fence}"
