"""The widget behind a live reply: the kernel's end of the wire, and how it is let go."""

from __future__ import annotations

import threading
from typing import Any

import anywidget
import traitlets

from .framelog import FrameLog, Operation
from .library import library, new_id

WAITING = "Waiting for the reply…"
"""What a front end without widgets shows until the reply is there."""

_STUB = """\
let s;const o=m=>s??=(async()=>{const l=await m.widget_manager.get_model("%s");\
l.minimaxNb??=import(URL.createObjectURL(new Blob([l.get("code")],{type:"text/javascript"})));\
return(await l.minimaxNb).open(m,l)})();\
export default{async initialize({model:m}){const v=await o(m);return()=>v.close()},\
async render({model:m,el}){return(await o(m)).show(el)}}"""


class LiveView(anywidget.AnyWidget):
    """One live reply as the front end knows it; the code behind it is the session's library.

    Attributes:
        n: how many frames ``log`` holds.
        log: the frames so far, as one raw deflate stream that has not ended.
    """

    layout = None  # would be a model of its own, opened with each reply
    n = traitlets.Int().tag(sync=True)
    log = traitlets.Bytes().tag(sync=True)

    def __init__(self) -> None:
        self._frames = FrameLog()
        self._lock = threading.Lock()
        self._watched = False
        self._esm = _STUB % library().model_id
        super().__init__(model_id=new_id())
        self.on_msg(self._hear)

    def send_frame(self, operations: list[Operation]) -> int:
        """Sends one frame.

        Args:
            operations: what has changed.

        Returns:
            The bytes of it, without those of the message around it.
        """
        with self._lock:
            number = len(self._frames)
            piece = self._frames.add(operations)
        self.send(number, buffers=[piece])
        return len(piece)

    def send_whole(self) -> int:
        """Sends all frames so far, for a front end that came late.

        Returns:
            The bytes of it, without those of the message around it.
        """
        with self._lock:
            count, log = len(self._frames), self._frames.whole()
        self._send({"method": "update", "state": {"n": count}, "buffer_paths": [["log"]]}, buffers=[log])
        return len(log)

    def get_state(self, key: Any = None, drop_defaults: bool = False) -> dict[str, Any]:
        """The state as of now, so that a page that is loaded midway has all of it; empty values are left out."""
        state = super().get_state(key, drop_defaults)
        with self._lock:
            state["n"], state["log"] = len(self._frames), self._frames.whole()
        return {name: value for name, value in state.items() if value is not None and value != ()}

    def bundle(self) -> dict[str, Any]:
        """The MIME bundle that puts this view on show."""
        spec = {"version_major": 2, "version_minor": 0, "model_id": self.model_id}
        return {"application/vnd.jupyter.widget-view+json": spec, "text/plain": WAITING}

    def _hear(self, _view: LiveView, said: Any, _buffers: Any) -> None:
        """A front end speaks: it lacks frames, or it says how many views it still shows after the last frame.

        The last output of a turn is static and replaces the view, so a page that shows none any more needs no
        widget. A page that was loaded midway is out of reach of that replacement: for it the widget stays.
        """
        if said == "whole":
            self.send_whole()
        elif isinstance(said, dict) and isinstance(said.get("views"), int):
            self._watched = self._watched or said["views"] > 0
            if not self._watched:
                self.close()
