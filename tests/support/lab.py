"""JupyterLab or Notebook 7 on a port of its own, and one notebook in headless Chromium."""

from __future__ import annotations

import json
import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Iterator

    from playwright.sync_api import Browser, Locator, Page

TOKEN = "only-for-tests"
PANEL = "window.jupyterapp?.shell.currentWidget"
EXTENSION = "@jupyterlab/apputils-extension"
SIZE: Any = {"width": 1100, "height": 1000}
TIMEOUT_MS = 30_000
FORMS = {"text/plain", "text/markdown", "text/html"}


class Application(NamedTuple):
    """A front end of Jupyter's.

    Attributes:
        module: what starts its server.
        options: what that is told besides.
        page: where it shows a notebook.
    """

    module: str
    options: tuple[str, ...]
    page: str


JUPYTERLAB = Application(
    "jupyterlab",
    (
        "--LabApp.expose_app_in_browser=True",
        "--LabApp.news_url=",
        "--LabApp.check_for_updates_class=jupyterlab.NeverCheckForUpdate",
    ),
    "lab/tree/{name}?token={token}&reset",
)
NOTEBOOK_7 = Application(
    "notebook", ("--JupyterNotebookApp.expose_app_in_browser=True",), "notebooks/{name}?token={token}"
)


class Lab:
    """A running Jupyter server whose root is an empty folder."""

    def __init__(self, home: Path, port: int, application: Application = JUPYTERLAB) -> None:
        self.application = application
        self.root = home / "root"
        self.settings = home / "settings"
        self.url = f"http://127.0.0.1:{port}"

    def write(self, name: str, *cells: str) -> Path:
        """A notebook with these code cells."""
        import nbformat  # takes a second

        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
        notebook.metadata["kernelspec"] = {"name": "python3", "display_name": "Python 3", "language": "python"}
        path = self.root / name
        nbformat.write(notebook, path)
        return path

    def page(self, path: Path) -> str:
        """The address of a notebook."""
        return f"{self.url}/{self.application.page.format(name=path.name, token=TOKEN)}"

    def theme(self, name: str) -> None:
        """The theme of pages loaded from now on."""
        self.set("themes", theme=name)

    def set(self, group: str, **values: Any) -> None:
        """One of the user's settings."""
        path = self.settings / EXTENSION / f"{group}.jupyterlab-settings"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(values))


