"""Tools in a list, alone, or what is none."""

from __future__ import annotations

import re
from typing import Any

import pytest

import minimax_nb as mm
from minimax_nb.tools.tool import Tool
from minimax_nb.tools.toolbox import toolbox

TEXT = '<minimax:tool_call>\n<invoke name="f">\n<parameter name="x">3</parameter>\n</invoke>\n</minimax:tool_call>'


def f(x: int) -> int:
    """Take a number."""
    return x


class WithSchema:
    schema = Tool.of(f).schema


FORMS: list[Any] = [f, Tool.of(f), Tool.of(f).schema, [f], (f,), {"f": f}.values(), [Tool.of(f).schema]]


def named(tools: object) -> str:
    """A name without an address: workers that run in parallel must agree on it."""
    return re.sub(r" at 0x[0-9a-f]+", "", repr(tools))


@pytest.mark.parametrize("tools", [*FORMS, WithSchema(), [WithSchema()], iter([f])], ids=named)
def test_tools_type_the_values_in_a_list_or_alone(tools: Any) -> None:
    assert [call.arguments for call in mm.parse_tool_calls(TEXT, tools).tool_calls] == ['{"x": 3}']


@pytest.mark.parametrize("tools", FORMS, ids=named)
def test_a_toolbox_takes_the_same(tools: Any) -> None:
    assert list(toolbox(tools)) == ["f"]


@pytest.mark.parametrize("tools", [None, [], ()])
def test_no_tools_leave_text(tools: Any) -> None:
    assert [call.arguments for call in mm.parse_tool_calls(TEXT, tools).tool_calls] == ['{"x": "3"}']
    assert toolbox(tools) == {}


@pytest.mark.parametrize("read", [lambda tools: mm.parse_tool_calls(TEXT, tools), toolbox], ids=["parse", "toolbox"])
@pytest.mark.parametrize("tools", [[3], ["f"], [None], [f, 3], 3, 0, "f", "", b"f", True, object(), [[f]]], ids=named)
def test_what_is_no_tool_is_refused_with_words(tools: Any, read: Any) -> None:
    with pytest.raises((TypeError, mm.ToolError), match=r"expected a function.*got"):
        read(tools)


def test_tools_that_are_no_functions_are_passed_over_in_a_text() -> None:
    assert mm.parse_tool_calls(TEXT, [{"type": "web_search"}, f]).tool_calls[0].arguments == '{"x": 3}'
