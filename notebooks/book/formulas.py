r"""Formulas in saved outputs, typeset without a script: TeX between ``\(…\)`` and ``\[…\]`` becomes MathML.

A saved reply leaves its TeX to the page that shows it, since Jupyter has a typesetter. A book has none, and needs none:
browsers draw MathML by themselves.
"""

from __future__ import annotations

import re
from html import unescape
from typing import Any

from minimax_nb.render.markdown.maths import formula

_INLINE = re.compile(r"<span>\\\(([^<]*)\\\)</span>")
_DISPLAYED = re.compile(r'<span style="display:block[^"]*">\\\[([^<]*)\\\]</span>')
"""A formula as ``formula(…, formulas="tex")`` writes it: an element of its own, and nothing else in it."""


def typeset(html: str) -> str:
    """Write the formulas of a saved output as MathML; those that cannot be converted as code."""
    html = _DISPLAYED.sub(lambda found: formula(unescape(found[1]), display=True, formulas="mathml"), html)
    return _INLINE.sub(lambda found: formula(unescape(found[1]), display=False, formulas="mathml"), html)


def typeset_outputs(notebook: Any) -> None:
    """Typeset the formulas in every HTML output of a notebook, in place."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "text/html" in output.get("data", {}):
                output.data["text/html"] = typeset(output.data["text/html"])
