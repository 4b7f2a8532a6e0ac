"""Plain tables, printed row by row so that a long run shows where it is."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import Sequence


class Table:
    """A table whose first column is text and whose others are right-aligned.

    Args:
        columns: name and width of each column.
    """

    def __init__(self, columns: Sequence[tuple[str, int]]) -> None:
        self._widths = [width for _, width in columns]
        self._print([name for name, _ in columns])
        print("  ".join("-" * width for width in self._widths), flush=True)

    def row(self, *cells: object) -> None:
        """Print a row; numbers get as many digits as mean something, None is a dash."""
        self._print([_text(cell) for cell in cells])

    def note(self, name: str, words: str) -> None:
        """Print a row that holds words in place of numbers."""
        print(f"{name.ljust(self._widths[0])}  {words}", flush=True)

    def _print(self, cells: Sequence[str]) -> None:
        first, *others = cells
        padded = [first.ljust(self._widths[0])]
        padded += [cell.rjust(width) for cell, width in zip(others, self._widths[1:], strict=True)]
        print("  ".join(padded).rstrip(), flush=True)


def _text(cell: object) -> str:
    if cell is None:
        return "–"
    if isinstance(cell, float):
        return f"{cell:,.0f}" if abs(cell) >= 100 else f"{cell:.1f}" if abs(cell) >= 10 else f"{cell:.2f}"
    return f"{cell:,}" if isinstance(cell, int) else str(cell)
