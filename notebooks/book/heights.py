"""How tall a cell is on a slide, estimated from its lines: whoever saves a lesson has no browser to measure it in."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from typing import Any

TEXT_LINE, CODE_LINE = 32, 22
"""Pixels that a line takes, as ``slides.css`` sets them."""
AROUND = 24
"""Pixels around a box."""
TALLEST_CODE = 460
"""Code that is taller scrolls."""
_TEXT_WIDTH, _CODE_WIDTH = 105, 100
_PICTURE = 290
_BLOCKS = {"p", "li", "tr", "pre", "summary", "h1", "h2", "h3", "h4", "h5", "h6", "math", "figcaption"}
_HEADING = re.compile(r"^#+ ", re.MULTILINE)


def text_height(cell: Any) -> int:
    """Estimate a cell of text."""
    paragraphs: int = cell.source.count("\n\n")
    lines: int = _lines(cell.source.replace("\n\n", "\n"), _TEXT_WIDTH) + len(_HEADING.findall(cell.source))
    return lines * TEXT_LINE + paragraphs * 10


def code_height(cell: Any) -> int:
    """Estimate the code of a cell, without its outputs."""
    return min(_lines(cell.source, _CODE_WIDTH) * CODE_LINE + AROUND, TALLEST_CODE)


def outputs_height(cell: Any) -> int:
    """Estimate all outputs of a cell, as if there were room for them."""
    return sum(map(_output_height, cell.outputs))


def _output_height(output: Any) -> int:
    data = output.get("data", {})
    if "text/html" in data:
        seen = _Seen(data["text/html"])
        return _lines(seen.text, _TEXT_WIDTH) * (TEXT_LINE + 4) + seen.pictures * _PICTURE + AROUND
    if "image/png" in data:
        return _PICTURE
    text = output.get("text") or data.get("text/plain") or "\n".join(output.get("traceback", []))
    return _lines(text, _CODE_WIDTH) * CODE_LINE + AROUND


def _lines(text: str, width: int) -> int:
    """Count the lines of a text, long ones broken."""
    return sum(1 + len(line) // width for line in text.splitlines())


class _Seen(HTMLParser):
    """What is seen of HTML: its text, line by line, without what is folded; and how many pictures."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.text = ""
        self.pictures = 0
        self._folded: list[bool] = []
        self._in_summary = False
        self.feed(html)
        self.close()
        self.text = "\n".join(line for line in self.text.split("\n") if line.strip())

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note where something is folded, and pictures that are not."""
        if tag == "details":
            self._folded.append("open" not in dict(attrs))
        self._in_summary = self._in_summary or tag == "summary"
        self.pictures += tag in ("img", "svg") and self._is_seen()
        self.text += "\n" if tag in _BLOCKS or tag == "br" else ""

    def handle_endtag(self, tag: str) -> None:
        """Note where it ends."""
        if tag == "details" and self._folded:
            self._folded.pop()
        self._in_summary = self._in_summary and tag != "summary"
        self.text += "\n" if tag in _BLOCKS else ""

    def handle_data(self, data: str) -> None:
        """Take what is in sight."""
        if self._is_seen():
            self.text += data

    def _is_seen(self) -> bool:
        around = self._folded[:-1] if self._in_summary else self._folded
        return not any(around)
