"""A page in which JupyterLab stays loaded, and one notebook after the other is opened."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING

from playwright.sync_api import Error

from .lab import PANEL, SIZE, Notebook, new_page

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from playwright.sync_api import Browser, Page

    from .lab import Lab

OPEN = """
async (path) => {
    const { commands, shell } = window.jupyterapp;
    if (shell.leftCollapsed) shell.expandLeft();
    const panel = await commands.execute("docmanager:open", { path, factory: "Notebook" });
    shell.activateById(panel.id);
    await panel.context.ready;
}
"""
# A kernel that is being restarted has JupyterLab wait for it, and fail aloud where it has gone.
IS_AT_REST = (
    f"() => {{ const kernel = {PANEL}?.sessionContext?.session?.kernel;"
    "return !kernel || kernel.isDisposed || ['idle', 'busy', 'dead'].includes(kernel.status); }"
)
# Disposed of and not closed, which would ask whether to save. A kernel may have ended by itself.
CLOSE = """
async () => {
    for (const widget of [...window.jupyterapp.shell.widgets("main")]) {
        const session = widget.context?.sessionContext;
        await session?.shutdown().catch(() => {});
        widget.dispose();
    }
}
"""
IS_CLEAN = "() => !document.querySelector('.jp-Notebook, .jp-LinkedOutputView, .jp-Dialog')"


def _cleared(page: Page) -> bool:
    """Whether the notebook could be closed, and nothing of it is left in the page."""
    try:
        page.wait_for_function(IS_AT_REST, timeout=5_000)
        page.evaluate(CLOSE)
        return bool(page.evaluate(IS_CLEAN))
    except Error:
        return False


class LabWindow:
    """A page with JupyterLab, loaded when the first notebook is opened: loading it takes longer than most tests."""

    def __init__(self, browser: Browser, lab: Lab) -> None:
        self.browser = browser
        self.lab = lab
        self._page: Page | None = None

    @contextmanager
    def opened(self, path: Path) -> Iterator[Notebook]:
        """A notebook in this window; afterwards its kernel is shut down and it is closed, saved or not."""
        if self._page is None:
            self._page = new_page(self.browser)
            notebook = Notebook(self._page, self.lab, path)
            notebook.open()
        else:
            notebook = Notebook(self._page, self.lab, path)
            notebook.page.evaluate(OPEN, path.name)
            notebook.wait_connected()
            notebook.resize(**SIZE)
        try:
            yield notebook
        finally:
            notebook.leave()
            if self._page is not None and not _cleared(self._page):
                self.discard()

    def discard(self) -> None:
        """Close the page; the next notebook is opened in a new one."""
        if self._page is not None:
            self._page.context.close()
            self._page = None
