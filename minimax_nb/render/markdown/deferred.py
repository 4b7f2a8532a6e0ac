"""Blocks that a browser lays out only when they come into sight, so that a long answer does not stop the page.

Only listings and tables: they scroll sideways, and so are boxes of their own already; nothing moves when they are laid
out late. The style is an offer: sanitisers drop it, and older browsers do not know it.
"""

from __future__ import annotations

from minimax_nb.render.text.markup import Html

LONG = 10_000
"""Characters of a text that make it worth while."""

_LINE_EM = {"fence": 1.45, "code_block": 1.45, "table_open": 2.4}
"""How high a line of such a block is, about; until it is laid out, the scroll bar goes by that."""


def deferred(html: Html, kind: str) -> Html:
    """Have a block laid out late if it is a listing or a table.

    Args:
        html: the block, with its style in its first tag.
        kind: the type of the block's first token.
    """
    if kind not in _LINE_EM:
        return html
    lines = html.count("<tr" if kind == "table_open" else "\n")
    height = lines * _LINE_EM[kind]
    style = Html(f'style="content-visibility:auto;contain-intrinsic-height:auto {height:.0f}em;')
    return Html(html.replace('style="', style, 1))
