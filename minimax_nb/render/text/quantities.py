"""Seconds, counts and shares in words."""

from __future__ import annotations


def seconds(value: float) -> str:
    """Write a duration, as exact as a reader wants it."""
    if value < 0.05:
        return "<0.05 s"
    if value < 10:
        return f"{value:.2f} s" if value < 1 else f"{value:.1f} s"
    minutes, rest = divmod(round(value), 60)
    return f"{minutes} min {rest} s" if minutes else f"{rest} s"


def count(number: int, noun: str) -> str:
    """Write a number of things: "1 step", "2,000 steps"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def percent(share: float) -> str:
    """Write a share of a whole."""
    return "<1 %" if 0 < share < 0.005 else f"{share:.0%}".replace("%", " %")


def dollars(amount: float) -> str:
    """Write a price in US dollars, neither rounded to nothing nor longer than needed."""
    if amount == 0:
        return "$0"
    return "<$0.0001" if amount < 0.0001 else f"${amount:.4f}" if amount < 1 else f"${amount:,.2f}"
