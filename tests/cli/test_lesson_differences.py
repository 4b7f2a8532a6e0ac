"""What two runs of a notebook differ in: found in every form, told in few lines."""

from __future__ import annotations

from typing import Any

import nbformat
import pytest

from minimax_nb.cli.lesson_differences import LONGEST_DIFF, cell_differences, file_difference, unified

from ..support.notebooks import code, markdown, notebook, printed


def shown(**forms: Any) -> Any:
    return nbformat.v4.new_output("display_data", data={name.replace("_", "/"): text for name, text in forms.items()})


def raised(text: str) -> Any:
    return nbformat.v4.new_output("error", ename="ValueError", evalue=text, traceback=[])


def told(before: Any, after: Any) -> list[str]:
    """The lines about a notebook of one cell, which was run twice."""
    return [line for one in cell_differences(notebook(before), notebook(after)) for line in one.lines]


@pytest.mark.parametrize(
    "outputs", [[], [printed("a\n")], [shown(text_plain="a", text_html="<b>a</b>")], [raised("no")]], ids=range(4)
)
def test_the_same_outputs_are_no_difference(outputs: list[Any]) -> None:
    assert told(code("f()", *outputs, count=1), code("f()", *outputs, count=1)) == []


@pytest.mark.parametrize(
    ("before", "after", "names"),
    [
        ([printed("a\n")], [printed("b\n")], "output 1, stdout"),
        ([], [printed("b\n")], "output 1, stdout"),
        ([printed("a\n")], [], "output 1, stdout"),
        ([shown(text_plain="a")], [shown(text_plain="b")], "output 1, text/plain"),
        ([shown(text_html="a")], [shown(text_html="b")], "output 1, text/html"),
        ([shown(text_plain="a")], [shown(text_plain="a", image_png="AA==")], "output 1, image/png"),
        ([shown(application_json={"a": 1})], [shown(application_json={"a": 2})], "output 1, application/json"),
        ([raised("a")], [raised("b")], "output 1, error"),
    ],
    ids=range(8),
)
def test_what_differs_is_named(before: list[Any], after: list[Any], names: str) -> None:
    lines = told(code("f()", *before, count=1), code("f()", *after, count=1))
    assert lines[0] == f"{names}:"
    assert lines[1:3] == ["--- saved", "+++ now"]


def test_pixels_may_differ() -> None:
    assert told(code("f()", shown(image_png="AA==")), code("f()", shown(image_png="BB=="))) == []
    assert file_difference('"image/png": "AA=="', '"image/png": "BB=="') == []
    assert file_difference('"text": "AA=="', '"text": "BB=="') != []


def test_a_cell_that_was_run_in_another_order_is_told() -> None:
    assert told(code("f()", count=7), code("f()", count=2))[-2:] == ["-[7]", "+[2]"]


def test_the_form_that_is_easily_read_comes_first_and_the_others_are_named() -> None:
    before, after = (shown(text_html=f"<b>{text}</b>", text_plain=text, text_markdown=text) for text in "ab")
    lines = told(code("f()", before), code("f()", after))
    assert lines[0] == "output 1, text/plain:"
    assert lines[-1] == "(and output 1, text/markdown, output 1, text/html)"


def test_the_cell_is_named_by_its_number_and_its_first_line() -> None:
    cells = [[markdown("# A"), code("\nprint(1)\n2", printed(text))] for text in ("1", "2")]
    [found] = cell_differences(notebook(*cells[0]), notebook(*cells[1]))
    assert found.cell == "cell 2 (print(1))"


def test_a_long_line_is_cut_around_what_differs() -> None:
    lines = unified("x" * 5_000 + "a" + "y" * 5_000, "x" * 5_000 + "b" + "y" * 5_000)
    removed, added = lines[-2:]
    assert len(removed) < 220
    assert (removed[0], added[0]) == ("-", "+")
    assert "xay" in removed
    assert "xby" in added


def test_a_long_diff_is_cut_and_says_so() -> None:
    lines = unified("", "\n".join(map(str, range(500))))
    assert len(lines) == LONGEST_DIFF + 1
    assert lines[-1].endswith("lines more")


def test_nothing_that_moves_the_cursor_reaches_the_terminal() -> None:
    assert not any("\x1b" in line for line in unified("\x1b[31mred", "\x1b[32mgreen"))


def test_line_breaks_alone_are_a_difference() -> None:
    assert unified("a\n", "a") == ["--- saved", "+++ now", "(line breaks differ, and nothing else)"]
