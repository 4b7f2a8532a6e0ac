"""The shape of the house: imports go down the layers only, the server meets the client over HTTP alone."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

import minimax_nb

PACKAGE = Path(minimax_nb.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))

FLOORS: dict[str, int] = {
    # What everything may use, and what uses nothing inside.
    "errors": 0,
    "catalog": 0,
    "sse": 0,
    "redaction": 0,
    "hosts": 0,
    "runtime": 0,
    # A message and its parts; which front end is there; the embedded server.
    "message": 1,
    "frontend": 1,
    "server": 1,
    "tools": 2,
    "steps": 2,
    "client": 2,
    "stream": 3,
    "render": 3,
    "history": 4,
    "widgets": 4,
    "agent": 5,
    "display": 5,
    "trace": 5,
    "chat": 6,
    "batching": 6,
    "analysis": 7,
    "magics": 8,
    "cli": 8,
    "__main__": 9,
}
"""Each room's floor: it may import from lower floors alone, not from equals."""

EXCEPTIONS = {
    ("errors", "minimax_nb.message.reply"): "an error holds the part that arrived: a type alone",
    ("message", "minimax_nb.frontend"): "a reply is a value that shows itself, once a cell",
    ("client", "minimax_nb.server"): "no key: the client starts the embedded server, and meets it over HTTP",
    ("cli", "minimax_nb.server"): "`serve` and `record` start it",
}
"""Imports that go up, or across the wall around the server, each with its reason."""
LAZY_UPWARD = {
    "minimax_nb.render.bundle": "a reply shows itself",
    "minimax_nb.chat.panel": "a chat opens its panel",
}
"""Imports inside of functions that would be a circle at the top of a file; at most three."""
STANDARD_ONLY = {"errors", "catalog", "sse", "redaction", "hosts", "message", "stream", "steps", "history"}
ALSO_ALLOWED = {name: {"pydantic", "pydantic_core"} for name in ("message", "stream", "history")}
ALSO_ALLOWED["history"] |= {"PIL"}  # pictures are Pillow's to read


def room(path: Path) -> str:
    """The name under which a file stands in the list of layers."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> list[str]:
    """Every module that a file imports, as an absolute name: at the top, in functions, and for types alone."""
    package = ["minimax_nb", *path.relative_to(PACKAGE).parts[:-1]]
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found += [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom):
            base = package[: len(package) - node.level + 1] if node.level else []
            name = ".".join([*base, *([node.module] if node.module else [])])
            # ``from package import module`` names the module.
            found += [f"{name}.{alias.name}" if is_module(f"{name}.{alias.name}") else name for alias in node.names]
    return found


def is_module(name: str) -> bool:
    path = PACKAGE.parent.joinpath(*name.split("."))
    return path.with_suffix(".py").exists() or (path / "__init__.py").exists()


def is_excused(here: str, name: str) -> bool:
    return any(here == room and name.startswith(start) for room, start in EXCEPTIONS)


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_down(path: Path) -> None:
    here = room(path)
    if here == "__init__":
        return
    assert here in FLOORS, f"{here}: say in FLOORS where it belongs"
    for name in imports(path):
        there = name.split(".")[1] if name.startswith("minimax_nb.") else here
        if there == here or is_excused(here, name) or name in LAZY_UPWARD:
            continue
        assert there in FLOORS, f"{name}: say in FLOORS where it belongs"
        assert FLOORS[there] < FLOORS[here], f"{path.name} imports {name}, which does not lie below it"
        if here == "server":
            assert FLOORS[there] == 0, f"{path.name} of the server imports {name}"
        assert there != "server", f"{path.name} imports {name}: the two sides meet over HTTP"
        if here == "frontend":
            assert there == "errors", f"{path.name} imports {name}, and is a leaf"


def test_every_exception_is_in_use_and_there_are_few() -> None:
    every = [(room(path), name) for path in FILES for name in imports(path)]
    for where, start in EXCEPTIONS:
        assert any(here == where and name.startswith(start) for here, name in every), f"{where} imports {start} no more"
    assert len(LAZY_UPWARD) <= 3
    for name in LAZY_UPWARD:
        assert any(found == name for _, found in every), f"nobody imports {name} any more"


def test_a_newcomer_can_keep_the_map_in_mind() -> None:
    here = {path.name for path in PACKAGE.iterdir() if not path.name.startswith(("__pycache__", "_lessons", "_docs"))}
    assert len(here - {"py.typed"}) <= 26
    for path in FILES:
        length = len(path.read_text(encoding="utf-8").splitlines())
        assert length <= 320, f"{path.name} has {length} lines: is there a seam that has a name?"


@pytest.mark.parametrize("path", [p for p in FILES if room(p) in STANDARD_ONLY], ids=lambda path: path.stem)
def test_the_core_needs_the_standard_library_alone(path: Path) -> None:
    allowed = {"minimax_nb", "__future__", *ALSO_ALLOWED.get(room(path), ())}
    for name in imports(path):
        first = name.split(".")[0]
        assert first in sys.stdlib_module_names or first in allowed, f"{path.name} imports {name}"


def test_the_public_names_are_sorted_and_all_there() -> None:
    assert minimax_nb.__all__ == sorted(minimax_nb.__all__)
    for name in minimax_nb.__all__:
        assert getattr(minimax_nb, name) is not None


def test_importing_the_package_loads_nothing_heavy() -> None:
    import subprocess

    code = "import sys, minimax_nb; print([m for m in ('openai','pandas','IPython','ipywidgets') if m in sys.modules])"
    printed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
    assert printed.strip() == "[]"


def test_no_module_hides_a_public_name() -> None:
    modules = {path.stem for path in PACKAGE.glob("*.py")} | {
        path.parent.name for path in PACKAGE.glob("*/__init__.py")
    }
    assert not modules & set(minimax_nb.__all__), "importing such a module would put it in the function's place"
