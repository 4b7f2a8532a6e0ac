"""Colours that read on a light page and on a dark one, whichever a host has: saved HTML is not told which.

A colour of the palette has a contrast of 4.5 with white and with black. No colour has that with white and with the
nearly black of dark themes. So coloured words lean towards the colour of the words around them, and listings, whose
colours cannot, lie on white or black. Where a sanitiser or an old browser drops that, the palette alone is left.
"""

from __future__ import annotations

from .text.markup import Html

BLUE, PURPLE, GREEN = Html("#46f"), Html("#b2e"), Html("#183")
ORANGE, CYAN, RED, GREY = Html("#a60"), Html("#07c"), Html("#d33"), Html("#776")
PALETTE = (BLUE, PURPLE, GREEN, ORANGE, CYAN, RED, GREY)

MUTED = Html("color:color-mix(in srgb,currentColor 80%,transparent)")
"""A style that steps back: unlike opacity it leaves listings and links inside as they are."""
GROUND = Html("background:lch(from currentColor calc(100*(55 - l)) 0 0/1)")
"""A style that lays dark words on white and light ones on black."""

DRAWN = Html("forced-color-adjust:none")
"""A style for bars, which are nothing but colour: they stay where readers force their own colours on a page."""


def coloured(colour: Html) -> Html:
    """Write the style of words in a colour of the palette.

    Args:
        colour: one of ``PALETTE``.
    """
    return Html(f"color:{colour};color:color-mix(in srgb,{colour} 70%,currentColor)")
