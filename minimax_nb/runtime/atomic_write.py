"""Atomic writes: a file is written whole, or it is as it was before."""

from __future__ import annotations

import errno
import os
import secrets
from contextlib import suppress
from pathlib import Path


def write_atomic(path: str | os.PathLike[str], data: str | bytes, *, lasting: bool = True) -> None:
    """Write a file beside its place, then put it there: a full disk or a crash leaves the old one as it was.

    A link is followed. A file that was there keeps its permissions. What is no file, a pipe say, is written to.

    Args:
        path: the file.
        data: what it is to hold; a text is written as UTF-8, its line ends as they are.
        lasting: wait until the disk itself has it.

    Raises:
        OSError: it cannot be written.
        UnicodeEncodeError: a text holds half a surrogate pair, which UTF-8 cannot hold.
    """
    content = data.encode() if isinstance(data, str) else data
    place = Path(path)
    try:
        place = place.resolve()
        if place.exists() and not place.is_file():
            place.write_bytes(content)  # a directory says so by itself
        else:
            _replace(place, content, lasting=lasting)
    except OSError as error:
        was = "; the one that is there is as it was" if place.is_file() else ""
        raise type(error)(error.errno, f"expected to write {os.fspath(path)!r}: {error.strerror}{was}") from error


def _replace(place: Path, content: bytes, *, lasting: bool) -> None:
    beside = place.with_name(f".{place.name}.{secrets.token_hex(4)}.new")
    there = place.exists()
    if there and not os.access(place, os.W_OK):  # its folder alone decides who may put another in its place
        raise PermissionError(errno.EACCES, os.strerror(errno.EACCES))
    try:
        with beside.open("xb") as file:
            file.write(content)
            file.flush()
            if lasting:
                os.fsync(file.fileno())
        if there:
            beside.chmod(place.stat().st_mode & 0o7777)
        beside.replace(place)
    except BaseException:
        with suppress(OSError):
            beside.unlink(missing_ok=True)
        raise
