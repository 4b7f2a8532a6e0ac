"""Lessons under test run offline: kernels inherit this environment."""

from __future__ import annotations

from notebooks.offline import go_offline


def pytest_sessionstart() -> None:
    """Go offline before nbval starts the first kernel."""
    go_offline()
