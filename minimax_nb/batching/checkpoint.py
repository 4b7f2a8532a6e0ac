"""Checkpoint of a batch: a file of JSON lines, a header first, then a line for each finished row.

A line is one ``write`` at the end of the file, so a killed process loses none that was written; a line that was torn is
passed over. What a line holds: ``docs/checkpoint-format.md``.
"""

from __future__ import annotations

import errno
import gc
import json
import os
import sys
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic_core import from_json

from minimax_nb.errors import ConfigurationError
from minimax_nb.message.sdk_objects import as_dict

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

FORMAT = "batch"
VERSION = 1
_MARK = b'{"minimax_nb":"batch"'
_LOCK_AT = 1 << 62  # beyond the end: on Windows a locked part cannot be read
_NOT_OFFERED = {errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOLCK, errno.ENOSYS, errno.EINVAL}
_SHOWN = {
    "model": "the model",
    "endpoint": "where requests go",
    "prompt": "the prompt",
    "system": "the system message",
    "tools": "the tools",
    "response": "the form of the answer (response=)",
    "parameters": "the parameters of the request",
}


class CheckpointInUseError(ConfigurationError):
    """Somebody else writes to a checkpoint."""


class Checkpoint:
    """File that finished rows are written to, open for one writer.

    Args:
        path: the file; it is made if it is not there.
        header: what the rows have in common.
        shared: the messages that every row begins with, kept once.

    Attributes:
        path: the file.
        lines: the finished rows that were there, by key; a later line of the same key counts.
        earlier: the lines that later ones have replaced.

    Raises:
        ConfigurationError: the file is of another kind or of another batch, or somebody else writes to it; it is left
            as it was.
        OSError: it cannot be read or written; the message says what to do.
    """

    def __init__(self, path: str | os.PathLike[str], header: Mapping[str, Any], shared: list[Any]) -> None:
        self.path = Path(path).expanduser()
        self.lines: dict[str, dict[str, Any]] = {}
        self.earlier: list[dict[str, Any]] = []
        if not self.path.parent.is_dir():
            raise FileNotFoundError(
                f"expected the folder {str(self.path.parent)!r} for the checkpoint, found none: make it first"
            )
        try:
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_APPEND | getattr(os, "O_BINARY", 0), 0o600)
        except OSError as error:
            raise type(error)(
                error.errno, f"expected to write the checkpoint {str(self.path)!r}: {error.strerror}"
            ) from error
        try:
            _lock(self._file, self.path)
            self._torn = self._take_in(header)
            if self._size() == 0:
                self._write(_dumped({"minimax_nb": FORMAT, "version": VERSION, **header, "shared": shared}))
        except BaseException:
            os.close(self._file)
            self._file = -1
            raise

    def add(self, line: Mapping[str, Any]) -> None:
        """Write a finished row.

        Args:
            line: what is to be kept of it; JSON values.

        Raises:
            OSError: it could not be written, as on a full disk; the file is as it was before.
        """
        self._write(_dumped(line))

    def sync(self) -> None:
        """Ask for what was written to be on the disk, and not only with the system; slow, so not for each line.

        Raises:
            OSError: the disk could not keep it.
        """
        if self._file >= 0:
            try:
                getattr(os, "fdatasync", os.fsync)(self._file)
            except OSError as error:
                if error.errno not in _NOT_OFFERED:
                    raise

    def close(self) -> None:
        """Close the file and give up the lock."""
        if self._file >= 0:
            os.close(self._file)
            self._file = -1

    def _size(self) -> int:
        return os.fstat(self._file).st_size

    def _take_in(self, header: Mapping[str, Any]) -> bool:
        """Read the lines that are there; whether the last one is torn."""
        with os.fdopen(os.dup(self._file), "rb") as file:
            file.seek(0)
            first = file.readline()
            if not first.endswith(b"\n"):
                if not _is_torn_header(first):
                    raise _other_kind(self.path)
                os.ftruncate(self._file, 0)  # its header is torn, so no row was written yet
                return False
            _compare(_header(first, self.path), header, self.path)
            last = first
            with collector_paused():
                for raw in file:
                    last = raw
                    if (line := _line(raw)) is not None:
                        if (before := self.lines.get(line["key"])) is not None:
                            self.earlier.append(before)
                        self.lines[line["key"]] = line
        return not last.endswith(b"\n")

    def _write(self, text: str) -> None:
        data = text.encode() + b"\n"
        if self._torn:
            data = b"\n" + data
        written = 0
        try:
            while written < len(data):  # once, but on a full disk or for a line of gigabytes
                written += os.write(self._file, data[written:] if written else data)
        except OSError as error:
            if written:  # what stands there is torn: nobody else writes, so the end of the file is ours
                with suppress(OSError):
                    os.ftruncate(self._file, self._size() - written)
                    written = 0
            self._torn = self._torn or bool(written)
            raise type(error)(
                error.errno,
                f"expected to write a row to the checkpoint {str(self.path)!r}: {error.strerror}. What was written "
                "before is whole; make room and run the same again, it goes on from there",
            ) from error
        self._torn = False


