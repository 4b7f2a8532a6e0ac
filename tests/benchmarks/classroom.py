"""What a class costs one machine: kernels that ask one ``minimax-nb serve`` at once, or each its own embedded server.

Run ``python tests/benchmarks/classroom.py``; thirty kernels need 4 GiB and a few minutes.
"""

from __future__ import annotations

import argparse
import asyncio
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

from jupyter_client.manager import AsyncKernelManager
from table import Table

CONNECT = "import minimax_nb as mm\nclient = mm.connect()"
LESSON = """
def get_weather(location: str) -> str:
    '''Get weather of a location, the user should supply a location first.

    Args:
        location: The city and state, e.g. San Francisco, US
    '''
    return "24℃, sunny"

chat = mm.Chat(client, tools=[get_weather])
replies = [chat("How's the weather in San Francisco?"), mm.Chat(client)("Why is the sky blue, and the sunset red?")]
assert all(reply.complete for reply in replies), replies
"""
OWN = "own servers"
SHARED = "one server"


def pss_mib(pid: int) -> float:
    """The memory of a process, shared pages divided among those that share them."""
    lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith("Pss:")) / 1024


def processor_s(pid: int) -> float:
    """The processor time of a process so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Seat:
    """One student's kernel."""

    def __init__(self) -> None:
        self.manager = AsyncKernelManager(kernel_name="python3")
        self.client: Any = None

    async def start(self, environment: dict[str, str]) -> None:
        await self.manager.start_kernel(env=environment)
        self.client = self.manager.client()
        self.client.start_channels()
        await self.client.wait_for_ready(timeout=120)

    @property
    def pid(self) -> int:
        return int(self.manager.provisioner.pid)  # type: ignore[union-attr,attr-defined]

    async def run(self, code: str) -> tuple[float, str]:
        """The seconds that a cell took, and its error."""
        began = time.monotonic()
        reply = await self.client.execute_interactive(code, timeout=300, output_hook=lambda _: None, allow_stdin=False)
        content = reply["content"]
        return time.monotonic() - began, "" if content["status"] == "ok" else f"{content['ename']}: {content['evalue']}"

    async def stop(self) -> None:
        if self.client is not None:
            self.client.stop_channels()
        await self.manager.shutdown_kernel(now=True)


def served() -> tuple[subprocess.Popen[str], dict[str, str]]:
    """A shared server, and what kernels have to know of it."""
    process = subprocess.Popen(
        [sys.executable, "-m", "minimax_nb", "serve"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    )
    assert process.stdout is not None
    told = dict(process.stdout.readline().removeprefix("export ").strip().split("=", 1) for _ in range(2))
    return process, told


async def lesson(kernels: int, how: str) -> list[object]:
    """A class that runs the same cells at once."""
    server, told = served() if how == SHARED else (None, {})
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("OPENAI_", "MINIMAX_"))}
    seats = [Seat() for _ in range(kernels)]
    try:
        for begin in range(0, kernels, 5):  # a class does not sit down all at once, either
            await asyncio.gather(*(seat.start({**environment, **told}) for seat in seats[begin : begin + 5]))
        bare = sum(pss_mib(seat.pid) for seat in seats) / kernels
        connected = await asyncio.gather(*(seat.run(CONNECT) for seat in seats))
        ready = sum(pss_mib(seat.pid) for seat in seats) / kernels
        before = [processor_s(seat.pid) for seat in seats]
        began = time.monotonic()
        done = await asyncio.gather(*(seat.run(LESSON) for seat in seats))
        took = time.monotonic() - began
        used = [processor_s(seat.pid) - was for seat, was in zip(seats, before, strict=True)]
        after = sum(pss_mib(seat.pid) for seat in seats) / kernels
        errors = [error for _, error in [*connected, *done] if error]
        print(*sorted(set(errors)), sep="\n", end="" if not errors else "\n")
        memory, work = (pss_mib(server.pid), processor_s(server.pid)) if server else (None, None)
        quickest = min(seconds for seconds, _ in done)
        return [how, kernels, bare, ready, after, memory, sum(used) / kernels, work, quickest, took, len(errors)]
    finally:
        await asyncio.gather(*(seat.stop() for seat in seats))
        if server:
            server.terminate()
            server.wait()


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--kernels", type=int, nargs="+", default=[1, 30])
    parser.add_argument("--how", choices=[OWN, SHARED], nargs="+", default=[OWN, SHARED])
    options = parser.parse_args()
    heads = [
        "kernels",
        "MiB bare",
        "connected",
        "after",
        "server",
        "CPU s",
        "server CPU",
        "quickest s",
        "slowest s",
        "errors",
    ]
    table = Table([("how", 11), *((head, max(8, len(head))) for head in heads)])
    for kernels in options.kernels:
        for how in options.how:
            table.row(*asyncio.run(lesson(kernels, how)))


if __name__ == "__main__":
    main()
