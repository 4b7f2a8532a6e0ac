"""A writer of tapes."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from minimax_nb.server.tape.writer import TapeWriter

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


@pytest.fixture
def writer(tmp_path: Path) -> Iterator[TapeWriter]:
    made = TapeWriter(tmp_path / "new" / "tapes", "api.example")
    made.open()
    yield made
    made.close()
