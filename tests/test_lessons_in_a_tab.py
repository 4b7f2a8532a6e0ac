"""The lessons' cells in the Python of a browser tab: they give what is saved, or say what is missing there."""

from __future__ import annotations

import json
import re
import subprocess
from collections import Counter
from typing import TYPE_CHECKING, Any

import pytest

from notebooks.lite import NEEDS_DATA, NOT_IN_A_TAB, OTHERWISE
from notebooks.offline import lessons

from .support import tab

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator
    from pathlib import Path

pytestmark = [pytest.mark.heavy, pytest.mark.timeout(300)]

MISSING = re.compile(r"is not a part of this site|expected matplotlib, which draws|a browser tab does neither")
COUNTED = re.compile(r"^Out\[\d+\]: ?\n?", re.MULTILINE)


def saved(cell: dict[str, Any]) -> tuple[Counter[str], bool]:
    """The lines of text that a cell is saved with, and whether it ends in an error."""
    texts = []
    for output in cell["outputs"]:
        if output["output_type"] == "stream" and output["name"] == "stdout":
            texts.append("".join(output["text"]))
        elif "data" in output:
            texts.append("".join(output["data"].get("text/plain", "")))
    return lines("\n".join(texts)), any(output["output_type"] == "error" for output in cell["outputs"])


def lines(text: str) -> Counter[str]:
    """Lines, however they are ordered: what is printed and what is shown come apart here.

    Why there is no box to type in is another thing here than where lessons are executed.
    """
    told = [line.strip() for line in text.splitlines() if not line.startswith("[No box to type in here")]
    return Counter(line for line in told if line)


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[Path], list[dict[str, Any]]]]:
    """What runs a lesson, and says what each of its cells gave; all in one Python, which takes long to start."""
    site, node = tab.site_or_skip(), tab.node_or_skip()
    command = [node, str(tab.HERE / "run_lessons.mjs"), str(site / "static/pyodide"), str(tab.HERE / "lesson_cells.py")]
    complaints = tmp_path_factory.mktemp("node") / "stderr.txt"
    with (
        complaints.open("w") as stderr,
        subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=stderr, text=True) as running,
    ):
        assert running.stdin is not None
        assert running.stdout is not None
        reader, writer = running.stdout, running.stdin

        def run(path: Path) -> list[dict[str, Any]]:
            writer.write(f"{path}\n")
            writer.flush()
            line = reader.readline()
            assert line, complaints.read_text(encoding="utf-8")
            seen = json.loads(line)
            assert isinstance(seen, list), seen
            return seen

        yield run
        running.kill()


@pytest.mark.parametrize("path", lessons(), ids=lambda path: path.stem)
def test_cells_give_what_is_saved_or_say_what_is_missing(
    python: Callable[[Path], list[dict[str, Any]]], path: Path
) -> None:
    if path.stem == "10_compare" and tab.node_version(tab.node_or_skip()) < tab.WAITS_SINCE:
        pytest.skip("needs a node in which Python can wait for several replies: npm install node@25")
    cells = [cell for cell in json.loads(path.read_text(encoding="utf-8"))["cells"] if cell["cell_type"] == "code"]
    seen = python(path)
    assert len(seen) == len(cells)
    lacking = False
    for cell, got in zip(cells, seen, strict=True):
        text, fails = saved(cell)
        error = got["error"] or ""
        lacking = lacking or MISSING.search(error + got["stdout"]) is not None
        if lacking:  # what comes after it may need what is not there
            continue
        if error.startswith("UsageError"):  # which IPython prints
            assert any("UsageError" in "".join(output.get("text", "")) for output in cell["outputs"])
            continue
        assert bool(error) == fails, error
        if not fails:
            assert lines(COUNTED.sub("", got["stdout"]) + "\n" + "\n".join(map(str, got["plain"]))) == text
        assert "Emscripten" not in got["stderr"]
    assert lacking == (path.stem in NEEDS_DATA or path.stem in NOT_IN_A_TAB)


def test_what_a_tab_cannot_do_is_told_at_the_top_of_a_lesson() -> None:
    site = tab.site_or_skip()
    for path in lessons():
        told = "**In this tab:**" in (site / "files" / path.name).read_text(encoding="utf-8")
        assert told == (path.stem in NEEDS_DATA or path.stem in NOT_IN_A_TAB or path.stem in OTHERWISE)


def test_nothing_of_the_site_comes_from_another_host() -> None:
    site = tab.site_or_skip()
    settings = json.loads((site / "jupyter-lite.json").read_text(encoding="utf-8"))["jupyter-config-data"]
    kernel = settings["litePluginSettings"]["@jupyterlite/pyodide-kernel-extension:kernel"]
    assert kernel["disablePyPIFallback"] is True
    assert kernel["pyodideUrl"].startswith("./static/pyodide/")
    lock = json.loads((site / "static/pyodide/pyodide-lock.json").read_text(encoding="utf-8"))
    for name in kernel["loadPyodideOptions"]["packages"]:
        assert (site / "static/pyodide" / lock["packages"][name]["file_name"]).is_file()
