"""IPython shells for one test each."""

from __future__ import annotations

import atexit
from contextlib import contextmanager
from typing import TYPE_CHECKING

from IPython.core.interactiveshell import InteractiveShell
from traitlets.config import Config

if TYPE_CHECKING:
    from collections.abc import Iterator


@contextmanager
def ipython_shell() -> Iterator[InteractiveShell]:
    """Make the one shell of this process, without a history file; take it away again.

    It must not tidy up at exit, as shells do: each would collect all garbage of the run once more.
    """
    shell = InteractiveShell.instance(config=Config(HistoryManager={"enabled": False}))
    atexit.unregister(shell.atexit_operations)
    try:
        yield shell
    finally:
        shell.restore_sys_module_state()
        InteractiveShell.clear_instance()
