"""Which cell begins a slide: the rule by which every lesson becomes slides that are no taller than the screen.

A heading begins a slide. What follows appears on it step by step, as long as there is room; then it goes on one slide
further down. An output that is taller than what is left for it scrolls in a box of its own.
"""

from __future__ import annotations

import re
from typing import Any

from .heights import code_height, outputs_height, text_height

SLIDE = "slide"
FURTHER = "subslide"
STEP = "fragment"
"""Jupyter's names: a slide, one below it, and what appears on it with the next key."""
ROOM = 620
"""How much may stand on a slide, in pixels of its 720."""
LEAST = 200
"""So much of a taller output has to be in sight, in pixels."""
_HEADING = re.compile(r"#{1,2} ")


def set_slide_types(notebook: Any) -> None:
    """Say of every cell how it appears, in its metadata."""
    filled = 0
    for number, cell in enumerate(notebook.cells):
        least, whole = _heights(cell)
        if number == 0 or (cell.cell_type == "markdown" and _HEADING.match(cell.source)):
            kind, filled = SLIDE, whole
        elif filled + least > ROOM:
            kind, filled = FURTHER, whole
        else:
            kind, filled = STEP, filled + whole
        cell.metadata["slideshow"] = {"slide_type": kind}


def _heights(cell: Any) -> tuple[int, int]:
    """Estimate how much room a cell needs at least, and how much it takes where there is enough."""
    if cell.cell_type != "code":
        return (text_height(cell),) * 2
    code, outputs = code_height(cell), outputs_height(cell)
    return code + min(outputs, LEAST), code + outputs
