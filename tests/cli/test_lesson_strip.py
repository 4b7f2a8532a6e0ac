"""``minimax-nb lesson strip``: no answer is left, nothing else goes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb.cli import UnusableInputError
from minimax_nb.cli.lesson_strip import strip
from minimax_nb.cli.main import main

from ..support.notebooks import code, markdown, notebook, printed, read, save, save_tape

if TYPE_CHECKING:
    from pathlib import Path

STUB = "# YOUR CODE HERE\nraise NotImplementedError()"


def stripped(cell: Any) -> Any:
    """What becomes of a cell."""
    book = notebook(cell)
    strip(book, "a.ipynb")
    return book.cells[0]


def test_a_solution_is_emptied_and_unfolded() -> None:
    cell = stripped(code("42", printed("42\n"), count=3, tags=["solution", "x"], jupyter={"source_hidden": True}))
    assert (cell.source, cell.outputs, cell.execution_count) == ("", [], None)
    assert cell.metadata == {"tags": ["solution", "x"]}


def test_a_solution_in_prose_is_emptied_with_its_pictures() -> None:
    cell = markdown("Forty-two.", tags=["solution"])
    cell.attachments = {"a.png": {"image/png": "AA=="}}
    assert stripped(cell).source == ""
    assert "attachments" not in stripped(cell)


def test_an_exercise_and_all_else_stays() -> None:
    cells = [markdown("Task", tags=["exercise"]), code("1", printed("1\n"), count=1), markdown("See: solution")]
    book = notebook(*cells)
    before = book.copy()
    assert strip(book, "a.ipynb") == []
    assert book == before


@pytest.mark.parametrize(
    ("source", "left"),
    [
        ("### BEGIN SOLUTION\nx = 1\n### END SOLUTION", STUB),
        ("x = 0\n### BEGIN SOLUTION\nx = 1\n### END SOLUTION\nx", f"x = 0\n{STUB}\nx"),
        (
            "def f():\n    ### BEGIN SOLUTION\n    return 1\n    ### END SOLUTION",
            "def f():\n    # YOUR CODE HERE\n    raise NotImplementedError()",
        ),
        ("# BEGIN SOLUTION\n1\n# END SOLUTION\n\n#BEGIN SOLUTION\n2\n#END SOLUTION", f"{STUB}\n\n{STUB}"),
        ("assert f\n### BEGIN HIDDEN TESTS\nassert f() == 1\n### END HIDDEN TESTS", "assert f"),
    ],
    ids=range(5),
)
def test_regions_are_replaced_as_nbgrader_does(source: str, left: str) -> None:
    cell = stripped(code(source, printed("1\n"), count=1))
    assert (cell.source, cell.outputs) == (left, [])


def test_regions_in_prose_get_their_own_stub() -> None:
    cell = markdown("Why?\n\n### BEGIN SOLUTION\nBecause.\n### END SOLUTION")
    assert stripped(cell).source == "Why?\n\nYOUR ANSWER HERE"
    assert stripped(markdown("=== BEGIN MARK SCHEME ===\n2 points\n=== END MARK SCHEME ===")).source == ""


def test_what_nbgrader_knows_as_a_solution_becomes_a_stub() -> None:
    marks = {"grade": True, "grade_id": "a", "locked": False, "schema_version": 3, "solution": True}
    assert stripped(code("1 + 1", nbgrader=marks)).source == STUB
    assert stripped(markdown("Two.", nbgrader=marks)).source == "YOUR ANSWER HERE"
    assert stripped(code("1 + 1", nbgrader={**marks, "solution": False})).source == "1 + 1"
    assert stripped(code("1 + 1", nbgrader="odd")).source == "1 + 1"
    assert stripped(code("a\n### BEGIN SOLUTION\nb\n### END SOLUTION", nbgrader=marks)).source == f"a\n{STUB}"


@pytest.mark.parametrize(
    ("source", "said"),
    [
        ("### BEGIN SOLUTION\n1", "expected ### END SOLUTION, found none"),
        ("1\n### END SOLUTION", "expected a BEGIN before it, got '### END SOLUTION'"),
        ("### BEGIN SOLUTION\n### BEGIN SOLUTION\n### END SOLUTION", "expected ### END SOLUTION, got '### BEGIN"),
        ("### BEGIN SOLUTION\n### END HIDDEN TESTS\n", "expected ### END SOLUTION, got '### END HIDDEN TESTS'"),
        ("### BEGIN SOLUTION\n### BEGIN HIDDEN TESTS\n", "expected ### END SOLUTION, got '### BEGIN HIDDEN TESTS'"),
    ],
    ids=range(5),
)
def test_a_mark_without_its_partner_is_refused(source: str, said: str) -> None:
    with pytest.raises(UnusableInputError, match=said) as refused:
        strip(notebook(markdown("# A"), code(source)), "a.ipynb")
    assert str(refused.value).startswith("a.ipynb, cell 2")


@given(st.lists(st.sampled_from(["### BEGIN SOLUTION", "ANSWER", "### END SOLUTION", "x = 1", "  y", ""])))
def test_no_answer_survives_whatever_the_marks(lines: list[str]) -> None:
    book = notebook(code("\n".join(["### BEGIN SOLUTION", "ANSWER", "### END SOLUTION", *lines])))
    outside = inside = False
    for line in lines:
        inside = {"### BEGIN SOLUTION": True, "### END SOLUTION": False}.get(line, inside)
        outside |= line == "ANSWER" and not inside
    try:
        strip(book, "a.ipynb")
    except UnusableInputError:
        return
    assert ("ANSWER" in book.cells[0].source) == outside


def test_the_command_writes_another_file(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = save(tmp_path / "a.ipynb", code("1", tags=["exercise"]), code("42", printed("42"), tags=["solution"]))
    before = path.read_bytes()
    save_tape(tmp_path / "tapes/a/a.json")
    target = tmp_path / "students/a.ipynb"
    assert main(["lesson", "strip", "a", "-o", str(target), "--folder", str(tmp_path)]) == 0
    out = capsys.readouterr().out
    assert "without the answers in cell 2\n" in out
    assert "lesson pack --students" in out
    assert [cell.source for cell in read(target).cells] == ["1", ""]
    assert b"42" not in target.read_bytes()
    assert path.read_bytes() == before


def test_nothing_is_written_over_unless_it_is_wanted(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = save(tmp_path / "a.ipynb", code("42", tags=["solution"]))
    other = save(tmp_path / "b.ipynb", code("dear"))
    words = ["lesson", "strip", "a", "--folder", str(tmp_path), "-o"]
    for target, said in ((path, "another file than the lesson"), (other, "--force"), (tmp_path / "b.py", ".ipynb")):
        assert main([*words, str(target)]) == 2
        assert said in capsys.readouterr().err
    assert main([*words, str(path), "--force"]) == 2
    assert read(path).cells[0].source == "42"
    assert main([*words, str(other), "--force"]) == 0
    assert read(other).cells[0].source == ""


def test_a_lesson_without_answers_is_no_lesson_to_strip(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    save(tmp_path / "a.ipynb", code("42"))
    assert main(["lesson", "strip", "a", "--folder", str(tmp_path), "-o", str(tmp_path / "b.ipynb")]) == 2
    assert "expected solutions in a.ipynb, found none" in capsys.readouterr().err
    assert not (tmp_path / "b.ipynb").exists()
