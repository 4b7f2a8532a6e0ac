"""Chromium and JupyterLab, once for all browser tests; skipped where there is no Chromium, save in CI."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from ..support.chromium import running
from ..support.lab import Lab, Notebook, opened, running_lab

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator


@pytest.fixture(scope="session")
def browser() -> Iterator[Any]:
    with running() as browser:
        yield browser


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
