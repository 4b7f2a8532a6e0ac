"""Journal: the append file beside a tape that is being recorded, a line a reply, on disk before its last byte goes out.

A recorder that is killed leaves it behind. Whoever reads the folder then reads it in the tape's place, and the next
recorder there folds it into a tape.
"""

from __future__ import annotations

import contextlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from minimax_nb.runtime.atomic_write import write_atomic

from .write_text import tape_text

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping
    from io import BufferedRandom
    from pathlib import Path

try:
    import fcntl
except ImportError:  # Windows does not let go of a file that somebody has open, which serves as well
    fcntl = None  # type: ignore[assignment]

_SUFFIX = ".part"


@dataclass(slots=True)
class JournalContents:
    """Contents of a journal.

    Attributes:
        provenance: where the tape comes from.
        turns: by the number of their request: the model and the turn as it is laid out. A later line for the same
            request takes the place of the earlier one.
    """

    provenance: Mapping[str, Any]
    turns: dict[int, tuple[str, str]] = field(default_factory=dict)

    def text(self) -> str:
        """Write the whole tape, in the order of its requests."""
        turns = [self.turns[number] for number in sorted(self.turns)]
        models = list(dict.fromkeys(model for model, _ in turns))
        provenance = {**self.provenance, "model": models[0] if len(models) == 1 else models}
        return tape_text(provenance, [text for _, text in turns])

    def fold(self, tape: Path, *, lasting: bool) -> None:
        """Write the tape: a new file in the old one's place, in one step.

        Args:
            tape: the tape's path.
            lasting: wait until the disk itself has it.
        """
        # A lone half of a surrogate pair is written as the escape it came as.
        write_atomic(tape, self.text().encode("utf-8", "backslashreplace"), lasting=lasting)


class Journal:
    """Journal of one tape, open for writing; nobody else folds it as long as it is.

    Args:
        tape: the tape's path.
        provenance: where the tape comes from.
    """

    def __init__(self, tape: Path, provenance: Mapping[str, Any]) -> None:
        self._path = journal_of(tape)
        self._file = self._path.open("x+b", buffering=0)
        self._end = 0
        _lock(self._file)
        try:
            self._append({"provenance": dict(provenance)})
        except OSError:
            self.remove()
            raise

    def append(self, number: int, model: str, turn: str) -> None:
        """Add a turn, and return when the system has it: from then on it outlives this process.

        It is not waited for the disk itself: a killed process loses nothing by that, and waiting would hold up every
        reply for the sake of a power cut.

        Raises:
            OSError: it cannot be written; what was there before is whole.
        """
        self._append({"number": number, "model": model, "turn": turn})

    def _append(self, entry: dict[str, Any]) -> None:
        line = json.dumps(entry).encode() + b"\n"  # in ASCII, so that half a surrogate pair comes back as it was
        self._file.seek(self._end)
        try:
            written = 0
            while written < len(line):
                written += self._file.write(line[written:]) or 0
        except OSError:
            with contextlib.suppress(OSError):
                self._file.truncate(self._end)
            raise
        self._end += len(line)

    def remove(self) -> None:
        """Close and delete it: the tape holds everything."""
        self._file.close()
        self._path.unlink(missing_ok=True)

    def close(self) -> None:
        """Close and keep it: the tape could not be written."""
        self._file.close()


def journal_of(tape: Path) -> Path:
    """Return the path of a tape's journal."""
    return tape.with_name(f".{tape.stem}{_SUFFIX}")


def journals(folder: Path) -> dict[Path, Path]:
    """Find the journals in a folder, by the paths of their tapes."""
    found = sorted(folder.glob(f".*{_SUFFIX}"))
    return {path.with_name(f"{path.name[1:].removesuffix(_SUFFIX)}.json"): path for path in found}


def read(path: Path) -> JournalContents | None:
    """Read a journal; None for an empty one. A last line that was cut off is left out: nobody was answered then.

    Raises:
        OSError: it cannot be read.
    """
    return _contents(path.read_bytes())


def recover(folder: Path) -> None:
    """Fold what recorders that were killed have left in a folder; journals of running ones are left alone.

    Raises:
        OSError: a tape cannot be written; its journal stays.
    """
    for tape, path in journals(folder).items():
        with contextlib.suppress(FileNotFoundError):
            if _recovered(tape, path):
                with contextlib.suppress(PermissionError):  # Windows: its recorder runs
                    path.unlink()


def _recovered(tape: Path, path: Path) -> bool:
    """Fold one journal; False where its recorder runs, or is about to begin."""
    with path.open("r+b", buffering=0) as file:
        contents = _contents(file.read()) if _lock(file) else None
        if contents and contents.turns:
            contents.fold(tape, lasting=True)
        return contents is not None


def _contents(data: bytes) -> JournalContents | None:
    entries = _entries(data)
    first = next(entries, None)
    if first is None or not isinstance(first.get("provenance"), dict):
        return None
    contents = JournalContents(first["provenance"])
    for entry in entries:
        match entry:
            case {"number": int(number), "model": str(model), "turn": str(turn)}:
                contents.turns[number] = (model, turn)
    return contents


def _entries(data: bytes) -> Iterator[dict[str, Any]]:
    for line in data.split(b"\n")[:-1]:
        with contextlib.suppress(ValueError, RecursionError):
            entry = json.loads(line)
            if isinstance(entry, dict):
                yield entry


def _lock(file: BufferedRandom | Any) -> bool:
    """Lock an open journal for this process; the lock ends with the process, however that ends."""
    if fcntl is None:
        return True
    try:
        fcntl.flock(file.fileno(), fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
