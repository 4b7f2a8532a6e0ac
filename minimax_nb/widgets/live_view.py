"""The widget behind a live reply: the kernel's end of the wire, and how it is let go."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import anywidget

from .frame_widget import FrameWidget
from .operations import Operation
from .shared_code import preset_dictionary, shared_code

if TYPE_CHECKING:
    from collections.abc import Sequence

WAITING = (
    "This reply is streaming in the window that runs this cell,\n"
    "if that shows Jupyter widgets. It appears here when it is finished."
)
"""What a front end without widgets shows until the reply is there, and a second window that shares the notebook."""

_STUB = """\
let v;export default{async initialize({model:m}){let l=await m.widget_manager.get_model('%s');\
l.minimaxNb??=import(URL.createObjectURL(new Blob([l.get('code')],{type:'text/javascript'})));\
v=(await l.minimaxNb).open(m,l);return v.close},render:({el})=>v.show(el)}"""
"""Travels with each reply, so it is short; anywidget runs it once a model, and renders when that is done."""


class LiveView(FrameWidget[Operation], anywidget.AnyWidget):
    """One live reply as the front end knows it; all of a session share their code."""

    layout = None  # would be a model of its own, opened with each reply

    def __init__(self) -> None:
        self._watched = False
        self._esm = _STUB % shared_code().model_id
        super().__init__(preset_dictionary())

    def bundle(self) -> dict[str, Any]:
        """Write the MIME bundle that puts this view on show."""
        spec = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        return {"application/vnd.jupyter.widget-view+json": spec, "text/plain": WAITING}

    def hear(self, said: Any, _buffers: Sequence[Any]) -> None:
        """Close once no front end, which says how many views it still shows after the last frame, shows any.

        The last output of a turn is static and replaces the view, so a page that shows none any more needs no
        widget. A page that was loaded midway is out of reach of that replacement: for it the widget stays.
        """
        if isinstance(said, dict) and isinstance(said.get("views"), int):
            self._watched = self._watched or said["views"] > 0
            if not self._watched:
                self.close()
