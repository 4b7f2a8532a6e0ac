"""Recorded payloads and pages, read where they lie: they are not part of a user's checkout."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

SHARED = Path(__file__).resolve().parents[2] / ".." / "shared"
FOLDER = SHARED / "recordings"
missing = pytest.mark.skipif(not FOLDER.is_dir(), reason="the folder of recordings is not beside this checkout")


def names(*suffixes: str) -> list[str]:
    """The files that end so; none where the folder is absent."""
    return sorted(path.name for path in FOLDER.glob("*") if path.name.endswith(suffixes)) if FOLDER.is_dir() else []


def read(name: str) -> bytes:
    """A file's bytes."""
    return (FOLDER / name).read_bytes()


def document(name: str) -> Any:
    """A file that holds one JSON document."""
    return json.loads(read(name))


def documents(name: str) -> list[Any]:
    """The JSON documents in a file: one a line, or the events of a stream, also two in one event."""
    decoder, found = json.JSONDecoder(), []
    for line in read(name).decode().splitlines():
        rest = line.removeprefix("data:").strip()
        while rest and rest != "[DONE]":
            value, end = decoder.raw_decode(rest)
            found.append(value)
            rest = rest[end:].strip()
    return found
