"""A kernel in a process of its own, asked as a page asks, or as other front ends do."""

from __future__ import annotations

import time
import uuid
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jupyter_client.manager import start_new_kernel

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

PATIENCE_S = 60
SETUP = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
import minimax_nb as mm
from fake_stream import *
"""


class Kernel:
    """A kernel, and what its cells put out."""

    def __init__(self) -> None:
        self.manager, self.client = start_new_kernel(kernel_name="python3")

    def run(
        self,
        code: str,
        *,
        watched: bool = True,
        relayed: bool = False,
        until: Callable[[dict[str, Any]], bool] | None = None,
    ) -> list[Any]:
        """Runs a cell and gives its messages.

        Args:
            code: the cell.
            watched: whether the front end takes input.
            relayed: whether jupyter_client names the request; a page names it with a plain UUID.
            until: interrupts the kernel once it finds a message that fits.
        """
        request = self._request(code, watched, relayed)
        messages: list[dict[str, Any]] = []
        deadline = time.monotonic() + PATIENCE_S
        while time.monotonic() < deadline:
            message = self.client.get_iopub_msg(timeout=PATIENCE_S)
            kind, content = message["msg_type"], message["content"]
            if kind == "status" and message["parent_header"].get("msg_id") == request:
                if content["execution_state"] == "idle":
                    return messages
            elif kind not in {"status", "execute_input"}:
                messages.append(message)
                if until is not None and until(message):
                    self.manager.interrupt_kernel()
                    until = None
        raise AssertionError(f"the cell did not end: {code}")

    def _request(self, code: str, watched: bool, relayed: bool) -> str:
        content = {"code": code, "silent": False, "store_history": True, "user_expressions": {}, "stop_on_error": True}
        message = self.client.session.msg("execute_request", content | {"allow_stdin": watched})
        if not relayed:
            message["header"]["msg_id"] = message["msg_id"] = str(uuid.uuid4())
        self.client.shell_channel.send(message)
        return str(message["msg_id"])


@contextmanager
def running_kernel() -> Iterator[Kernel]:
    """A kernel with the library, and what the tests make streams of."""
    kernel = Kernel()
    try:
        assert kernel.run(SETUP) == []
        yield kernel
    finally:
        kernel.client.stop_channels()
        kernel.manager.shutdown_kernel(now=True)


def kinds(messages: list[dict[str, Any]]) -> list[str]:
    """The kind of each message."""
    return [message["msg_type"] for message in messages]
