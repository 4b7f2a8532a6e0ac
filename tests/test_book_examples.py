"""The examples of the reference: each public name has one, and each gives what it says."""

from __future__ import annotations

import contextlib
import io
import re
from typing import TYPE_CHECKING

import pytest

import minimax_nb as mm
from notebooks.book.examples import FOLDER, GROUPS, groups, read_group
from notebooks.book.reference import page

if TYPE_CHECKING:
    from pathlib import Path

    from notebooks.book.examples import Example, Group

EVERY = [pytest.param(group, example, id=example.name) for group in groups() for example in group.examples]


def run(group: Group, example: Example) -> list[str]:
    """What an example prints, line by line, as they stand in its file."""
    code = f"{group.imports}\n\n{example.code}\n"
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        exec(compile(code, f"{group.name}.py: {example.name}", "exec"), {"__name__": "example"})
    return [line.rstrip() for line in printed.getvalue().splitlines()]


@pytest.fixture
def configured(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The embedded server, in no hurry to seem real, and an empty folder to write in."""
    monkeypatch.setenv("MINIMAX_NB_SPEED", "max")
    monkeypatch.chdir(tmp_path)
    mm.configure()


@pytest.mark.usefixtures("configured")
@pytest.mark.parametrize(("group", "example"), EVERY)
def test_an_example_prints_what_it_says(group: Group, example: Example) -> None:
    if example.name == "mcp":
        pytest.importorskip("mcp", reason="needs the extra mcp")
    assert example.printed, f"{example.name} shows nothing: let it print something"
    assert run(group, example) == list(example.printed)


def test_each_public_name_has_one_example() -> None:
    assert sorted(param.id for param in EVERY) == mm.__all__


@pytest.mark.parametrize(("group", "example"), EVERY)
def test_an_example_uses_the_name_that_it_is_for(group: Group, example: Example) -> None:
    values = {"ToolCall": "tool_calls", "Usage": ".usage", "Timing": ".timing", "Origin": ".origin", "Step": "step"}
    values |= {"Reply": "reply", "Round": ".rounds", "Trace": ".trace"}
    values |= {"Comparison": "mm.compare", "Finding": "finding"}
    wanted = values.get(example.name, f"mm.{example.name}")
    assert re.search(rf"{re.escape(wanted)}\b", example.code), f"expected {wanted} in the example of {example.name}"


def test_every_file_of_examples_is_a_page() -> None:
    assert {path.stem for path in FOLDER.glob("*.py")} == set(GROUPS)


def test_the_groups_are_those_of_help() -> None:
    headings = re.findall(r"^([A-Z][a-z]+(?: [a-z]+)?)  +\S", mm.__doc__ or "", re.MULTILINE)
    assert [group.title for group in groups()] == headings


def test_a_page_holds_the_code_as_it_is_run() -> None:
    for group in groups():
        text = page(group)
        for example in group.examples:
            code = [line for line in example.code.splitlines() if not line.lstrip().startswith("# >")]
            assert all(f"   {line}".rstrip() in text for line in code), example.name


def test_a_file_that_says_nothing_of_itself_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "talk.py"
    path.write_text("import minimax_nb as mm\n\n# %% Chat\nmm.Chat()\n")
    with pytest.raises(ValueError, match=r"expected a docstring .* talk\.py"):
        read_group(path)
