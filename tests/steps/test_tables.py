"""Tables of tools, read as data from whatever HTML they write."""

from __future__ import annotations

from typing import Any

import pandas as pd
import pytest

from minimax_nb.steps.tables import Cell, Row, Table, read_table, with_place

from ..support.tools import Drawn


def cells(html: str) -> list[list[str]]:
    table = read_table(Drawn(html))
    assert table is not None
    return [[cell.text for cell in row.cells] for row in (*table.head, *table.body)]


class Raises:
    def to_html(self, **_options: Any) -> str:
        raise RuntimeError("no")


@pytest.mark.parametrize(
    "value",
    [
        None,
        "text",
        Drawn,
        Raises(),
        object(),
        Drawn(""),
        Drawn("<p>words</p>"),
        Drawn("<table></table>"),
        Drawn("<table><tr></tr></table>"),
        Drawn("<style>td{}</style><table><tr><td>a</td></tr></table>"),
        Drawn("<table><tr><td>a<SCRIPT>x</SCRIPT></td></tr></table>"),
        Drawn("<table><tr><td><svg><a></a></svg></td></tr></table>"),
        Drawn("<div></div><iframe src=x></iframe>"),
        Drawn("<table><tr><td>" + "x" * 60_000),
    ],
    ids=lambda value: (
        str(getattr(value, "html", value))[:20]
        if hasattr(value, "html") or isinstance(value, str)
        else type(value).__name__
    ),
)
def test_what_is_no_table_is_none(value: object) -> None:
    assert read_table(value) is None


def test_a_data_frame_is_its_rows() -> None:
    table = read_table(pd.DataFrame({"<b>": ["<script>", "so"]}, index=pd.Index([1, 2], name="n")))
    assert table == Table(
        head=(
            Row((Cell("", is_head=True), Cell("<b>", is_head=True)), "right"),
            Row((Cell("n", is_head=True), Cell("", is_head=True))),
        ),
        body=(
            Row((Cell("1", is_head=True), Cell("<script>"))),
            Row((Cell("2", is_head=True), Cell("so"))),
        ),
    )


def test_a_long_data_frame_is_cut_in_the_middle() -> None:
    table = read_table(pd.DataFrame([range(40)] * 100))
    assert table is not None
    assert len(table.body) == 31
    assert len(table.body[0].cells) == 14


def test_groups_of_columns_and_rows_span_theirs() -> None:
    columns = pd.MultiIndex.from_product([["p", "q"], ["x", "y"]])
    rows = pd.MultiIndex.from_tuples([("a", 1), ("a", 2)])
    table = read_table(pd.DataFrame([[1, 2, 3, 4]] * 2, columns=columns, index=rows))
    assert table is not None
    assert table.head[0].cells[-1] == Cell("q", is_head=True, columns=2, align="left")
    assert table.body[0].cells[0] == Cell("a", is_head=True, rows=2)


@pytest.mark.parametrize(
    ("inside", "text"),
    [
        ("<b>a</b> and <i>b</i>", "a and b"),
        ("a<br>b<br/>c", "a\nb\nc"),
        ("<p>a</p><p>b</p>", "a\nb"),
        (" a\n   b ", "a b"),
        ("1\xa0000", "1\xa0000"),
        ("a&lt;b&gt; &amp;lt;", "a<b> &lt;"),
        ("<ul><li>a</li><li>b</li></ul>", "a\nb"),
        ("<table><tr><td>a</td><td>b</td></tr><tr><td>c</td></tr></table>", "a b\nc"),
        ('<img src="https://x.example/a.png" alt="A cat">', "🖼 A cat"),
        ("<img src=x onerror=alert(1)>", "🖼 image"),
        ('<a href="https://x.example">name</a>', "name (https://x.example)"),
        ('<a href="https://x.example">https://x.example</a>', "https://x.example"),
        ("<a href=javascript:alert(1)>name</a>", "name"),
        ("<a href=' JavaScript:alert(1)'>name</a>", "name"),
        ("<form action=x><input value=v><button onclick=x()>Go</button></form>", "Go"),
        ("<select><option>1</option></select>after", "after"),
        ("<textarea><td></textarea>after", "after"),
        ("<span style='position:fixed'>a</span>", "a"),
        ("a<!-- </td> -->b", "ab"),
        ("<math><mi>x</mi></math>", "x"),
        ("<unknown-tag x=y>a</unknown-tag>", "a"),
    ],
)
def test_of_a_cell_its_words_stay(inside: str, text: str) -> None:
    assert cells(f"<table><tr><td>{inside}</td><td>next</td></tr></table>") == [[text, "next"]]


@pytest.mark.parametrize(
    "html",
    [
        "<table><tr><th>a<td>b<tr><td>c",
        "<TABLE><TR><TH>a</TH><TD>b</TD></TR><TR><TD>c</TD></TR></TABLE>",
        "<table><td>a</td><td>b</td><tr><td>c</td></table>",
        "</table></div><table><tr><td>a</td><td>b</td></tr></table><table><tr><td>c</td></tr></table>",
        "<table><tbody><tr><td>a</td><td>b</td></tr></tbody><tfoot><tr><td>c</td></tr></tfoot></table>",
        "<table><thead><tr><td>a</td><td>b</td></tr></thead><tbody><tr><td>c</td></tr></tbody></table>",
    ],
)
def test_rows_are_found_however_they_are_written(html: str) -> None:
    assert cells(html) == [["a", "b"], ["c"]]


def test_words_beside_the_table_are_not_lost() -> None:
    table = read_table(Drawn("<p>Sales</p><table><caption>2026</caption><tr><td>a</td></tr></table><p>1 row</p>"))
    assert table is not None
    assert table.beside == "Sales\n2026\n1 row"


@pytest.mark.parametrize("span", ["0", "-1", "x", "", "1e9", "²", "00"])
def test_a_span_that_is_none_is_one(span: str) -> None:
    table = read_table(Drawn(f'<table><tr><td colspan="{span}" rowspan="{span}">a</td></tr></table>'))
    assert table is not None
    assert table.body[0].cells == (Cell("a"),)


def test_a_span_is_bounded() -> None:
    table = read_table(Drawn(f"<table><tr><td colspan={10**30}>a</td></tr></table>"))
    assert table is not None
    assert table.body[0].cells[0].columns == 1000


def test_a_table_keeps_its_step_when_another_comes_before_it() -> None:
    one, two = Table(beside="1"), Table(beside="2")
    tables = with_place(with_place({}, 3, one), 3, two)
    assert tables == {3: two, 4: one}
    assert with_place(tables, 4, None) == {3: two, 5: one}
