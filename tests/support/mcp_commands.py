"""The commands that start the MCP servers of the tests, and whether one still runs."""

from __future__ import annotations

import os
import sys
import time

CLOCKS = [sys.executable, "-m", "tests.support.mcp_server"]


def wrong(kind: str) -> list[str]:
    """The command of a server that does something wrong."""
    return [sys.executable, "-m", "tests.support.mcp_raw_server", kind]


def runs(pid: int) -> bool:
    """Whether a process is there; one that is ending is waited for."""
    for _ in range(100):
        try:
            os.kill(pid, 0)
        except ProcessLookupError:
            return False
        time.sleep(0.05)
    return True
