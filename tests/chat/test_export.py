"""A conversation for others: a page that loads nothing, a notebook and a script that ask the same again."""

from __future__ import annotations

import ast
import json
from typing import TYPE_CHECKING, Any

import pytest

from minimax_nb import Chat

from ..support.chats import chat_of
from ..support.html_inspection import DOCUMENT, PAGE, inspect
from ..support.scripted import Script, call, client_of, message
from ..support.tools import double

if TYPE_CHECKING:
    from pathlib import Path

HARD = 'Two\nlines with """quotes""" and a \\ and {braces}'
HOSTILE = "<script>alert(1)</script> ![x](https://a.example/b.png) $x^2$"


def talked() -> Chat:
    answers = (message("", call("double", '{"x": 2}')), message("**Four.**"), message(HOSTILE), message("Fine."))
    chat, _ = chat_of(*answers, system="Count.\nSlowly.", tools=[double], temperature=0.5)
    chat("2 + 2?")
    chat(HARD)
    chat([{"type": "text", "text": "And now?"}])
    return chat


def questions(code: str) -> list[Any]:
    calls = [node.value for node in ast.parse(code).body if isinstance(node, ast.Expr)]
    return [ast.literal_eval(each.args[0]) for each in calls if isinstance(each, ast.Call)]


ASKED = ["2 + 2?", HARD, [{"type": "text", "text": "And now?"}]]


def test_a_script_asks_the_same_again(tmp_path: Path) -> None:
    chat = talked()
    chat.export(tmp_path / "talk.py")
    code = (tmp_path / "talk.py").read_text()
    assert questions(code) == ASKED
    script = Script(*[message("Yes.")] * 3)
    made: list[Chat] = []

    class Library:
        @staticmethod
        def Chat(**settings: Any) -> Chat:  # noqa: N802 (as in minimax_nb)
            made.append(Chat(client_of(script), display=False, **settings))
            return made[0]

    exec(code.replace("import minimax_nb as mm", ""), {"mm": Library, "double": double})
    assert made[0].messages[0] == chat.messages[0]
    assert [one["content"] for one in made[0].messages if one["role"] == "user"] == ASKED
    assert made[0].options == chat.options


def test_a_notebook_asks_the_same_again_and_holds_the_answers(tmp_path: Path) -> None:
    talked().export(tmp_path / "talk.ipynb")
    import nbformat  # takes a second: see support/notebook_files.py

    book: Any = nbformat.read(tmp_path / "talk.ipynb", as_version=4)
    nbformat.validate(book)
    code = [cell for cell in book.cells if cell.cell_type == "code"]
    assert questions("\n".join(cell.source for cell in code)) == ASKED
    first = code[1].outputs[0]["data"]
    assert "Four." in first["text/plain"]
    assert "Four." in first["text/markdown"]
    for cell in code[1:]:
        inspect(cell.outputs[0]["data"]["text/html"], DOCUMENT)


def test_a_page_loads_nothing_and_runs_nothing(tmp_path: Path) -> None:
    talked().export(tmp_path / "talk.html")
    page = (tmp_path / "talk.html").read_text()
    assert "Four." in page
    inspect(page, PAGE)
    assert "<math" in page, "there is no typesetter in a page of its own"


def test_markdown_reads_as_the_conversation(tmp_path: Path) -> None:
    talked().export(tmp_path / "talk.MD")
    text = (tmp_path / "talk.MD").read_text()
    assert text.index("2 + 2?") < text.index("Four.") < text.index("Fine.")


@pytest.mark.parametrize("name", ["talk.pdf", "talk", ".html", "talk.json"])
def test_another_ending_is_refused(name: str, tmp_path: Path) -> None:
    with pytest.raises(ValueError, match=r"expected a file that ends in \.md, \.html, \.ipynb, \.py"):
        talked().export(tmp_path / name)
    assert not list(tmp_path.iterdir())


@pytest.mark.parametrize("ending", ["md", "html", "ipynb", "py"])
def test_no_key_is_in_it_and_an_empty_one_can_be_written(ending: str, tmp_path: Path) -> None:
    chat, _ = chat_of(extra_headers={"Authorization": "Bearer sk-0123456789-secret"})
    chat.export(tmp_path / f"talk.{ending}")
    assert "secret" not in (tmp_path / f"talk.{ending}").read_text()
    if ending == "ipynb":
        assert len(json.loads((tmp_path / "talk.ipynb").read_text())["cells"]) == 2
