"""The page for those who write tapes by hand: its example runs, and it knows every field and every error."""

from __future__ import annotations

import ast
import json
import re
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

import minimax_nb as mm
from minimax_nb.cli.main import main
from minimax_nb.server.tape import located, replies, requests
from minimax_nb.server.tape import read as tape

if TYPE_CHECKING:
    from types import ModuleType

PAGE = (Path(__file__).resolve().parents[1] / "docs" / "tape-format.md").read_text(encoding="utf-8")
EXAMPLE = re.findall(r"^```json\n(.*?)^```", PAGE, re.MULTILINE | re.DOTALL)
MODULES = (tape, replies, requests)
ERRORS = PAGE.partition("## What each error means")[2]


def trees(*modules: ModuleType) -> list[ast.AST]:
    return [ast.parse(Path(str(module.__file__)).read_text(encoding="utf-8")) for module in modules]


def calls(name: str, *modules: ModuleType) -> list[ast.Call]:
    """The calls of a function or method of this name."""
    found = [node for tree in trees(*modules) for node in ast.walk(tree) if isinstance(node, ast.Call)]
    return [node for node in found if getattr(node.func, "attr", getattr(node.func, "id", "")) == name]


def texts(node: ast.expr) -> list[str]:
    """What an expression of text says, with dots for what differs."""
    match node:
        case ast.Constant(value=str(text)):
            return [text]
        case ast.IfExp(body=one, orelse=other):
            return texts(one) + texts(other)
        case ast.JoinedStr(values=parts):
            return ["".join(texts(part)[0] if isinstance(part, ast.Constant) else "…" for part in parts)]
    return []


def fields() -> set[str]:
    """Every field that the reader of tapes knows by name."""
    named = [arg for name in ("only", "get", "maybe") for call in calls(name, *MODULES) for arg in call.args]
    keys = {text for arg in named for text in texts(arg)}
    return keys | {*requests._FIELDS, *requests._NOT_COMPARED, *replies._FINISHES, *requests.ROLES, *tape._KINDS}


def errors() -> set[str]:
    """What every error of a tape's format says behind "expected"."""
    located_ones = {text for call in calls("wrong", located, *MODULES) for text in texts(call.args[0])}
    whole = {text for call in calls("TapeFormatError", *MODULES) for text in texts(call.args[0])}
    assert all("expected " in text for text in whole)
    said = located_ones | {text.partition("expected ")[2] for text in whole} | set(located._NAMES.values())
    return {re.sub(r"got ….*?: ", "got …: ", text) for text in said}


def test_the_page_names_every_field() -> None:
    assert len(fields()) > 40
    assert not {name for name in fields() if not re.search(rf"`[^`]*\b{name}\b[^`]*`", PAGE)}


def test_the_page_names_no_field_that_there_is_not() -> None:
    table = re.findall(r"^\| (`.+?) \|", PAGE.partition("## The fields")[2].partition("## What each")[0], re.MULTILINE)
    named = {name.rpartition(".")[2].replace("[]", "") for row in table for name in re.findall(r"`([^`]+)`", row)}
    assert named
    assert named <= fields() | {"date", "time", "host"}


@pytest.mark.parametrize("words", sorted(errors()))
def test_the_page_knows_every_error(words: str) -> None:
    rows = "\n".join(re.findall(r"^\| (.+?) \|", ERRORS, re.MULTILINE))
    assert f"`{words}`" in rows


def test_the_page_knows_no_error_that_there_is_not() -> None:
    rows = "\n".join(re.findall(r"^\| (`.+?) \|", ERRORS, re.MULTILINE))
    assert set(re.findall(r"`([^`]+)`", rows)) <= errors()


def test_the_whole_example_is_played(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("MINIMAX_NB_SPEED", "max")
    (tmp_path / "weather.json").write_text(EXAMPLE[0], encoding="utf-8")

    def get_weather(city: str) -> str:
        """Get the weather."""
        return f"{len(city) * 8} degrees, sunny"

    for split in (True, False):
        with mm.replaying(tmp_path / "weather.json"):
            chat = mm.Chat(tools=[get_weather], reasoning_split=split, display=False)
            reply = chat("How warm is it in Ulm?")
            with_system = mm.Chat(
                tools=[get_weather], model="MiniMax-M2", display=False, system="You are a helpful assistant."
            )
            assert with_system("How warm is it in Ulm?").content == reply.content
        assert reply.content == "In Ulm it is **24 degrees**, and sunny.\n\nTake a hat."
        assert reply.reasoning == "24 degrees, and sunny.\nI answer in a sentence."
        assert reply.usage.completion_tokens == 40
        assert reply.origin == mm.Origin("authored", tape="weather", date="2026-11-23")
    assert main(["check", str(tmp_path / "weather.json")]) == 0
    assert "Nothing found: a tape with 2 turns" in capsys.readouterr().out


def test_the_example_holds_most_of_what_there_is() -> None:
    (text,) = EXAMPLE
    keys: set[str] = set()
    json.loads(text, object_hook=keys.update)
    recorded = {"recorded", "stream", "reasoning_split", "include_usage", "shared", "events", "t", "data"}
    taken = {arg for call in calls("only", tape, replies) for value in call.args for arg in texts(value)}
    assert taken - recorded <= keys
