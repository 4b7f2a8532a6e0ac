"""Which cell begins a slide, and how tall a cell is taken to be."""

from __future__ import annotations

from typing import Any

import nbformat
import pytest

from notebooks.book.heights import TALLEST_CODE, code_height, outputs_height, text_height
from notebooks.book.slide_types import FURTHER, ROOM, SLIDE, STEP, set_slide_types
from notebooks.offline import lessons

from .support.notebook_files import opened


def text(source: str) -> Any:
    return nbformat.v4.new_markdown_cell(source)


def code(lines: int, *outputs: Any) -> Any:
    return nbformat.v4.new_code_cell("\n".join(["a = 1"] * lines), outputs=list(outputs))


def printed(lines: int) -> Any:
    return nbformat.v4.new_output("stream", text="a line\n" * lines)


def shown(html: str) -> Any:
    return nbformat.v4.new_output("display_data", data={"text/html": html, "text/plain": "it"})


def types(*cells: Any) -> list[str]:
    notebook = nbformat.v4.new_notebook(cells=list(cells))
    set_slide_types(notebook)
    return [cell.metadata.slideshow.slide_type for cell in notebook.cells]


@pytest.mark.parametrize("path", lessons(), ids=lambda path: path.stem)
def test_every_cell_of_a_lesson_says_how_it_appears(path: Any) -> None:
    saved = opened(path)
    said = [cell.metadata.get("slideshow", {}).get("slide_type") for cell in saved.cells]
    assert said == types(*saved.cells), "run python -m notebooks.refresh"
    assert said[0] == SLIDE


def test_a_heading_begins_a_slide_and_what_fits_appears_on_it() -> None:
    assert types(text("# Title"), text("## One"), code(3), text("**Notice**"), text("### Within")) == [
        SLIDE,
        SLIDE,
        STEP,
        STEP,
        STEP,
    ]


def test_what_does_not_fit_goes_one_slide_down() -> None:
    assert types(text("# Title"), code(14), code(14), text("a")) == [SLIDE, STEP, FURTHER, STEP]


def test_a_tall_output_stays_with_its_heading_and_nothing_follows_it() -> None:
    assert types(text("## One"), code(3, printed(80)), text("**Notice**")) == [SLIDE, STEP, FURTHER]


def test_a_lesson_that_begins_with_code_begins_with_a_slide() -> None:
    assert types(code(1), text("a")) == [SLIDE, STEP]


def test_code_is_taken_for_no_taller_than_it_is_shown() -> None:
    assert code_height(code(200)) == TALLEST_CODE < ROOM


def test_long_lines_count_for_as_many_as_they_are_broken_into() -> None:
    assert text_height(text("word " * 100)) > 4 * text_height(text("word"))
    assert outputs_height(code(1, nbformat.v4.new_output("stream", text="x" * 1000))) > outputs_height(
        code(1, printed(9))
    )


def test_what_is_folded_takes_no_room() -> None:
    many = "<p>a thought</p>" * 50
    folded = outputs_height(code(1, shown(f"<details><summary>Thought</summary>{many}</details><p>answer</p>")))
    unfolded = outputs_height(code(1, shown(f"<details open><summary>Thought</summary>{many}</details><p>answer</p>")))
    assert folded == outputs_height(code(1, shown("<p>Thought</p><p>answer</p>")))
    assert unfolded > 10 * folded


def test_pictures_take_room_unless_they_are_folded() -> None:
    picture = '<img src="data:image/png;base64,AAAA">'
    seen = outputs_height(code(1, shown(picture)))
    assert seen > 250
    assert outputs_height(code(1, shown(f"<details><summary>s</summary>{picture}</details>"))) < 100
    png = nbformat.v4.new_output("display_data", data={"image/png": "AAAA", "text/plain": "<Figure>"})
    assert outputs_height(code(1, png)) > 250
