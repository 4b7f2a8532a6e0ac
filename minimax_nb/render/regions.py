"""The regions of a live view and how a page finds them: the one table, which the page's code is sent too."""

from __future__ import annotations

from enum import IntEnum

THOUGHTS_CLASS = "mm-thoughts"
"""The class of every folded thinking, live or saved, so that a page can hide them all."""


class Region(IntEnum):
    """A region of a live view; frames name it by its number."""

    THOUGHTS = 0
    ANSWER = 1
    CALLS = 2
    LABEL = 3
    NOTE = 4
    FOOTER = 5
    PAST = 6

    @property
    def class_name(self) -> str:
        """The class of the element that is the region, or holds it."""
        return THOUGHTS_CLASS if self in _WITHIN else f"mm-{self.name.lower()}"

    @property
    def selector(self) -> str:
        """The CSS selector of the region."""
        return f".{self.class_name}{_WITHIN.get(self, '')}"


_WITHIN = {Region.THOUGHTS: " > div", Region.LABEL: " > summary"}
"""Regions that are a part of the folded thinking."""

SELECTORS = {region.name.lower(): region.selector for region in Region}
"""What the page's code is sent: the selector of each region by name, in the order of their numbers."""