@contextmanager
def running_lab(home: Path, application: Application = JUPYTERLAB) -> Iterator[Lab]:
    """Starts the server, waits until it answers, ends it in every case."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    lab = Lab(home, port, application)
    lab.root.mkdir(parents=True)
    lab.set("notification", fetchNews="false", checkForUpdates=False)
    shutil.copy(Path(__file__).with_name("fake_stream.py"), lab.root)
    folders = {f"JUPYTER_{part}_DIR": str(home / part.lower()) for part in ("CONFIG", "DATA", "RUNTIME")}
    environment = {
        **os.environ,
        **folders,
        "HOME": str(home),
        "IPYTHONDIR": str(home / "ipython"),
        "JUPYTERLAB_SETTINGS_DIR": str(lab.settings),
        "JUPYTERLAB_WORKSPACES_DIR": str(home / "workspaces"),
    }
    command = [sys.executable, "-m", application.module, "--no-browser", "--allow-root", *application.options]
    command += [f"--ServerApp.root_dir={lab.root}", f"--ServerApp.port={port}", "--ServerApp.port_retries=0"]
    command += [f"--IdentityProvider.token={TOKEN}"]
    log = (home / "lab.log").open("w")
    process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)
    try:
        _wait_until_up(lab, process, home / "lab.log")
        yield lab
    finally:
        process.terminate()
        try:
            process.wait(20)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait(20)
        log.close()


def _wait_until_up(lab: Lab, process: subprocess.Popen[bytes], log: Path) -> None:
    for _ in range(120):
        if process.poll() is not None:
            break
        try:
            urllib.request.urlopen(f"{lab.url}/api?token={TOKEN}", timeout=2).close()
        except OSError:
            time.sleep(0.25)
        else:
            return
    raise RuntimeError(f"Jupyter did not start:\n{log.read_text()[-2000:]}")


class Notebook:
    """A notebook open in a page, with what went wrong in that page."""

    def __init__(self, page: Page, lab: Lab, path: Path) -> None:
        self.page = page
        self.path = path
        self.errors: list[str] = []
        self.strangers: list[str] = []
        self.url = lab.page(path)
        self._listeners: dict[Any, Any] = {
            "console": lambda message: self.errors.append(message.text) if message.type == "error" else None,
            "pageerror": lambda error: self.errors.append(str(error)),
            "dialog": self._dialog,
            "request": lambda request: None if _own(request.url, lab) else self.strangers.append(request.url),
        }
        for event, listener in self._listeners.items():
            page.on(event, listener)

    def leave(self) -> None:
        """Notes no more of what goes wrong in the page."""
        for event, listener in self._listeners.items():
            self.page.remove_listener(event, listener)

    def _dialog(self, dialog: Any) -> None:
        if dialog.type == "beforeunload":
            dialog.accept()
            return
        self.errors.append(f"dialog: {dialog.message}")
        dialog.dismiss()

    def open(self) -> None:
        """Loads the page, or loads it anew, and waits for the kernel."""
        self.page.goto(self.url)
        self.wait_connected()

    def wait_connected(self) -> None:
        """Waits until the notebook is there, and its kernel."""
        self.page.wait_for_selector(".jp-Notebook .jp-CodeCell", timeout=60_000)
        self.page.wait_for_function(
            f"() => {PANEL}?.sessionContext?.session?.kernel?.connectionStatus === 'connected'",
            timeout=60_000,
        )

    def run(self, cell: int = 0) -> None:
        """Runs one cell, without waiting for its end."""
        self.page.evaluate(
            "(cell) => { const panel = window.jupyterapp.shell.currentWidget; panel.content.activeCellIndex = cell;"
            "panel.content.deselectAll(); void window.jupyterapp.commands.execute('notebook:run-cell'); }",
            cell,
        )

    def resize(self, width: int, height: int) -> None:
        """Gives the page another size, in pixels, and waits until JupyterLab has laid the notebook out in it."""
        self.page.set_viewport_size({"width": width, "height": height})
        self.page.wait_for_function(
            "([width, height]) => innerWidth === width && innerHeight === height &&"
            "document.querySelector('.jp-Notebook').getBoundingClientRect().right <= width",
            arg=[width, height],
        )

    def output(self, cell: int = 0) -> Locator:
        """What a cell shows."""
        return self.page.locator(".jp-Notebook .jp-CodeCell").nth(cell).locator(".jp-OutputArea-output")

    def wait_idle(self, timeout_s: float = 60) -> None:
        """Waits until the cell has ended."""
        self.page.wait_for_function(
            "() => [...document.querySelectorAll('.jp-Notebook .jp-InputPrompt')]"
            ".every((prompt) => !prompt.textContent.includes('*'))",
            timeout=timeout_s * 1000,
        )

    def save(self) -> dict[str, Any]:
        """Saves, and gives what the file then holds."""
        self.page.evaluate("() => window.jupyterapp.commands.execute('docmanager:save')")
        return json.loads(self.path.read_text())

    def saved_output(self, cell: int = 0) -> dict[str, Any]:
        """Saves, and gives the one output that a cell has left: it needs no kernel, no widget and no script."""
        saved = self.save()
        (output,) = saved["cells"][cell]["outputs"]
        assert output["output_type"] == "display_data"
        assert set(output["data"]) == FORMS
        assert "widgets" not in saved["metadata"]
        assert "<script" not in json.dumps(saved)
        return dict(output)

    def interrupt(self) -> None:
        """Presses stop."""
        self.page.evaluate("() => window.jupyterapp.commands.execute('notebook:interrupt-kernel')")


def new_page(browser: Browser, **options: Any) -> Page:
    """An empty page that shares nothing with others."""
    page = browser.new_context(viewport=SIZE, **options).new_page()
    page.set_default_timeout(TIMEOUT_MS)
    return page


@contextmanager
def opened(browser: Browser, lab: Lab, path: Path, **options: Any) -> Iterator[Notebook]:
    """A notebook in a page of its own."""
    page = new_page(browser, **options)
    try:
        notebook = Notebook(page, lab, path)
        notebook.open()
        yield notebook
    finally:
        page.context.close()


def _own(url: str, lab: Lab) -> bool:
    return url.startswith((lab.url, lab.url.replace("http", "ws", 1), "blob:", "data:", "about:"))
