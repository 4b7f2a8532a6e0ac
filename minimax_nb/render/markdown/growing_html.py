"""What a front end holds of one block, and the smallest change that brings it up to date."""

from __future__ import annotations

from minimax_nb.render.text.markup import EMPTY, Html, join_html
from minimax_nb.render.text.text import utf16_length


class GrowingHtml:
    """The HTML of a block that can still change: a part that is final, and a rest that is compared each time.

    Only the rest is ever looked at, so a long list or a long block of code costs what is new in it.
    """

    def __init__(self, html: Html = EMPTY) -> None:
        self._fixed: list[Html] = []
        self._units = 0
        self._rest = html

    def html(self) -> Html:
        """Give all of it."""
        return join_html((*self._fixed, self._rest))

    def replace(self, rest: Html, fixed: int = 0) -> tuple[int, Html] | None:
        """Replace what comes after the final part.

        Args:
            rest: the new HTML after the final part.
            fixed: how many of its characters are final from now on.

        Returns:
            How many UTF-16 units of the whole stay, and what follows them; None when nothing changed.
        """
        old = self._rest
        same = _common(old, rest)
        change = None if same == len(old) == len(rest) else (self._units + utf16_length(rest[:same]), Html(rest[same:]))
        self._fix(Html(rest[:fixed]))
        self._rest = Html(rest[fixed:])
        return change

    def append(self, html: Html, foot: Html) -> tuple[int, Html]:
        """Add to the final part; the foot comes after it.

        Args:
            html: what is new.
            foot: the tags that end the block.

        Returns:
            As ``replace``.
        """
        keep = self._units
        self._fix(html)
        self._rest = foot
        return keep, Html(html + foot)

    def reopen(self) -> None:
        """Take back that anything is final: the next ``replace`` gives the whole block."""
        self._rest, self._fixed, self._units = self.html(), [], 0

    def _fix(self, html: Html) -> None:
        if html:
            self._fixed.append(html)
            self._units += utf16_length(html)


def _common(a: str, b: str) -> int:
    """Measure the common beginning."""
    low, high = 0, min(len(a), len(b))
    if a[:high] == b[:high]:
        return high
    while high - low > 1:
        middle = (low + high) // 2
        if a[low:middle] == b[low:middle]:
            low = middle
        else:
            high = middle
    return low
