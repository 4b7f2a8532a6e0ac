"""Chromium and JupyterLab, once for all browser tests; skipped where there is no Chromium, save in CI."""

from __future__ import annotations

import os
import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # tests are no package; these two are theirs alone
pytest.register_assert_rewrite("lab")

from chromium import FLAGS, find  # noqa: E402
from lab import Lab, Notebook, opened, running_lab  # noqa: E402

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    if (chromium := find()) is None:
        reason = "needs Chromium (Debian: apt-get install chromium)"
        if os.environ.get("CI"):
            pytest.fail(reason)
        pytest.skip(reason)
    from playwright.sync_api import sync_playwright

    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield running
        running.close()


@pytest.fixture(scope="session")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with running_lab(tmp_path_factory.mktemp("lab")) as running:
        yield running


@pytest.fixture
def notebook(browser: Any, lab: Lab, request: pytest.FixtureRequest) -> Iterator[Callable[..., Notebook]]:
    """Opens a notebook with the given code cells."""
    with ExitStack() as stack:

        def make(*cells: str, **options: Any) -> Notebook:
            path = lab.write(f"{request.node.name}.ipynb", *cells)
            return stack.enter_context(opened(browser, lab, path, **options))

        yield make
