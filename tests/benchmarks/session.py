"""A real kernel, driven the way a notebook drives it, and everything that it says on the wire, counted."""

from __future__ import annotations

import ast
import json
import os
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Self

import zmq
from jupyter_client.manager import KernelManager

OUTPUTS = {
    "stream",
    "display_data",
    "update_display_data",
    "clear_output",
    "comm_open",
    "comm_msg",
    "comm_close",
    "execute_result",
    "error",
}


class CellError(RuntimeError):
    """The cell raised; the message names what."""


@dataclass(frozen=True)
class Message:
    """One output message: its type, when it came, the bytes of its content (with buffers) and of all its parts."""

    kind: str
    at: float
    content: int
    whole: int


@dataclass
class Outcome:
    """What one cell did.

    Attributes:
        messages: its output messages, in order.
        value: what ``result`` was in the kernel when the cell ended.
        idle_at: when the kernel said that it is idle, on the clock of ``time.monotonic``.
    """

    messages: list[Message] = field(default_factory=list)
    value: Any = None
    idle_at: float = 0.0


class Kernel:
    """An ipykernel in a process of its own; the iopub frames are counted as they come off the wire."""

    def __enter__(self) -> Self:
        self._home = tempfile.TemporaryDirectory()
        here = str(Path(__file__).parent)
        environment = {**os.environ, "IPYTHONDIR": self._home.name, "PYTHONPATH": here}
        environment["MINIMAX_NB_DISPLAY"] = "live"  # the ids of jupyter_client's requests are no page's
        self._manager = KernelManager(kernel_name="python3")
        self._manager.start_kernel(env=environment, cwd=here, extra_arguments=["--log-level=ERROR"])
        self._client = self._manager.client()
        self._client.start_channels()
        self._client.wait_for_ready(timeout=60)
        connection = self._manager.get_connection_info()
        self._iopub = zmq.Context.instance().socket(zmq.SUB)
        self._iopub.setsockopt(zmq.RCVHWM, 0)  # take everything: a full queue would drop messages
        self._iopub.setsockopt(zmq.SUBSCRIBE, b"")
        self._iopub.setsockopt(zmq.LINGER, 0)
        self._iopub.connect(f"{connection['transport']}://{connection['ip']}:{connection['iopub_port']}")
        self._client.iopub_channel.stop()
        return self

    def __exit__(self, *_: object) -> None:
        self._iopub.close()
        self._client.stop_channels()
        self._manager.shutdown_kernel(now=True)
        self._manager.cleanup_resources()
        self._home.cleanup()

    def run(self, code: str, *, timeout: float, linger: float = 0.0) -> Outcome:
        """Execute a cell as a front end with a person before it would.

        Args:
            code: the cell; what it leaves in ``result`` comes back.
            timeout: seconds until the kernel is given up.
            linger: seconds to go on listening after the kernel is idle.

        Raises:
            CellError: the cell raised.
            TimeoutError: it took longer than ``timeout``.
        """
        request = self._client.execute(code, user_expressions={"result": "result"}, allow_stdin=True)
        outcome, deadline = Outcome(), time.monotonic() + timeout
        while not outcome.idle_at or time.monotonic() < outcome.idle_at + linger:
            self._take(request, outcome, 50)
            if time.monotonic() > deadline:
                raise TimeoutError(f"the cell did not end within {timeout:.0f} s")
        reply = self._reply(request)
        if reply["status"] != "ok":
            raise CellError(f"{reply['ename']}: {reply['evalue']}")
        expression = reply["user_expressions"]["result"]
        outcome.value = ast.literal_eval(expression["data"]["text/plain"]) if expression["status"] == "ok" else None
        return outcome

    def _reply(self, request: str) -> dict[str, Any]:
        """The answer to the request; answers to the handshake may still lie before it."""
        while True:
            message = self._client.get_shell_msg(timeout=10)
            if message["parent_header"].get("msg_id") == request:
                return dict(message["content"])

    def _take(self, request: str, outcome: Outcome, wait_ms: int) -> None:
        """Count what has come; the frames themselves are let go of."""
        if not self._iopub.poll(wait_ms):
            return
        frames = self._iopub.recv_multipart()
        at = time.monotonic()
        # Topic, delimiter, signature, header, parent, metadata, content, buffers …
        parts = frames[frames.index(b"<IDS|MSG>") + 2 :]
        if json.loads(parts[1]).get("msg_id") != request:
            return
        kind = json.loads(parts[0])["msg_type"]
        if kind in OUTPUTS:
            outcome.messages.append(Message(kind, at, sum(map(len, parts[3:])), sum(map(len, parts))))
        elif kind == "status" and json.loads(parts[3])["execution_state"] == "idle":
            outcome.idle_at = at
