"""A widget that front ends follow by frames: whoever comes late, or lost one, is sent all of them."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING, Any, Generic, TypeVar

import ipywidgets
import traitlets

from .framelog import FrameLog
from .shared_code import new_id

if TYPE_CHECKING:
    from collections.abc import Sequence

_Operation = TypeVar("_Operation", bound="tuple[object, ...]")

_MESSAGE_BYTES = len('{"data":{"method":"custom","content":123},"comm_id":"12345678"}')
"""What a frame's message weighs without the frame."""


class FrameWidget(ipywidgets.Widget, Generic[_Operation]):
    """A model whose state is the log of its frames; ``live.js`` has the other end of the wire.

    Args:
        dictionary: the preset dictionary that its front end unpacks before the first frame.

    Attributes:
        n: how many frames ``log`` holds.
        log: the frames so far, as one raw deflate stream that has not ended.
    """

    n = traitlets.Int().tag(sync=True)
    log = traitlets.Bytes().tag(sync=True)

    def __init__(self, dictionary: bytes = b"") -> None:
        self._frames = FrameLog(dictionary)
        self._lock = threading.Lock()
        super().__init__(model_id=new_id())
        self.on_msg(self._receive)

    def send_frame(self, operations: Sequence[_Operation]) -> int:
        """Send one frame.

        Args:
            operations: what has changed.

        Returns:
            The bytes of it, with those of the message around it.
        """
        with self._lock:
            number = len(self._frames)
            piece = self._frames.add(operations)
        self.send(number, buffers=[piece])
        return _MESSAGE_BYTES + len(piece)

    def send_whole(self) -> None:
        """Send all frames so far, for a front end that came late."""
        with self._lock:
            count, log = len(self._frames), self._frames.whole()
        self._send({"method": "update", "state": {"n": count}, "buffer_paths": [["log"]]}, buffers=[log])

    def get_state(self, key: Any = None, drop_defaults: bool = False) -> dict[str, Any]:
        """Give the state as of now, so that a page that is loaded midway has all of it, but nothing empty or unused."""
        state = super().get_state(key, drop_defaults)
        with self._lock:
            state["n"], state["log"] = len(self._frames), self._frames.whole()
        state.pop("_anywidget_id", None)  # names a style sheet of anywidget's, which no view has
        return {name: value for name, value in state.items() if value}

    def hear(self, said: Any, buffers: Sequence[Any]) -> None:
        """Handle what a front end says; what it is, and what came with it, nobody has checked."""

    def _receive(self, _widget: ipywidgets.Widget, said: Any, buffers: Any) -> None:
        """Send a front end the frames that it lacks, or handle what it says."""
        if said == "whole":
            self.send_whole()
        else:
            self.hear(said, buffers or ())
