"""A service for each test of a batch, and waits that take no time."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from minimax_nb.batching import pacer, sender

from ..support.chat_service import Service, chat_service

if TYPE_CHECKING:
    from collections.abc import Iterator


@pytest.fixture
def service(hurried: None) -> Iterator[Service]:
    """A service of the test's own, that echoes until it is told otherwise."""
    with chat_service() as running:
        yield running


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have failures waited for a moment alone; how long it is otherwise is seen in the pacer's tests."""
    monkeypatch.setattr(sender, "_FIRST_BACKOFF_S", 0.005)
    monkeypatch.setattr(pacer, "_FIRST_PAUSE_S", 0.05)
