"""What a page makes of a live view's operations, as ``live.js`` does."""

from __future__ import annotations

from typing import TYPE_CHECKING, assert_never

from minimax_nb.widgets.operations import RegionSplice

if TYPE_CHECKING:
    from collections.abc import Iterable

    from minimax_nb.render.regions import Region
    from minimax_nb.widgets.operations import Operation, Phase


class Page:
    """What a page knows after some operations; strings are cut in UTF-16 units, as JavaScript does."""

    def __init__(self) -> None:
        self.regions: dict[Region, dict[int, str]] = {}
        self.phases: list[Phase] = []
        self.tools: list[str] = []
        self.said: list[str] = []

    def apply(self, operations: Iterable[Operation]) -> None:
        for operation in operations:
            if isinstance(operation, RegionSplice):
                self._splice(operation)
                continue
            match operation[0]:
                case "phase":
                    self.phases.append(operation[1])
                case "tool":
                    self.tools.append(operation[1])
                case "clear":
                    for region in operation[1]:
                        self.regions[region] = {}
                case "say":
                    self.said.append(operation[1])
                case _:
                    assert_never(operation[0])

    def html(self, region: Region) -> str:
        return "".join(text for _, text in sorted(self.regions.get(region, {}).items()))

    def _splice(self, splice: RegionSplice) -> None:
        blocks = self.regions.setdefault(splice.region, {})
        assert 0 <= splice.block <= len(blocks)
        units = blocks.get(splice.block, "").encode("utf-16-le", "surrogatepass")
        assert 0 <= 2 * splice.cut <= len(units)
        kept = units[: len(units) - 2 * splice.cut].decode("utf-16-le", "surrogatepass")
        blocks[splice.block] = kept + splice.text


def apply(html: str, change: tuple[int, str] | None) -> str:
    """What JavaScript does: ``html.slice(0, keep) + text``, in UTF-16 units."""
    if change is None:
        return html
    keep, text = change
    units = html.encode("utf-16-le")
    assert 2 * keep <= len(units)
    return units[: 2 * keep].decode("utf-16-le") + text
