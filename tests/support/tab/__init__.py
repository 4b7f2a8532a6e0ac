"""The site of the lessons in a browser tab, and Node to run its Python without a browser.

Building it fetches Pyodide and wheels, which no test may do: ``MINIMAX_NB_SITE`` names the folder where
``python -m notebooks.lite -o`` has put it, as ``.ci/run`` does.
"""

from __future__ import annotations

import http.server
import os
import shutil
import subprocess
import threading
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from collections.abc import Iterator

HERE = Path(__file__).parent
WAITS_SINCE = 25
"""The first version of Node in which Python can wait for JavaScript (JSPI) without a flag."""


def site_or_skip() -> Path:
    """The folder of the site."""
    folder = os.environ.get("MINIMAX_NB_SITE", "")
    if not folder:
        pytest.skip("needs MINIMAX_NB_SITE, naming a site that 'python -m notebooks.lite -o' has built")
    return Path(folder)


def node_or_skip() -> str:
    """The program of Node: that of npm's package ``node``, else the machine's."""
    own = Path(os.environ.get("MINIMAX_NB_NODE", "/nowhere"), "node_modules/node/bin/node")
    node = str(own) if own.is_file() else shutil.which("node")
    if node is None:
        pytest.skip("needs node")
    return node


def node_version(node: str) -> int:
    """Its major version."""
    said = subprocess.run([node, "--version"], capture_output=True, text=True, check=True).stdout
    return int(said.lstrip("v").partition(".")[0])


class _Quiet(http.server.SimpleHTTPRequestHandler):
    def log_message(self, *_: object) -> None:
        """Say nothing."""


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """Serve a folder as any web server does; give its address."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), partial(_Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_address[1]}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
