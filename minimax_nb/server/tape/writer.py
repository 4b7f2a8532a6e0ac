"""Writes a tape while it is being recorded: whole every time, so that a recording that is cut off leaves a good one."""

from __future__ import annotations

import contextlib
import os
import queue
import secrets
import threading
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from .redact import Redactor
from .write_text import request_of, tape_text, turn_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .recorded import Recorded

_REST = 20
"""After each writing the writer rests for so many times as long as it took: a long tape is not written all the time."""
_LONGEST_WRITING_S = 60.0


@dataclass(frozen=True, slots=True)
class Kept:
    """One turn on its way to the tape.

    Attributes:
        number: its place in the tape: the order in which the requests came.
        request: the parsed body.
        reply: what came.
        secrets: what must not be written.
    """

    number: int
    request: Mapping[str, Any]
    reply: Recorded
    secrets: frozenset[str]


class TapeWriter:
    """One tape in the making, written by a thread of its own.

    Args:
        folder: where the tape goes; made where it is missing.
        host: the host that answers, for the provenance.

    Attributes:
        path: the tape's file, which is there as soon as there is a turn.
        kept: how many turns it holds or is about to.
    """

    def __init__(self, folder: Path, host: str) -> None:
        now = datetime.now(UTC)
        name = f"recorded-{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}"
        self.path = folder / f"{name}.json"
        self.kept = 0
        self._beside = folder / f".{name}.part"
        self._provenance = {"kind": "recorded", "host": host, "date": f"{now:%Y-%m-%d}", "time": f"{now:%H:%M:%S.%f}Z"}
        self._turns: dict[int, tuple[str, str]] = {}
        self._coming: queue.SimpleQueue[Kept | None] = queue.SimpleQueue()
        self._closing = threading.Event()
        self._unheld: str | None = None
        self._unwritten: str | None = None
        self._thread: threading.Thread | None = None

    def open(self) -> None:
        """Make sure that a tape can be written there, and begin.

        Raises:
            OSError: it cannot.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        self._beside.write_bytes(b"")
        self._beside.unlink()
        self._thread = threading.Thread(target=self._run, name="minimax_nb tape writer", daemon=True)
        self._thread.start()

    def keep(self, turn: Kept) -> None:
        """Add a turn; it is written soon."""
        self.kept += 1
        self._coming.put(turn)

    def close(self) -> None:
        """Write what is left.

        Raises:
            OSError: not everything could be written; the last tape that could be is whole.
        """
        thread, self._thread = self._thread, None
        if thread is None:
            return
        self._closing.set()
        self._coming.put(None)
        thread.join(_LONGEST_WRITING_S)
        if problem := self._unwritten or self._unheld:
            raise OSError(f"expected to write all to the tape {self.path}, which cannot be done: {problem}")

    def _run(self) -> None:
        more = True
        while more:
            turn = self._coming.get()
            while turn is not None:
                self._lay_out(turn)
                try:
                    turn = self._coming.get_nowait()
                except queue.Empty:
                    break
            more = turn is not None
            began = time.monotonic()
            self._write()
            self._closing.wait(_REST * (time.monotonic() - began))

    def _lay_out(self, turn: Kept) -> None:
        redactor = Redactor(turn.secrets)
        try:
            request = redactor.value(request_of(turn.request))
            text = turn_text(request, replace(turn.reply, events=redactor.events(turn.reply.events)))
        except (ValueError, TypeError, RecursionError) as error:
            self._unheld = f"a reply has a shape that no tape can hold ({type(error).__name__})"
        else:
            self._turns[turn.number] = (str(request["model"]), text)

    def _write(self) -> None:
        """Put a new file in the old one's place, in one step."""
        if not self._turns:
            return
        turns = [self._turns[number] for number in sorted(self._turns)]
        models = list(dict.fromkeys(model for model, _ in turns))
        provenance = {**self._provenance, "model": models[0] if len(models) == 1 else models}
        text = tape_text(provenance, [text for _, text in turns])
        try:
            with self._beside.open("wb") as file:
                # A lone half of a surrogate pair is written as the escape it came as.
                file.write(text.encode("utf-8", "backslashreplace"))
                file.flush()
                os.fsync(file.fileno())
            self._beside.replace(self.path)
        except OSError as error:
            self._unwritten = str(error.strerror or error)
            with contextlib.suppress(OSError):
                self._beside.unlink(missing_ok=True)
        else:
            self._unwritten = None
