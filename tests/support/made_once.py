"""A folder that takes long to make, made once for all workers of a run."""

from __future__ import annotations

import os
import time
from typing import TYPE_CHECKING

from minimax_nb.runtime.atomic_write import write_atomic

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    import pytest


def made_once(factory: pytest.TempPathFactory, name: str, make: Callable[[Path], None]) -> Path:
    """The folder; the worker that first wants it makes it, the others wait for that."""
    base = factory.getbasetemp()
    shared = base.parent if "PYTEST_XDIST_WORKER" in os.environ else base
    folder, said = shared / name, shared / f"{name}.said"
    try:
        folder.mkdir()
    except FileExistsError:
        while not said.exists():  # no longer than a test may take
            time.sleep(0.1)
        assert said.read_text(encoding="utf-8") == "made", f"see what failed where {name} was made"
        return folder
    outcome = "failed"
    try:
        make(folder)
        outcome = "made"
    finally:
        write_atomic(said, outcome, lasting=False)
    return folder
