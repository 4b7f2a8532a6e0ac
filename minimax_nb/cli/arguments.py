"""Kinds of argument that more than one command takes, and the reading of what comes by file or pipe."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from minimax_nb.catalog import DEFAULT_MODEL

from . import UnusableInputError

MODEL_HELP = f"the model to ask; default: {DEFAULT_MODEL} where it is served, else the newest that is"

_LARGEST_PORT = 65_535


def port_number(text: str) -> int:
    """A port from the command line; 0 for any that is free."""
    if text.isascii() and text.isdigit() and int(text) <= _LARGEST_PORT:
        return int(text)
    raise argparse.ArgumentTypeError(f"expected a port from 0 to {_LARGEST_PORT}, got {text[:40]!r}")


def check_text(*texts: str) -> None:
    """Refuse what cannot be sent: bytes of the command line that are no UTF-8 arrive as halves of characters.

    Raises:
        UnusableInputError: one of the texts holds such a half.
    """
    for text in texts:
        try:
            text.encode()
        except UnicodeEncodeError as error:
            raise UnusableInputError(f"expected text in UTF-8 on the command line, got {text[:60]!r}") from error


def read_text(name: str) -> str:
    """The text of a file, or of standard input for ``-``.

    Raises:
        UnusableInputError: it cannot be read, or is no UTF-8 text.
    """
    called = "standard input" if name == "-" else name
    try:
        data = sys.stdin.buffer.read() if name == "-" else Path(name).read_bytes()
    except OSError as error:
        raise UnusableInputError(
            f"expected to read {called}, which cannot be done: {error.strerror or error}"
        ) from error
    except ValueError as error:  # a NUL in the name
        raise UnusableInputError(f"expected the name of a file, got {name[:60]!r}: {error}") from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnusableInputError(
            f"expected UTF-8 text in {called}, got the byte 0x{data[error.start]:02x} at offset {error.start:,}; "
            "save it as UTF-8"
        ) from error
