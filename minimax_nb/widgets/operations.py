"""What a frame of a live view holds: a closed set of operations, which ``live.js`` applies in order."""

from __future__ import annotations

from typing import TYPE_CHECKING, Literal, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minimax_nb.render.regions import Region
    from minimax_nb.render.text.markup import Html


class RegionSplice(NamedTuple):
    """Change a block of a region.

    Attributes:
        region: which region.
        block: which of its blocks, from 0; one beyond the last is new.
        cut: how many UTF-16 units the block's HTML loses at its end.
        text: the HTML that it gains there.
    """

    region: Region
    block: int
    cut: int
    text: Html


Phase = Literal["thinking", "answering", "calling", "asking", "working", "resuming", "whole", "done"]
"""What is going on: "whole" is the end of a reply whose view stays, "done" of one that gives way to static output."""

EnterPhase = tuple[Literal["phase"], Phase]
NameTool = tuple[Literal["tool"], str]
"""Which tool, or tools, the phase is about."""
ClearRegions = tuple[Literal["clear"], "Sequence[Region]"]
Announce = tuple[Literal["say"], str]
"""A sentence for screen readers."""

Operation = RegionSplice | EnterPhase | NameTool | ClearRegions | Announce

DONE: EnterPhase = ("phase", "done")
WHOLE: EnterPhase = ("phase", "whole")
