"""A reader before a chat panel, and a tool that holds on."""

from __future__ import annotations

import json
import threading
import time
import zlib
from typing import TYPE_CHECKING, Any

from minimax_nb import Chat, check_history
from minimax_nb.chat.panel import Panel

from .scripted import call, message

if TYPE_CHECKING:
    from collections.abc import Callable


PATIENCE_S = 20
TAIL = b"\x00\x00\xff\xff"


class Reader:
    """Sits before a panel: says what a page would say, and sees what it would see."""

    def __init__(self, chat: Chat) -> None:
        self.chat = chat
        self.panel = Panel(chat)
        self.asked = 0

    def do(self, what: str, *files: bytes, **more: Any) -> None:
        self.panel._hear({"do": what, **more}, files)

    def ask(self, text: str, *, again: bool = False) -> None:
        self.asked += 1
        self.do("ask", id=str(self.asked), text=text, again=again)

    def sees(self) -> dict[str, Any]:
        """The state that a page has once it has read all frames."""
        log = self.panel._view.get_state()["log"]
        state: dict[str, Any] = {"turns": [], "got": []}
        for line in zlib.decompressobj(wbits=-zlib.MAX_WBITS).decompress(log + TAIL).decode().splitlines():
            for name, value, *more in json.loads(line):
                if name == "turns":
                    state["turns"][value:] = more[0]
                elif name == "got":
                    state["got"].append(value)
                else:
                    state[name] = value
        return state

    @property
    def questions(self) -> list[str]:
        return [turn["question"] for turn in self.sees()["turns"]]

    @property
    def roles(self) -> str:
        assert not check_history(self.chat.messages) or not self.chat.messages
        return "".join(entry["role"][0] for entry in self.chat.messages)

    def wait(self, until: Callable[[Reader], Any] = lambda reader: reader.idle) -> None:
        deadline = time.monotonic() + PATIENCE_S
        while not until(self):
            assert time.monotonic() < deadline, self.sees()["now"]
            time.sleep(0.005)

    @property
    def idle(self) -> bool:
        with self.panel._lock:  # a question that is being taken from the queue is for a moment in neither place
            return self.panel._turn is None and not self.panel._queue and self.sees()["now"]["phase"] == "idle"


class Doorstop:
    """A tool that holds on until it is let go."""

    def __init__(self) -> None:
        self.entered, self.free = threading.Event(), threading.Event()

    def hold(self) -> str:
        """Hold on."""
        self.entered.set()
        assert self.free.wait(PATIENCE_S)
        return "let go"


HOLD = message("", call("hold"))
