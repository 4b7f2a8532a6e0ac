"""The surroundings in which lessons are executed and checked: no key, no network, no waiting.

With these a lesson's outputs are the same on every machine and at every run.
"""

from __future__ import annotations

import importlib
import os
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from collections.abc import MutableMapping

FOLDER = Path(__file__).resolve().parent
PREFIXES = ("OPENAI_", "MINIMAX_")


def lessons() -> list[Path]:
    """Every lesson, in the order in which they are read."""
    return sorted(FOLDER.glob("[0-9][0-9]_*.ipynb"))


def go_offline(environ: MutableMapping[str, str] = os.environ) -> None:
    """Take away every key and address, so that nothing but the embedded server can answer, and without waiting."""
    for name in [name for name in environ if name.startswith(PREFIXES)]:
        del environ[name]
    environ["MINIMAX_NB_SPEED"] = "max"
    # On a new machine the first import looks through the fonts, and says so in whatever cell it stands.
    importlib.import_module("matplotlib.font_manager")
