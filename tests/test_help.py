"""help(mm) fits on a few screens, and names all that there is."""

from __future__ import annotations

import inspect
import pydoc
import re
import subprocess
import sys

import pytest

import minimax_nb

CLASSES = sorted(name for name in minimax_nb.__all__ if inspect.isclass(getattr(minimax_nb, name)))


def page(thing: object) -> list[str]:
    return pydoc.plain(pydoc.render_doc(thing)).splitlines()


def test_the_help_of_the_package_fits_on_two_screens() -> None:
    lines = page(minimax_nb)
    assert len(lines) < 80
    assert max(map(len, lines[: lines.index("FILE")])) <= 80


def test_it_names_every_public_name_once() -> None:
    said = re.findall(r"\w+", str(minimax_nb.__doc__))
    assert not {name for name in minimax_nb.__all__ if name not in said}


@pytest.mark.parametrize("name", CLASSES)
def test_the_help_of_a_class_fits_on_a_few_screens(name: str) -> None:
    assert len(page(getattr(minimax_nb, name))) < 200


def test_the_names_are_where_they_are_looked_for() -> None:
    code = (
        "from minimax_nb import *\nimport minimax_nb\n"
        "assert set(minimax_nb.__all__) <= set(globals()), set(minimax_nb.__all__) - set(globals())\n"
        "assert set(minimax_nb.__all__) < set(dir(minimax_nb))\n"
        "help(minimax_nb)\nassert minimax_nb.Chat is Chat\n"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=False)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("Help on package minimax_nb")
