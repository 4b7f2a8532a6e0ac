"""A tool's table as HTML of ours."""

from __future__ import annotations

import re

import pandas as pd
import pytest

from minimax_nb.render.table import table_html
from minimax_nb.steps.tables import Cell, Row, Table, read_table

from ..support.html_inspection import TABLE, inspect
from ..support.tools import Drawn


def test_no_table_is_nothing() -> None:
    assert table_html(None) == ""


@pytest.mark.parametrize(
    "frame",
    [
        pd.DataFrame({"day": ["Mon", "Tue"], "celsius": [11, 13]}),
        pd.DataFrame({"a<b": ["x & y", None]}, index=pd.Index([1, 2], name="n")),
        pd.DataFrame([[1], [2]], index=pd.MultiIndex.from_tuples([("a", 1), ("a", 2)], names=["k", "l"])),
        pd.DataFrame(range(200)),
        pd.DataFrame(),
        pd.DataFrame(columns=["a"]),
    ],
    ids=["plain", "escaped", "groups", "long", "empty", "no rows"],
)
def test_a_data_frame_looks_as_pandas_draws_it(frame: pd.DataFrame) -> None:
    pandas = frame.to_html(max_rows=30, max_cols=12, border=0)
    drawn = table_html(read_table(frame))
    assert drawn.startswith('<div style="overflow-x:auto" tabindex="0" role="group" aria-label="Table">')
    # To the left, live and saved: JupyterLab has two minds about tables without a margin of their own.
    ours = pandas.partition("<table")[2].replace('class="dataframe"', 'class="dataframe" style="margin:0 0 .8em"')
    # A screen reader would take the empty corner for the head of the column.
    assert drawn.partition("<table")[2] == ours.replace("<th></th>", "<td></td>") + "</div>"


ATTACKS = [
    "<script>alert(1)</script>",
    "<img src=x onerror=alert(1)>",
    "<img src=https://x.example/pixel.png>",
    "<a href=javascript:alert(1)>x</a>",
    "<a href='&#106;avascript:alert(1)'>x</a>",
    "<form action=https://x.example><input name=a><button formaction=x>b</button></form>",
    "<div style='position:fixed;inset:0'>x</div>",
    "<b onclick=alert(1)>x</b>",
    "</td></tr></table></div></details><h1>x</h1>",
    "<table><tr><td onmouseover=alert(1)>x</td></tr></table>",
    "<base href=https://x.example>",
    "<meta http-equiv=refresh content='0;url=https://x.example'>",
    "<link rel=stylesheet href=https://x.example/a.css>",
    "<noscript><p title='</noscript><img src=x onerror=alert(1)>'></noscript>",
    "<math><mtext><table><mglyph><style><img src=x onerror=alert(1)></style></mglyph></table></mtext></math>",
    "<!--><img src=x onerror=alert(1)>-->",
    "<textarea></textarea><img src=x onerror=alert(1)>",
    "&lt;script&gt;alert(1)&lt;/script&gt;",
    "<td background=https://x.example/a.png>x",
    "<video src=https://x.example/a.mp4></video>",
]


@pytest.mark.parametrize("attack", ATTACKS)
@pytest.mark.parametrize(
    "around",
    [
        "<table><tr><td>{}</td></tr></table>",
        "<table {}><tr><td>a</td></tr></table>",
        "{}<table><tr><td>a</td></tr></table>",
        "<table>{}<tr><td>a</td></tr></table>{}",
        "<table><tr><td title='{}' onclick=x()>a</td></tr></table>",
    ],
)
def test_of_foreign_markup_nothing_survives(attack: str, around: str) -> None:
    html = table_html(read_table(Drawn(around.replace("{}", attack))))
    written = [attribute for _, attributes in inspect(html, TABLE).elements for attribute in attributes.items()]
    assert {value for name, value in written if name == "class"} <= {"dataframe"}
    assert html.count("<") == len(re.findall(r"</?[a-z]+[ >]", html)), "nothing but tags begins so"


def test_prices_in_cells_do_not_become_formulas() -> None:
    table = Table(body=(Row((Cell("$5"), Cell(r"\\(x\\)"), Cell("a\nb\u202e"))),))
    assert "<td><span>$</span>5</td>" in table_html(table)
    assert "a<br>b⟨U+202E⟩" in table_html(table)
