"""Tape writer, for a tape that is being recorded: each reply is on disk before its reader has all of it."""

from __future__ import annotations

import contextlib
import secrets
import threading
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from .journal import Journal, JournalContents, recover
from .redact import Redactor
from .write_text import request_of, turn_text

if TYPE_CHECKING:
    from collections.abc import Mapping
    from pathlib import Path

    from .recorded import RecordedReply


@dataclass(frozen=True, slots=True)
class RecordedTurn:
    """Turn on its way to the tape.

    Attributes:
        number: its place in the tape: the order in which the requests came.
        request: the parsed body.
        reply: what came.
        secrets: what must not be written.
    """

    number: int
    request: Mapping[str, Any]
    reply: RecordedReply
    secrets: frozenset[str]


class TapeWriter:
    """Writer of one tape: turns are appended to a journal, and folded into the tape in the end.

    They are also folded each time their number has doubled, so that a tape can be looked at while it grows, at a cost
    that stays linear in its length.

    Args:
        folder: where the tape goes; made where it is missing.
        host: the host that answers, for the provenance.

    Attributes:
        path: the tape's file, which is there as soon as there is a turn.
        kept: how many turns have come, those included that could not be written.
    """

    def __init__(self, folder: Path, host: str) -> None:
        now = datetime.now(UTC)
        self.path = folder / f"recorded-{now:%Y%m%d-%H%M%S}-{secrets.token_hex(2)}.json"
        self._contents = JournalContents(
            {"kind": "recorded", "host": host, "date": f"{now:%Y-%m-%d}", "time": f"{now:%H:%M:%S.%f}Z"}
        )
        self._numbers: set[int] = set()
        self._next_fold = 1
        self._journal: Journal | None = None
        self._open = False
        self._lock = threading.Lock()
        self._problem: str | None = None

    @property
    def kept(self) -> int:
        """The number of turns that have come."""
        return len(self._numbers)

    def open(self) -> None:
        """Check that a tape can be written there, and fold what recorders that were killed there have left.

        Raises:
            OSError: it cannot.
        """
        self.path.parent.mkdir(parents=True, exist_ok=True)
        probe = self.path.with_name(f".{self.path.stem}.new")
        probe.write_bytes(b"")
        probe.unlink()
        recover(self.path.parent)
        self._open = True

    def keep(self, turn: RecordedTurn) -> None:
        """Write a turn to disk; one that came before with the same number is replaced. What fails is told by ``close``.

        Args:
            turn: the turn, whole as far as it has come.
        """
        with self._lock:
            self._numbers.add(turn.number)
            try:
                model, text = _redacted_text(turn)
            except (ValueError, TypeError, RecursionError) as error:
                self._problem = f"a reply has a shape that no tape can hold ({type(error).__name__})"
                return
            self._contents.turns[turn.number] = (model, text)
            if not self._open:
                self._problem = "a reply came after the recorder was closed"
                return
            with contextlib.suppress(OSError):  # it is still to be folded, and if that fails, ``close`` says so
                self._journal = self._journal or Journal(self.path, self._contents.provenance)
                self._journal.append(turn.number, model, text)
            if len(self._contents.turns) >= self._next_fold:
                self._next_fold = 2 * len(self._contents.turns)
                with contextlib.suppress(OSError):
                    self._contents.fold(self.path, lasting=False)

    def close(self) -> None:
        """Fold everything into the tape, and take the journal away.

        Raises:
            OSError: not everything could be written; the last tape that could be is whole, and the journal stays.
        """
        with self._lock:
            if not self._open:
                return
            self._open = False
            if self._contents.turns:
                self._end()
            if self._problem:
                raise OSError(f"expected to write all to the tape {self.path}, which cannot be done: {self._problem}")

    def _end(self) -> None:
        try:
            self._contents.fold(self.path, lasting=True)
        except OSError as error:
            self._problem = str(error.strerror or error)
            if self._journal:
                self._journal.close()
        else:
            if self._journal:
                self._journal.remove()


def _redacted_text(turn: RecordedTurn) -> tuple[str, str]:
    """Return the model and the turn as it stands on a tape, with everything secret taken out."""
    redactor = Redactor(turn.secrets)
    request = redactor.value(request_of(turn.request))
    text = turn_text(request, replace(turn.reply, events=redactor.events(turn.reply.events)))
    return str(request["model"]), text
