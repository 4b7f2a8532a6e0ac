"""The widgets behind a chat panel: the box, and the reply that is being written in it."""

from __future__ import annotations

from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

import anywidget
import traitlets

from minimax_nb.widgets.frame_widget import FrameWidget
from minimax_nb.widgets.operations import Operation
from minimax_nb.widgets.shared_code import preset_dictionary, shared_code

from .panel_operations import PanelOperation
from .saved import marks_of

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

NO_BOX = "The box to type in is gone with its kernel. The conversation:"
"""What a file says in the place of a box's own output."""

_MODULES = ("elements.js", "attachments.js", "conversation.js", "lifeline.js", "saved_outputs.js", "box.js")


class PanelView(FrameWidget[PanelOperation], anywidget.AnyWidget):
    """A chat panel as the front end knows it.

    It is on show without an output of its own: its code looks for HTML with the class names of ``marks``, which is
    the transcript, and takes its place as long as the kernel lives. So nothing of it is saved. Where the code runs for
    widgets on show alone, the box stands in an output of its own, and hides the transcript.

    Attributes:
        css: its style sheet.
        marks: what the class names of the transcript begin with, see ``marks_of``.
        me: its own model's name.
        own_output: whether the box stands in an output of its own.
        modules: the files of the box's code, name and text, each after those that it imports.
        shared_code: the model that holds the code of live replies.
    """

    layout = None
    css = traitlets.Unicode().tag(sync=True)
    marks = traitlets.Dict().tag(sync=True)
    me = traitlets.Unicode().tag(sync=True)
    modules: traitlets.List[tuple[str, str]] = traitlets.List().tag(sync=True)
    own_output = traitlets.Bool().tag(sync=True)
    shared_code = traitlets.Unicode().tag(sync=True)

    def __init__(
        self, mark: str, hear: Callable[[dict[str, Any], list[bytes]], None], *, own_output: bool = False
    ) -> None:
        self._hears = hear
        self._esm, self.css = _static("panel.js"), _static("panel.css")
        self.modules = [(name, _static(name)) for name in _MODULES]
        self.shared_code, self.marks = shared_code().model_id, marks_of(mark)
        self.own_output = own_output
        super().__init__()
        self.me = self.model_id

    def bundle(self) -> dict[str, Any]:
        """Write the MIME bundle of the box's own output."""
        spec = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        return {"application/vnd.jupyter.widget-view+json": spec, "text/plain": NO_BOX}

    def hear(self, said: Any, buffers: Sequence[Any]) -> None:
        """Hand on what the reader wants, and the files that came with it."""
        if isinstance(said, dict):
            self._hears(said, [bytes(each) for each in buffers])


class PanelReply(FrameWidget[Operation]):
    """The turn that is on in a panel; the panel's code shows it."""

    def __init__(self) -> None:
        super().__init__(preset_dictionary())

    def hear(self, said: Any, _buffers: Sequence[Any]) -> None:
        """Close once a page says that it has all frames: no page needs the model any more."""
        if isinstance(said, dict) and "views" in said:
            self.close()


@cache
def _static(name: str) -> str:
    return (files(__package__) / "static" / name).read_text(encoding="utf-8")
