"""Cases in fixture files: text in, HTML out."""

from __future__ import annotations

import re
from pathlib import Path

MARKDOWN = Path(__file__).parents[1] / "render" / "markdown" / "fixtures"


def cases(name: str) -> list[tuple[str, str, str]]:
    """Title, input and expected output of each case in a fixture file: three parts, each ended by a lone full stop.

    A character that no editor shows stands in the input as its number in braces: {U+001B}.
    """
    text = (MARKDOWN / f"{name}.md").read_text(encoding="utf-8")
    found = re.findall(r"^([^\n]+)\n\.\n(.*?)\n\.\n(.*?)\n\.\n", text, re.DOTALL | re.MULTILINE)
    return [
        (title, re.sub(r"\{U\+(....)\}", lambda m: chr(int(m[1], 16)), source), html) for title, source, html in found
    ]
