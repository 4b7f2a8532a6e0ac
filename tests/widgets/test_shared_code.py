"""The dictionary that both ends of the wire know."""

from __future__ import annotations

from minimax_nb.message.events import TextDelta
from minimax_nb.widgets.framelog import FrameLog
from minimax_nb.widgets.painter import Painter
from minimax_nb.widgets.shared_code import preset_dictionary


def test_the_preset_dictionary_makes_short_replies_cheaper() -> None:
    painter = Painter()
    painter.take(
        TextDelta("# So\n\n- a **b**\n- c\n\n| x | y |\n|---|---|\n| 1 | 2 |\n\n```python\ndef f():\n    pass\n```\n")
    )
    frame = painter.frame()
    assert len(FrameLog(preset_dictionary()).add(frame)) < 0.5 * len(FrameLog().add(frame))


def test_the_preset_dictionary_is_whole_lines_within_reach() -> None:
    assert preset_dictionary().endswith(b"\n")
    assert len(preset_dictionary()) < 32_768
