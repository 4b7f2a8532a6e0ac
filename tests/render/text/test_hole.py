from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from minimax_nb.render.text.hole import read_hole
from minimax_nb.render.text.template import fill

NAMES: dict[str, Any] = {
    "x": 3.14159,
    "n": 2,
    "s": "it's",
    "d": {"k": "v", "}": "brace", "a:b": "colon"},
    "rows": [1, 2, 3],
    "df": pd.DataFrame({"q": [1, 2]}),
    "twice": lambda value: 2 * value,
    "café": "é",
}


@pytest.mark.parametrize(
    "expression",
    [
        "x:.2f",
        "x!r:>12",
        "s!r",
        "s!a",
        "x=",
        "x=:.1f",
        "s=!s",
        'd["k"]',
        "d['}']",
        "d['a:b']",
        "df.head()",
        "df.head(1).to_string(index=False)",
        "df['q'].sum()",
        "twice(1)",
        "twice(twice(n))",
        "rows[-1]",
        "rows[0:2]",
        "len(rows)",
        "sum(r for r in rows)",
        "', '.join(str(r) for r in rows)",
        "n + 1",
        "-n",
        "n ** 2 % 3",
        "n == 2",
        "n != 2",
        "'a' if n > 1 else 'b'",
        "n and x",
        "[r for r in rows][0]",
        "(n, x)[0]",
        "dict(k=n)['k']",
        "rows!s:>12",
        "x:{n}.1f",
        "café",
        "n ",
    ],
)
def test_it_is_what_an_f_string_makes_of_it(expression: str) -> None:
    quoted = '"""' if '"""' not in expression else "'''"
    expected = eval(f"f{quoted}<{{{expression}}}>{quoted}", dict(NAMES))  # what Python itself says
    assert fill(f"<{{{expression}}}>", NAMES) == expected


def test_what_the_notebook_calls_by_a_name_of_python_is_its_own() -> None:
    assert fill("{len(rows)}", {**NAMES, "len": lambda _: "mine"}) == "mine"


@pytest.mark.parametrize(
    ("expression", "got"),
    [
        ("x.__class__", "the private attribute __class__"),
        ("df._mgr", "the private attribute _mgr"),
        ("twice(n.__class__)", "the private attribute __class__"),
        ("twice(lambda: n)", "Lambda"),
        ("twice((m := n))", "NamedExpr"),
    ],
)
def test_side_doors_are_shut(expression: str, got: str) -> None:
    with pytest.raises(ValueError, match=f"expected names, attributes, items and calls in .*, got {got}"):
        fill(f"{{{expression}}}", {**NAMES, "m": 1})


@pytest.mark.parametrize("name", ["open", "eval", "exec", "getattr", "__import__", "input", "print", "vars"])
def test_functions_of_python_that_reach_outside_are_not_there(name: str) -> None:
    with pytest.raises(NameError):
        fill(f"{{{name}('x')}}", NAMES)


def test_reading_runs_nothing() -> None:
    hole = read_hole("{twice(1 / 0):.1f} more", 0)
    assert hole is not None
    assert (hole.expression, hole.end, hole.names, hole.called) == ("twice(1 / 0)", 18, ("twice",), {"twice"})


def test_what_a_function_of_the_notebook_raises_is_behind_the_error() -> None:
    with pytest.raises(ValueError, match=r"\{twice\(None\)\} cannot be filled: TypeError") as caught:
        fill("{twice(None)}", NAMES)
    assert isinstance(caught.value.__cause__, TypeError)
    with pytest.raises(KeyboardInterrupt):
        fill("{stop()}", {"stop": _interrupted})


def _interrupted() -> None:
    raise KeyboardInterrupt
