"""The table of documented examples in the lessons' README: each cell that it names sends what its row says."""

from __future__ import annotations

import ast
import asyncio
import inspect
import json
import re
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from minimax_nb.server import app
from minimax_nb.server.service.handler import Handler

if TYPE_CHECKING:
    from collections.abc import Iterator

NOTEBOOKS = Path(__file__).resolve().parents[1] / "notebooks"
HEADING = "## Where each documented example is"
ROW = re.compile(r"\| (?P<what>[^|]+) \| \[(?P<lesson>\d\d_\w+)\]\([^)]+\) \[(?P<cells>\d+(?:, \d+)*)\] \|")


@dataclass(frozen=True)
class Sent:
    """What a request looks like.

    Attributes:
        roles: the first letters of its messages' roles.
        split: its ``reasoning_split``; None where it says nothing.
        stream: whether it asks for a stream.
        tools: whether it offers tools.
        thought: where the thinking of its last assistant message is: "details", "tags" or "".
    """

    roles: str
    split: bool | None = None
    stream: bool = False
    tools: bool = False
    thought: str = ""


SYSTEM_USER = Sent("su", split=True)
EXAMPLES: dict[str, list[Sent]] = {
    "a client without arguments, two variables": [SYSTEM_USER],
    "the thinking in a field of its own (`reasoning_split`)": [SYSTEM_USER],
    "native format: the thinking between tags": [Sent("su")],
    "the whole message goes back into the history": [Sent("suau", split=True, thought="details")],
    "the table of models": [],
    "a name that is not served": [Sent("u")],
    "streaming, as the page has it": [Sent("su", split=True, stream=True)],
    "streaming, with nothing lost": [Sent("su", split=True, stream=True)],
    "streaming in native format": [Sent("u", stream=True)],
    "a tool is offered, and called": [Sent("u", split=True, tools=True)],
    "its result goes back, with the thinking, and the answer comes": [
        Sent("uat", split=True, tools=True, thought="details")
    ],
    "the same in native format": [Sent("u", tools=True), Sent("uat", tools=True, thought="tags")],
    "what the service refuses: parameters out of range, `tools` of another form": [Sent("u"), Sent(""), Sent("u")],
    "tokens per second": [Sent("u", split=True, stream=True)],
}
"""The examples of the page and of the guide's OpenAI part, and the requests of which each consists, at least."""


def rows() -> dict[str, tuple[str, list[int]]]:
    """The table: what a row is about, its lesson and its cells."""
    text = (NOTEBOOKS / "README.md").read_text(encoding="utf-8")
    section = text.partition(HEADING)[2].partition("\n## ")[0]
    return {
        found["what"].strip(): (found["lesson"], [int(cell) for cell in found["cells"].split(", ")])
        for found in ROW.finditer(section)
    }


def sent(body: dict[str, Any]) -> Sent:
    messages = body["messages"]
    last = next((message for message in reversed(messages) if message["role"] == "assistant"), {})
    tags = "tags" if "<think>" in str(last.get("content")) else ""
    return Sent(
        "".join(message["role"][0] for message in messages),
        body.get("reasoning_split"),
        bool(body.get("stream")),
        "tools" in body,
        "details" if last.get("reasoning_details") else tags,
    )


@pytest.fixture
def requests(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[dict[str, Any]]]:
    """The bodies that the embedded server is sent."""
    monkeypatch.setenv("MINIMAX_NB_SPEED", "max")
    monkeypatch.setenv("MINIMAX_NB_DISPLAY", "static")
    taken: list[dict[str, Any]] = []
    handle = Handler.handle

    def spy(self: Handler, method: str, path: str, headers: Any, body: bytes) -> Any:
        if method == "POST":
            taken.append(json.loads(body))
        return handle(self, method, path, headers, body)

    monkeypatch.setattr(Handler, "handle", spy)
    app.stop()
    yield taken
    app.stop()


def run(source: str, names: dict[str, Any]) -> None:
    """Run a cell as a notebook does: what it awaits is awaited."""
    code = compile(source, "a cell", "exec", flags=ast.PyCF_ALLOW_TOP_LEVEL_AWAIT)
    if code.co_flags & inspect.CO_COROUTINE:
        asyncio.run(eval(code, names))
    else:
        exec(code, names)


def test_each_example_has_a_row_and_each_row_is_an_example() -> None:
    assert list(rows()) == list(EXAMPLES)


@pytest.mark.parametrize("lesson", sorted({lesson for lesson, _ in rows().values()}))
@pytest.mark.filterwarnings("ignore")  # of pandas and its kin, in a namespace that is no notebook
def test_the_cells_send_what_their_rows_say(lesson: str, requests: list[dict[str, Any]]) -> None:
    named = {what: cells for what, (where, cells) in rows().items() if where == lesson}
    notebook = json.loads((NOTEBOOKS / f"{lesson}.ipynb").read_text(encoding="utf-8"))
    cells = [cell for cell in notebook["cells"] if cell["cell_type"] == "code"]
    names: dict[str, Any] = {"__name__": "__main__"}
    by_cell: dict[int, list[Sent]] = {}
    for cell in cells:
        number = cell["execution_count"]
        if number > max(max(numbers) for numbers in named.values()):
            break
        requests.clear()
        run("".join(cell["source"]), names)
        by_cell[number] = [sent(body) for body in requests]
    for what, numbers in named.items():
        seen = [one for number in numbers for one in by_cell[number]]
        assert [one for one in EXAMPLES[what] if one not in seen] == [], (what, seen)
        assert bool(seen) == bool(EXAMPLES[what]), what


def test_the_models_of_the_table_are_those_of_the_page() -> None:
    lesson, (number,) = rows()["the table of models"]
    notebook = json.loads((NOTEBOOKS / f"{lesson}.ipynb").read_text(encoding="utf-8"))
    (cell,) = [cell for cell in notebook["cells"] if cell.get("execution_count") == number]
    plain = "".join(cell["outputs"][0]["data"]["text/plain"])
    for name in ("M2.7", "M2.7-highspeed", "M2.5", "M2.5-highspeed", "M2.1", "M2.1-highspeed", "M2"):
        assert re.search(rf"^MiniMax-{re.escape(name)}\s+204", plain, re.MULTILINE), name