def read_lines(path: str | os.PathLike[str]) -> tuple[dict[str, Any], Iterator[dict[str, Any]]]:
    """The header and the lines of a checkpoint, as they stand in the file; somebody may be writing to it.

    Raises:
        ConfigurationError: it is no checkpoint.
        OSError: it cannot be read.
    """
    path = Path(path).expanduser()
    with path.open("rb") as file:
        first = file.readline()
    if _is_torn_header(first):  # it is just being made, or whoever made it was killed
        return {}, iter(())
    header = _header(first, path)

    def lines() -> Iterator[dict[str, Any]]:
        with path.open("rb") as file:
            file.readline()
            yield from filter(None, map(_line, file))

    return header, lines()


@contextmanager
def collector_paused() -> Iterator[None]:
    """Keep the cyclic garbage collector away while many dicts are made, which it would look through again and again."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def checkpoint_files(path: str | os.PathLike[str]) -> list[Path]:
    """The file of a checkpoint, or those in its folder, in the order of partitions.

    Raises:
        ConfigurationError: there is none in the folder.
    """
    path = Path(path).expanduser()
    if not path.is_dir():
        return [path]
    found = sorted(path.glob("part-*.jsonl"))
    if not found:
        raise ConfigurationError(
            f"expected checkpoints of a Dask DataFrame, part-….jsonl, in the folder {str(path)!r}, found none"
        )
    return found


def plain(value: Any) -> Any:
    """What JSON does not know: an object of the SDK as its fields, anything else in words."""
    fields = as_dict(value)
    return str(value) if fields is None else fields


_DUMP = json.JSONEncoder(ensure_ascii=False, separators=(",", ":"), check_circular=False, default=plain).encode


def _dumped(line: Mapping[str, Any]) -> str:
    text = _DUMP(line)
    try:
        text.encode()
    except UnicodeEncodeError:  # half a character, as of an emoji at the token limit: kept, in digits
        return json.dumps(line, separators=(",", ":"), default=plain)
    return text


def _line(raw: bytes) -> dict[str, Any] | None:
    """A line; None where it is torn or no row."""
    try:
        value = from_json(raw, cache_strings="keys")
    except ValueError:
        if b"\\ud" not in raw:
            return None
        try:
            value = json.loads(raw)  # the one that takes half a character
        except (ValueError, RecursionError):
            return None
    return value if isinstance(value, dict) and isinstance(value.get("key"), str) else None


def _is_torn_header(first: bytes) -> bool:
    """Whether a first line is the beginning of a header, or nothing at all."""
    return not first.endswith(b"\n") and (_MARK.startswith(first) or first.startswith(_MARK))


def _header(first: bytes, path: Path) -> dict[str, Any]:
    try:
        value = from_json(first)
    except ValueError:
        value = None
    if not isinstance(value, dict) or value.get("minimax_nb") != FORMAT:
        raise _other_kind(path)
    if value.get("version") != VERSION:
        raise ConfigurationError(
            f"expected a checkpoint of version {VERSION}, {str(path)!r} is of version {value.get('version')!r}: use "
            "the release of minimax-nb that wrote it, or another file"
        )
    return value


def _other_kind(path: Path) -> ConfigurationError:
    return ConfigurationError(
        f"expected a checkpoint of mm.batch, {str(path)!r} holds something else; it was left as it is: choose another "
        "file name"
    )


def _compare(found: Mapping[str, Any], header: Mapping[str, Any], path: Path) -> None:
    differing = [name for name in header if found.get(name) != header[name]]
    if not differing:
        return
    told = [
        f"{_SHOWN[name]} ({found.get(name)!r} there, {header[name]!r} here)"
        if name in ("model", "endpoint")
        else _SHOWN[name]
        for name in differing
    ]
    raise ConfigurationError(
        f"expected the checkpoint {str(path)!r} to be of this batch, but {' and '.join(told)} "
        f"{'differs' if len(told) == 1 else 'differ'} from what its rows were asked with; it was left as it is. Ask "
        "with the same, or choose another file name"
    )


def _lock(file: int, path: Path) -> None:
    try:
        if sys.platform == "win32":
            import msvcrt

            os.lseek(file, _LOCK_AT, os.SEEK_SET)
            msvcrt.locking(file, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as error:
        if error.errno in _NOT_OFFERED:
            return  # a file system that knows none
        raise CheckpointInUseError(
            f"expected to be the only one to write to the checkpoint {str(path)!r}, another batch is at it: wait for "
            "it, or choose another file name"
        ) from error
