"""The shape of the house: imports go down the layers only, the server meets the client over HTTP alone."""

from __future__ import annotations

import ast
import sys
from pathlib import Path

import pytest

import minimax_nb

PACKAGE = Path(minimax_nb.__file__).parent
FILES = sorted(PACKAGE.rglob("*.py"))

LAYERS: dict[str, int] = {
    "catalog": 0,
    "errors": 0,
    "messages": 0,
    "events": 0,
    "think": 1,
    "assembly": 1,
    "checks": 1,
    "toolkit": 1,
    "stream": 1,
    "tools": 1,
    "ledger": 1,
    "template": 1,
    "steps": 1,
    "steprecorder": 1,
    "loop": 1,
    "endpoint": 1,
    "hints": 1,
    "render": 2,
    "history": 3,
    "sdk": 3,
    "client": 3,
    "reading": 3,
    "sources": 3,
    "taping": 3,
    "frames": 3,
    "modelframe": 3,
    "trace": 3,
    "batch": 3,
    "display": 4,
    "speed": 4,
    "chat": 4,
    "environment": 4,
    "terminal": 4,
    "turns": 4,
    "comparing": 4,
    "widgets": 4,
    "magics": 4,
    "commands": 5,
    "cli": 5,
    "__main__": 5,
}
STANDARD_ONLY = {name for name, layer in LAYERS.items() if layer <= 1}
ALSO_ALLOWED = {"tools": {"pydantic"}, "toolkit": {"pydantic"}}


def room(path: Path) -> str:
    """The name under which a file stands in the list of layers."""
    return path.relative_to(PACKAGE).parts[0].removesuffix(".py")


def imports(path: Path) -> list[tuple[str, bool]]:
    """Every module that a file imports at run time, as (absolute name, whether at the top of the file)."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    package = ["minimax_nb", *path.relative_to(PACKAGE).parts[:-1]]
    found = []

    def visit(node: ast.AST, top: bool) -> None:
        for child in ast.iter_child_nodes(node):
            if isinstance(child, ast.If) and "TYPE_CHECKING" in ast.unparse(child.test):
                for other in child.orelse:
                    visit(other, top)
                continue
            if isinstance(child, ast.Import):
                found.extend((alias.name, top) for alias in child.names)
            elif isinstance(child, ast.ImportFrom):
                base = package[: len(package) - child.level + 1] if child.level else []
                name = ".".join([*base, *([child.module] if child.module else [])])
                if child.level and not child.module:
                    found.extend((f"{name}.{alias.name}", top) for alias in child.names)
                else:
                    found.append((name, top))
            inside = isinstance(child, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            visit(child, top and not inside)

    visit(tree, top=True)
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(PACKAGE)))
def test_imports_go_down_the_layers(path: Path) -> None:
    here = room(path)
    for name, _ in imports(path):
        if not name.startswith("minimax_nb.") or here == "__init__":
            continue
        there = name.split(".")[1]
        if here == "server":
            assert there in ("server", "errors"), f"{path.name} of the server imports {name}"
        elif there == "server":
            assert LAYERS[here] >= 3, f"{path.name} imports {name}"
        else:
            assert there in LAYERS, f"{name}: say in LAYERS where it belongs"
            assert here in LAYERS, f"{here}: say in LAYERS where it belongs"
            assert there == here or LAYERS[there] <= LAYERS[here], f"{path.name} imports {name}, which lies above it"


@pytest.mark.parametrize("path", [p for p in FILES if room(p) in STANDARD_ONLY], ids=lambda path: path.stem)
def test_the_core_needs_the_standard_library_alone(path: Path) -> None:
    allowed = {"minimax_nb", "__future__", *ALSO_ALLOWED.get(room(path), ())}
    for name, _ in imports(path):
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
