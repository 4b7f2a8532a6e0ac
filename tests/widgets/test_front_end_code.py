"""The page's code: its types, and that it speaks of the same regions, classes and phases as the kernel does.

The types need node and a folder in which ``npm install typescript`` was run, named by MINIMAX_NB_NODE.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
from pathlib import Path
from typing import get_args

import pytest

import minimax_nb
from minimax_nb.chat.panel_operations import PanelPhase
from minimax_nb.chat.saved import marks_of
from minimax_nb.render import reply_html
from minimax_nb.render.regions import SELECTORS, THOUGHTS_CLASS, Region
from minimax_nb.widgets.operations import Operation, Phase, RegionSplice

PACKAGE = Path(minimax_nb.__file__).parent
SCRIPTS = sorted(PACKAGE.glob("*/static/*.js"))
SHEETS = sorted(PACKAGE.glob("*/static/*.css"))
COMPILER = {
    "target": "es2022",
    "module": "es2022",
    "moduleResolution": "bundler",
    "lib": ["es2022", "dom", "dom.iterable", "dom.asynciterable"],
    "types": [],
    "allowJs": True,
    "checkJs": True,
    "noEmit": True,
    "strict": True,
    "noUnusedLocals": True,
    "noUnusedParameters": True,
    "noFallthroughCasesInSwitch": True,
}


def text(name: str) -> str:
    (path,) = (path for path in SCRIPTS if path.name == name)
    return path.read_text(encoding="utf-8")


def without_comments(source: str) -> str:
    return re.sub(r"/\*.*?\*/|(?<!:)//[^\n]*", "", source, flags=re.DOTALL)


@pytest.fixture(scope="module")
def compiler() -> list[str]:
    node = shutil.which("node")
    script = Path(os.environ.get("MINIMAX_NB_NODE", "")) / "node_modules" / "typescript" / "bin" / "tsc"
    if node is None or not script.is_file():
        pytest.skip("needs node, and MINIMAX_NB_NODE naming a folder where 'npm install typescript' was run")
    return [node, str(script)]


def complaints(compiler: list[str], home: Path, *files: Path) -> str:
    settings = {"compilerOptions": COMPILER, "files": [str(file) for file in files]}
    (home / "tsconfig.json").write_text(json.dumps(settings), encoding="utf-8")
    done = subprocess.run([*compiler, "-p", str(home)], capture_output=True, text=True, timeout=100, check=False)
    return done.stdout + done.stderr


def test_no_code_asks_in_which_order_names_came() -> None:
    """A kernel may sort the names of an object on its way to the page, as xeus-python does: an order is a list's."""
    for path in SCRIPTS:
        found = re.search(r"Object\.(keys|entries|values)|for \(\w+ \w+ in ", without_comments(text(path.name)))
        assert found is None, f"{path.name}: {found}"


def test_the_types_of_the_code_fit(compiler: list[str], tmp_path: Path) -> None:
    assert len(SCRIPTS) > 5
    assert complaints(compiler, tmp_path, *SCRIPTS) == ""


MISFITS = [
    ("announce(words);", "announce(7);", "TS2345"),
    ('state.phase === "waiting"', 'state.phase === "wating"', "TS2367"),
    ('operation[0] === "tool"', 'operation[0] === "tol"', "TS2367"),
    ('} else if (operation[0] === "clear") {', "} else if (false) {", "TS2322"),
    ("state.tool = operation[1];", "state.tol = operation[1];", "TS2551"),
]


def test_types_that_do_not_fit_are_found(compiler: list[str], tmp_path: Path) -> None:
    source, changed = text("live.js"), []
    for number, (good, bad, _) in enumerate(MISFITS):
        home = tmp_path / f"misfit{number}"
        home.mkdir()
        for path in SCRIPTS:
            shutil.copy(path, home)
        assert good in source
        changed.append(home / "live.js")
        changed[-1].write_text(source.replace(good, bad), encoding="utf-8")
    told = complaints(compiler, tmp_path, *changed)  # in one run: the compiler takes seconds to start
    for number, (_, bad, says) in enumerate(MISFITS):
        assert re.search(rf"misfit{number}/live\.js\(.*{says}", told), (bad, told)


