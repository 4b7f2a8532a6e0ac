"""Keys found in what is given away, wherever they stand, and named by their place alone."""

from __future__ import annotations

import json
from typing import Any

import pytest

from minimax_nb.cli.lesson_secrets import secret_places

from ..support.notebooks import TAPE, code, markdown, notebook, printed

KEY = "sk-very-secret-key-0123456789"
KNOWN = "a key like no other"


def places(name: str, content: Any) -> list[str]:
    text = content if isinstance(content, str) else json.dumps(content, indent=1)
    found = secret_places(name, text.encode(), [KNOWN, ""])
    assert not any(KEY in place or KNOWN in place for place in found)
    return found


def with_attachment() -> Any:
    cell = markdown("a")
    cell.attachments = {"a.txt": {"text/plain": KEY}}
    return cell


@pytest.mark.parametrize("key", [KEY, KNOWN])
def test_the_line_of_a_cell_is_named(key: str) -> None:
    assert places("a.ipynb", notebook(markdown("# A"), code(f"import os\nx = '{key}'"))) == ["cell 2, line 2"]


@pytest.mark.parametrize(
    ("cell", "place"),
    [
        (code("1", printed(KEY)), "the output of cell 1"),
        (code("1", KEY=1, tags=[KEY]), "the metadata or an attachment of cell 1"),
        (with_attachment(), "the metadata or an attachment of cell 1"),
    ],
    ids=range(3),
)
def test_outputs_metadata_and_attachments_are_looked_at(cell: Any, place: str) -> None:
    assert places("a.ipynb", notebook(cell)) == [place]


def test_lists_of_lines_are_read_as_the_text_they_are() -> None:
    book = json.loads(json.dumps(notebook(code("x", printed("y")))))
    book["cells"][0]["source"] = ["a = 1\n", f"b = '{KEY}'"]
    book["cells"][0]["outputs"][0]["text"] = [f"Bearer {'x' * 15}", "y" * 15]
    assert places("a.ipynb", book) == ["cell 1, line 2", "the output of cell 1"]


def test_the_metadata_of_the_notebook_are_looked_at() -> None:
    book = notebook(code("1"))
    book.metadata.author = KEY
    assert places("a.ipynb", book) == ["the metadata of the notebook"]


def test_the_line_of_a_tape_or_a_text_is_named() -> None:
    text = json.dumps(TAPE, indent=1).replace("Because.", KEY)
    [place] = places("tapes/a/a.json", text)
    assert KEY in text.split("\n")[int(place.removeprefix("line ")) - 1]
    assert places("README.md", f"a\nb {KEY}\n") == ["line 2"]
    assert places("broken.json", f"{{\n{KEY}") == ["line 2"]


def test_escapes_hide_nothing() -> None:
    text = json.dumps(TAPE).replace("Because.", KEY.replace("s", "\\u0073", 1))
    assert places("a.json", text) == ["in a text that is written with escapes"]


def test_a_key_that_came_in_pieces_is_found() -> None:
    events = [{"t": 0, "data": {"choices": [{"delta": {"content": piece}}]}} for piece in (KEY[:9], KEY[9:])]
    tape = {"provenance": {"kind": "recorded"}, "turns": [*TAPE["turns"], {"recorded": {"events": events}}]}
    assert places("a.json", tape) == ["turns[1], over several events"]


@pytest.mark.parametrize("content", [TAPE, [], 3, {"turns": 3}, {"turns": [3, {"recorded": {"events": [3]}}]}, "{"])
def test_what_is_innocent_or_broken_has_no_place(content: Any) -> None:
    assert places("a.json", content) == []


def test_an_innocent_notebook_has_no_place() -> None:
    source = "task-12345 sk-learn os.environ['MINIMAX_API_KEY']"
    assert places("a.ipynb", notebook(markdown("# A"), code(source, printed("ask-me")))) == []
