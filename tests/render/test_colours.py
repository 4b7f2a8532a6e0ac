"""Colours against light and dark pages; how they come out in a page is tested in ``tests/browser``."""

from __future__ import annotations

import pytest

from minimax_nb.render.colours import PALETTE


def luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it, of ``#rgb``."""
    red, green, blue = (int(digit * 2, 16) / 255 for digit in colour[1:])
    linear = [c / 12.92 if c <= 0.03928 else ((c + 0.055) / 1.055) ** 2.4 for c in (red, green, blue)]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(one: str, other: str) -> float:
    """Contrast as WCAG 2 defines it."""
    low, high = sorted((luminance(one), luminance(other)))
    return (high + 0.05) / (low + 0.05)


@pytest.mark.parametrize("colour", PALETTE)
def test_every_colour_reads_on_white_and_on_black(colour: str) -> None:
    assert contrast(colour, "#fff") >= 4.5
    assert contrast(colour, "#000") >= 4.5
    assert contrast(colour, "#111") >= 4, "all that is left where a sanitiser drops styles"
