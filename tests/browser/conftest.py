"""Chromium and JupyterLab, once for all browser tests; skipped where there is no Chromium, save in CI."""

from __future__ import annotations

from contextlib import ExitStack
from typing import TYPE_CHECKING, Any

import pytest

from ..support.chromium import running
from ..support.lab import Lab, Notebook, opened, running_lab
from ..support.lab_window import LabWindow

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


@pytest.fixture(scope="session")
def window(browser: Any, lab: Lab) -> Iterator[LabWindow]:
    window = LabWindow(browser, lab)
    yield window
    window.discard()


@pytest.fixture
def notebook(
    browser: Any, lab: Lab, window: LabWindow, request: pytest.FixtureRequest
) -> Iterator[Callable[..., Notebook]]:
    """Opens a notebook with the given code cells, in the window that all tests share.

    It has a page of its own where the browser is given options, and where the test changes what stays in a page.
    """
    failed = request.session.testsfailed
    with ExitStack() as stack:

        def make(*cells: str, own_page: bool = False, **options: Any) -> Notebook:
            path = lab.write(f"{request.node.name}.ipynb", *cells)
            own = own_page or options
            return stack.enter_context(opened(browser, lab, path, **options) if own else window.opened(path))

        yield make
        if request.session.testsfailed > failed:
            stack.callback(window.discard)
