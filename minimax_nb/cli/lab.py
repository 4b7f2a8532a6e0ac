"""Open the lessons in JupyterLab.

Copies them to a folder of yours, and never over your changes: a lesson that you have changed stays, and a newer one is
put beside it as NAME.new.ipynb. To start a lesson anew, delete your copy. Every kernel finds the key that you have set;
without one, each starts the embedded server for itself.
"""

from __future__ import annotations

import os
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

from minimax_nb.client.endpoint import VARIABLES, describe, resolve
from minimax_nb.errors import ConfigurationError

from . import OK, CommandError
from .arguments import port_number
from .lessons import copy_lessons, first_lesson

if TYPE_CHECKING:
    import argparse

_CONFIG_PATH = "JUPYTER_CONFIG_PATH"
_DEFAULTS = Path(__file__).with_name("lab_defaults")
"""A folder as Jupyter looks for configuration in, with defaults for JupyterLab's settings."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``lab``."""
    parser.add_argument(
        "--folder", type=Path, default=Path("minimax-lessons"), help="where your copies are; default: %(default)s"
    )
    parser.add_argument("--no-browser", action="store_true", help="print the address instead of opening a browser")
    parser.add_argument("--port", type=port_number, help="this port and no other; default: 8888, or the next free one")
    parser.add_argument("--offline", action="store_true", help="use the embedded server even where a key is set")
    parser.add_argument("options", nargs="*", metavar="-- OPTION", help="options of JupyterLab itself, after --")


def run(options: argparse.Namespace) -> int:
    """Copy the lessons and run JupyterLab until it is stopped."""
    if find_spec("jupyterlab") is None:
        raise CommandError("JupyterLab is not installed. Install it: pip install 'minimax-nb[lab]'")
    if options.offline:
        _take_keys_away()
    where = _where_requests_go()
    folder = options.folder.expanduser().resolve()
    print(f"Lessons in {folder}")
    for line in copy_lessons(folder):
        print(f"  {line}")
    print(where)
    _set_defaults()
    print("Starting JupyterLab. To stop it, press Ctrl-C here, twice; what you have saved stays.", flush=True)
    _run_jupyterlab(lab_options(folder, options))
    return OK


def lab_options(folder: Path, options: argparse.Namespace) -> list[str]:
    """What JupyterLab is told."""
    told = [
        f"--ServerApp.root_dir={folder}",
        "--ServerApp.log_level=WARN",
        "--LabApp.log_level=WARN",
    ]
    if lesson := first_lesson(folder):
        told.append(f"--LabApp.default_url=/lab/tree/{quote(lesson)}")
    if options.port is None:
        told.append("--ServerApp.port_retries=50")
    else:
        told += [f"--ServerApp.port={options.port}", "--ServerApp.port_retries=0"]
    if options.no_browser:
        told.append("--no-browser")
    if hasattr(os, "geteuid") and os.geteuid() == 0:
        told.append("--allow-root")  # as in a container; it listens on this machine alone, and wants its token
    return [*told, *options.options]


def _set_defaults() -> None:
    """Let JupyterLab not ask about news in front of the first lesson; what the reader has set there holds."""
    folders = [folder for folder in os.environ.get(_CONFIG_PATH, "").split(os.pathsep) if folder]
    if str(_DEFAULTS) not in folders:
        os.environ[_CONFIG_PATH] = os.pathsep.join([*folders, str(_DEFAULTS)])


def _where_requests_go() -> str:
    try:
        return describe(resolve(os.environ), os.environ)
    except ConfigurationError as error:
        raise ConfigurationError(f"{error} Or use the embedded server: minimax-nb lab --offline") from None


def _take_keys_away() -> None:
    for name in VARIABLES:
        os.environ.pop(name, None)


def _run_jupyterlab(options: list[str]) -> None:
    """Run it in this process, so that Ctrl-C, signals and the environment reach it as they are."""
    from jupyterlab.labapp import LabApp

    LabApp.launch_instance(options)
