"""Markdown -> safe HTML, the whole text at once."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minimax_nb.render.text.markup import join_html
from minimax_nb.render.text.text import visible

from .deferred import LONG, deferred
from .parse import parse
from .tags import render

if TYPE_CHECKING:
    from minimax_nb.render.text.markup import Html

    from .maths import Formulas


def to_html(text: str, *, formulas: Formulas, cut: bool = False) -> Html:
    r"""Render what a model wrote; nothing in it can run, load, style or close anything.

    Args:
        text: Markdown. Raw HTML in it shows as text.
        formulas: ``"mathml"`` for a page of ours; ``"tex"`` for saved HTML, where sanitisers drop ``<math>``: TeX
            between ``\(…\)`` or ``\[…\]``, left for the host's typesetter. In saved HTML a long text's listings and
            tables are laid out when they come into sight.
        cut: whether the text breaks off at its end: a list mark that its item has yet to follow is left out.

    Returns:
        HTML whose meaning needs no style sheet.
    """
    return join_html(to_blocks(text, formulas=formulas, cut=cut))


def to_blocks(text: str, *, formulas: Formulas, cut: bool = False) -> list[Html]:
    """Render the same, block by block.

    Args:
        text: Markdown.
        formulas: as for ``to_html``.
        cut: as for ``to_html``.

    Returns:
        The HTML of each top-level block.
    """
    text = prepare(text)
    blocks = [(block.kind, render(block, formulas).html()) for block in parse(text, cut=cut).blocks]
    late = formulas == "tex" and len(text) > LONG
    return [deferred(html, kind) if late else html for kind, html in blocks]


def prepare(text: str) -> str:
    """Make text what the parser wants: control characters visible, line feeds only."""
    return visible(text).replace("\r\n", "\n")
