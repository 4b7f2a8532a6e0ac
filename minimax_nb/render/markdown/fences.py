"""Fenced code that is still open: given out as it comes, without parsing it again."""

from __future__ import annotations

import re

_OPENING = re.compile(r"( {0,3})(`{3,}|~{3,})")


class OpenFence:
    """A fence whose closing line has not come yet."""

    def __init__(self, opening: str) -> None:
        """Begin after the opening line."""
        match = _OPENING.match(opening)
        indent, mark = (match[1], match[2]) if match else ("", "```")
        self._indent = re.compile(f" {{0,{len(indent)}}}")
        self._closing = re.compile(f" {{0,3}}{mark}{mark[0]}*[ \t]*")
        self._may_close = re.compile(f" {{0,3}}{mark[0]}*[ \t]*")
        self._line = ""  # the begun line, while it may still become the closing one
        self._given = False  # a part of the begun line is out

    def feed(self, text: str) -> tuple[str, bool]:
        """Take more source.

        Args:
            text: the next piece, cut anywhere.

        Returns:
            The code to add, and whether the closing line has come.
        """
        out: list[str] = []
        *lines, begun = text.split("\n")
        for end in lines:
            line = self._line + end
            if not self._given and self._closing.fullmatch(line):
                return "".join(out), True
            out += (line if self._given else self._indent.sub("", line, count=1), "\n")
            self._line, self._given = "", False
        if self._given:
            out.append(begun)
        else:
            self._line += begun
            if not self._may_close.fullmatch(self._line):
                out.append(self._indent.sub("", self._line, count=1))
                self._line, self._given = "", True
        return "".join(out), False


def closing_line(lines: list[str]) -> str:
    """Give the line that the lines of a fenced block lack; nothing when their last one closes it."""
    match = _OPENING.match(lines[0])
    if match is None:
        return ""
    mark = match[2]
    closed = len(lines) > 1 and re.fullmatch(f" {{0,3}}{mark}{mark[0]}*[ \t]*", lines[-1])
    return "" if closed else mark
