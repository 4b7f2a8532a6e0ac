"""The fast loop as a pytest plugin (``-p tests.fast``): no processes, nothing heavy, few examples for each property.

With ``--sample``, few rows of each table of parameters, too: the first, the last, and some between.

What takes megabytes or waits for seconds says so by its mark, ``heavy``, and is left out. A test that starts a process,
be it a kernel, a command or a script, is skipped where it does so: no list says which do, and none can be out of date.
"""

from __future__ import annotations

import platform
import sys
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import settings

if TYPE_CHECKING:
    from collections.abc import Iterator

EXAMPLES = 10
"""So many examples each property is tried with, and with ``--sample`` so many rows of each table."""
REASON = "starts a process: not in the fast loop"
_STARTS = {"subprocess.Popen", "os.exec", "os.fork", "os.forkpty", "os.posix_spawn", "os.spawn"}

_running: pytest.Item | None = None
_started = pytest.StashKey[bool]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Offer to take a sample of each table of parameters."""
    parser.addoption("--sample", action="store_true", help=f"run {EXAMPLES} rows at most of each table of parameters")


def pytest_configure(config: pytest.Config) -> None:
    """Watch for processes from here on; an audit hook stays for good."""
    platform.platform()  # asks a process, once: every client of the SDK says what it runs on
    sys.addaudithook(_refuse)


def pytest_sessionstart() -> None:
    """Set what properties use by default, on top of what ``conftest.py`` has set."""
    settings.register_profile("fast", settings(), max_examples=EXAMPLES)
    settings.load_profile("fast")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what is heavy, and lower what a property asks for itself: a profile only gives the default."""
    items[:] = [item for item in items if item.get_closest_marker("heavy") is None]
    if config.getoption("--sample"):
        items[:] = _sample(items)
    for item in items:
        test = getattr(item, "function", None)
        own = getattr(test, "_hypothesis_internal_use_settings", None)
        if own is not None and own.max_examples > EXAMPLES:
            test._hypothesis_internal_use_settings = settings(own, max_examples=EXAMPLES)


def _sample(items: list[pytest.Item]) -> list[pytest.Item]:
    """Few rows of each table, as far from each other as can be: neighbours are often alike."""
    tables: dict[tuple[Any, str], list[pytest.Item]] = {}
    for item in items:
        tables.setdefault((item.parent, getattr(item, "originalname", item.name)), []).append(item)
    kept = set()
    for rows in tables.values():
        step = max(1.0, (len(rows) - 1) / (EXAMPLES - 1))
        kept.update(rows[round(number * step)] for number in range(min(len(rows), EXAMPLES)))
    return [item for item in items if item in kept]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    """Remember which test is on, for the hook has no other way to know."""
    global _running
    _running = item
    try:
        return (yield)
    finally:
        _running = None


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Iterator[None]:
    """Count as skipped what was refused a process, also where the code under test or a thread took the refusal."""
    report: Any = yield
    # A fixture of a whole module is refused once, and fails every test that wants it.
    refused = item.stash.get(_started, False) or (report.outcome == "failed" and REASON in str(report.longrepr))
    if refused and report.outcome != "skipped":
        path, line, _ = item.location
        report.outcome, report.longrepr = "skipped", (path, line or 0, f"Skipped: {REASON}")
    return report


def _refuse(event: str, _arguments: tuple[Any, ...]) -> None:
    if event in _STARTS and _running is not None:
        _running.stash[_started] = True
        pytest.skip(REASON)
