"""The surroundings in which lessons are executed and checked: no key, no network, no waiting.

With these a lesson's outputs are the same on every machine and at every run.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING

from minimax_nb.cli.lesson_run import look_through_fonts, offline

if TYPE_CHECKING:
    from collections.abc import MutableMapping

FOLDER = Path(__file__).resolve().parent


def lessons() -> list[Path]:
    """Every lesson, in the order in which they are read."""
    return sorted(FOLDER.glob("[0-9][0-9]_*.ipynb"))


def go_offline(environ: MutableMapping[str, str] = os.environ) -> None:
    """Take away every key and address, so that nothing but the embedded server can answer, and without waiting."""
    apart = offline(environ)
    for name in [name for name in environ if name not in apart]:
        del environ[name]
    environ.update(apart)
    look_through_fonts()