def test_every_region_is_a_part_of_the_shell() -> None:
    assert list(SELECTORS) == [region.name.lower() for region in sorted(Region)]
    shell = reply_html.shell()
    for selector in SELECTORS.values():
        name, _, tag = selector.removeprefix(".").partition(" > ")
        assert f'class="{name}"' in shell
        assert not tag or f"<{tag}" in shell


def test_the_regions_that_the_page_asks_for_are_there() -> None:
    (listed,) = re.findall(r"= \[([^\]]*)\]\.map\(\(name\)", text("view.js"))
    names = re.findall(r'"(\w+)"', listed)
    assert names
    assert set(names) <= set(SELECTORS)


def written() -> set[str]:
    """The class names that elements have: of the kernel's, and of the page's own."""
    names = {region.class_name for region in Region} | {THOUGHTS_CLASS}
    for path in SCRIPTS:
        source = without_comments(path.read_text(encoding="utf-8"))
        for assigned in re.findall(r'className(?::| =) ["`]([^"`]*)', source):
            names.update(re.findall(r"mm-[\w-]+", assigned))
        for change in re.findall(r'classList\.\w+\("([^"]*)"', source):
            names.add(change)
        # what note(…) is called with
        names.update(re.findall(r', "(mm-[\w-]+)"[,)]', source))
    return names


def sought() -> list[tuple[str, str]]:
    """The class names that selectors look for, and where."""
    found = []
    for path in SHEETS:
        rules = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
        found += [(path.name, name) for name in re.findall(r"\.(mm-[\w-]+)", rules)]
    for path in SCRIPTS:
        source = without_comments(path.read_text(encoding="utf-8"))
        found += [(path.name, name) for name in re.findall(r"\.(mm-[\w-]+)", source)]
    return sorted(set(found))


@pytest.mark.parametrize(("where", "name"), sought())
def test_a_class_that_is_sought_is_written(where: str, name: str) -> None:
    assert name in written(), f"{where} looks for .{name}, which no element has"


def test_no_class_of_the_kernel_is_spelt_out_twice() -> None:
    spelt = {region.class_name for region in Region}
    for path in PACKAGE.rglob("*.py"):
        if path.name != "regions.py":
            names = set(re.findall(r"mm-[a-z]+", path.read_text(encoding="utf-8")))
            assert not names & spelt, f"{path.name} spells out {names & spelt}"


def test_the_page_asks_for_no_mark_that_the_kernel_does_not_name() -> None:
    source = "".join(text(name) for name in ("panel.js", "saved_outputs.js"))
    asked = set(re.findall(r"\bmarks\.(\w+)", source))
    (taken,) = re.findall(r'const \{ ([\w, ]+) \} = model\.get\("marks"\)', source)
    assert asked | set(taken.split(", ")) == set(marks_of("x"))


def listed(source: str, name: str) -> set[str]:
    (union,) = re.findall(rf"@typedef {{([^}}]*)}} {name}\b", source)
    return set(re.findall(r'"(\w+)"', union))


def test_the_phases_are_those_of_the_kernel() -> None:
    assert listed(text("live.js"), "Phase") == set(get_args(Phase))
    (status,) = re.findall(r"const STATUS = \{(.*?)\n\};", text("view.js"), re.DOTALL)
    spoken = set(re.findall(r"^  (\w+):", status, re.MULTILINE))
    assert spoken == set(get_args(Phase)) - {"whole", "done"}
    panel = "".join(text(name) for name in ("panel.js", "box.js"))
    compared = re.findall(r'phase [!=]== "(\w+)"', panel) + re.findall(r'phase: "(\w+)"', panel)
    assert set(compared) <= set(get_args(PanelPhase))


def test_the_operations_are_those_of_the_kernel() -> None:
    named = {get_args(get_args(kind)[0])[0] for kind in get_args(Operation) if kind is not RegionSplice}
    assert listed(text("live.js"), "Operation") == named
    (splice,) = re.findall(r"@typedef {\[([^\]]*)\]} Splice", text("live.js"))
    assert re.findall(r"(\w+): ", splice) == list(RegionSplice._fields)
