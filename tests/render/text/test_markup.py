"""Text of a model becomes HTML or Markdown by escaping or rendering alone: proved by the type checker.

``Html(f"…{piece}…")`` could hold any text, as far as a type checker sees. So it is run over a copy of the package in
which each such call has the types of its pieces told: they are to be HTML and numbers alone. Likewise ``Markdown``.
"""

from __future__ import annotations

import ast
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

import minimax_nb

PACKAGE = Path(minimax_nb.__file__).parent
ESCAPING = {
    ("escape.py", "escape"),
    ("escape.py", "escape_content"),
    ("escape.py", "escape_prose"),
    ("markup.py", "join_html"),
    ("markup.py", "join_markdown"),
    ("quoting.py", "code_span"),
    ("quoting.py", "fenced"),
    ("quoting.py", "quoted"),
    ("quoting.py", "words"),
    ("safe_markdown.py", "to_markdown"),
    ("tracetext.py", "_of_ours"),
}
"""The functions that vouch for what they make; every other one only puts together what is HTML already."""
METHODS = {"replace", "strip"}
TOLD = re.compile(r'^(\S+): note: Revealed type is "(.*)"$', re.MULTILINE)
NUMBER = r"(?:builtins\.)?(?:bool|int|float)|Literal\[\d+\]\?"
FINE = re.compile(rf"(?:[\w.]*\.)?Html|{NUMBER}|(?:builtins\.)?list\[(?:(?:[\w.]*\.)?Markdown|{NUMBER})\]")
"""Pieces of Markdown stand in a list, so that they are told apart from those of HTML."""
# What holds no tokens or text of a model's, and takes long to read.
CONFIGURATION = """[mypy]
python_version = 3.11
ignore_missing_imports = True
show_error_codes = False
[mypy-pydantic.*,pydantic_core.*,pandas.*,openai.*,httpx.*,anyio.*,IPython.*]
follow_imports = skip
"""


class TellTypes(ast.NodeTransformer):
    """Has the pieces of each ``Html(…)`` told, but of those in the functions that vouch."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.changed = 0
        self.vouching: set[tuple[str, str]] = set()
        self._function = ""

    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        before, self._function = self._function, node.name
        self.generic_visit(node)
        self._function = before
        return node

    def visit_Call(self, node: ast.Call) -> ast.AST:
        self.generic_visit(node)
        for argument in node.args:
            is_type = isinstance(argument, ast.Name) and argument.id in {"Html", "Markdown"}
            assert not is_type or self._vouches(), f"{self.file}:{node.lineno} hands the type itself on"
        if not isinstance(node.func, ast.Name) or node.func.id not in {"Html", "Markdown"}:
            return node
        if self._vouches():
            return node
        self.changed += 1
        parts = pieces(node.args[0])
        if node.func.id == "Markdown":
            parts = [ast.List([piece], ast.Load()) for piece in parts]
        told = [ast.Call(ast.Name("reveal_type", ast.Load()), [piece], []) for piece in parts]
        text = ast.Call(ast.Name("str", ast.Load()), [ast.Tuple(told, ast.Load())], [])
        return ast.copy_location(ast.Call(node.func, [text], []), node)

    def _vouches(self) -> bool:
        here = (self.file, self._function)
        self.vouching |= {here} & ESCAPING
        return here in ESCAPING


def pieces(text: ast.expr) -> list[ast.expr]:
    """What a text is put together of, but for constants."""
    match text:
        case ast.Constant(value=str()):
            return []
        case ast.Name(id=name) if name.isupper():  # a constant, which is looked at where it is made
            return []
        case ast.JoinedStr(values=values):
            return [piece for value in values for piece in pieces(value)]
        case ast.FormattedValue(value=value):
            return pieces(value)
        case ast.BinOp(left=left, op=ast.Add(), right=right):
            return pieces(left) + pieces(right)
        case ast.Subscript(value=value, slice=ast.Slice()):
            return pieces(value)
        case ast.Call(func=ast.Attribute(value=value, attr=method), args=args) if method in METHODS:
            return [piece for each in (value, *args) for piece in pieces(each)]
        case _:
            return [text]


def with_types_told(source: str, file: str) -> tuple[str, TellTypes]:
    transformer = TellTypes(file)
    return ast.unparse(ast.fix_missing_locations(transformer.visit(ast.parse(source)))), transformer


def types_told(home: Path, cache: Path, *targets: str) -> list[tuple[str, str]]:
    """Where a piece stands, and its type."""
    (home / "mypy.ini").write_text(CONFIGURATION, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--config-file", "mypy.ini", "--cache-dir", str(cache), *targets]
    done = subprocess.run(command, cwd=home, capture_output=True, text=True, check=False)
    assert done.returncode in (0, 1), done.stdout + done.stderr  # 1: complaints about the told copy
    return TOLD.findall(done.stdout)


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The type checker's, so that it reads the standard library once."""
    return tmp_path_factory.mktemp("cache")


@pytest.mark.timeout(300)
def test_each_is_made_of_its_like_alone(tmp_path: Path, cache: Path) -> None:
    shutil.copytree(PACKAGE, tmp_path / "minimax_nb", ignore=shutil.ignore_patterns("__pycache__", "static", "tapes"))
    vouching: set[tuple[str, str]] = set()
    making: list[str] = []
    for path in sorted((tmp_path / "minimax_nb").rglob("*.py")):
        source, transformer = with_types_told(path.read_text(encoding="utf-8"), path.name)
        vouching |= transformer.vouching
        if transformer.changed:
            path.write_text(source, encoding="utf-8")
            making.append(str(path.relative_to(tmp_path)))
    assert vouching == ESCAPING
    assert len(making) > 10
    told = types_told(tmp_path, cache, *making)
    assert len(told) > 100
    assert [(place, kind) for place, kind in told if not FINE.fullmatch(kind)] == []


BAD = """
from typing import Any, NewType
Html = NewType("Html", str)
Markdown = NewType("Markdown", str)
def escape(text: str) -> Html: raise NotImplementedError
def of(text: str, html: Html, markdown: Markdown, number: int, anything: Any) -> Html:
    return Html({})
"""


@pytest.mark.parametrize(
    ("expression", "is_fine"),
    [
        ("'<p>'", True),
        ("f'<p>{html}</p>'", True),
        ("f'<p>{escape(text)}</p>{number:,}'", True),
        ("html[1:] + escape(text)", True),
        ("html.replace('a', html)", True),
        ("text", False),
        ("anything", False),
        ("f'{anything}'", False),
        ("html if number else text", False),
        ("f'<p>{text}</p>'", False),
        ("f'<p>{text!r:>10}</p>'", False),
        ("html + text", False),
        ("text[1:]", False),
        ("html.replace('a', text)", False),
        ("html.format(text)", False),
        ("f'<p>{\"\".join([text])}</p>'", False),
        ("'%s' % text", False),
        ("markdown", False),
    ],
)
def test_a_piece_that_is_not_html_is_found(tmp_path: Path, cache: Path, expression: str, is_fine: bool) -> None:
    source, _ = with_types_told(BAD.replace("{}", expression), "bad.py")
    (tmp_path / "bad.py").write_text(source, encoding="utf-8")
    assert all(FINE.fullmatch(kind) for _, kind in types_told(tmp_path, cache, "bad.py")) is is_fine
