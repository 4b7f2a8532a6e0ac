"""Tool calls left in the text: taken out, typed by the schema, and no tag left behind."""

from __future__ import annotations

import functools
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from minimax_nb.errors import ToolError
from minimax_nb.tools.tool import Tool
from minimax_nb.tools.xml_calls import parse_tool_calls
from minimax_nb.tools.xml_m3 import TOKEN

from ..support.recordings import documents, missing, names
from ..support.xml_calls import block, invoke, plan, schemas, tools_of

VECTORS = "vectors_minimax_m2_toolparser.jsonl"


def vectors() -> list[Any]:
    if not names(VECTORS):
        return [pytest.param({}, marks=missing, id="recordings")]
    cases = documents(VECTORS)
    # One vector mends a path as one fork does; a value is given back as it was written here.
    return [pytest.param(case, id=case["name"]) for case in cases if "fork-specific" not in case.get("note", "")]


async def aplan(days: int, stops: list[str], label: str, sure: bool = False) -> None:
    """Plan a trip, awaited."""


class Office:
    def plan(self, days: int, stops: list[str], label: str, sure: bool = False) -> None:
        """Plan a trip."""

    def __call__(self, days: int, stops: list[str], label: str, sure: bool = False) -> None:
        """Plan a trip."""


TYPED = {"days": 3, "stops": ["Ulm", "5"], "label": "5", "sure": True}


@pytest.mark.parametrize(
    "tool",
    [plan, aplan, Office().plan, Office(), functools.partial(plan), Tool.of(plan), Tool.of(plan).schema],
    ids=["function", "async", "method", "object", "partial", "tool", "dict"],
)
@pytest.mark.parametrize("grammar", ["M2", "M3"])
def test_values_are_typed_by_whatever_a_tool_is_given_as(tool: Any, grammar: str) -> None:
    name = Tool.of(tool).name
    text = block(invoke(name, days="3", stops='["Ulm", "5"]', label="5", sure="true"))
    if grammar == "M3":
        items = "<item>Ulm</item><item>5</item>"
        tags = f'<tool_call><invoke name="{name}"><days>3</days><stops>{items}</stops><label>5</label><sure>true</sure>'
        text = f"{tags}</invoke></tool_call>".replace("<", f"{TOKEN}<")
    for tools in ([tool], (tool,), iter([tool])):
        (call,) = parse_tool_calls(text, tools).tool_calls
        assert (call.name, call.parsed) == (name, TYPED)


@pytest.mark.parametrize("tool", [lambda x: x, Office, Office.plan])
def test_a_function_that_cannot_be_offered_is_refused_as_everywhere(tool: Any) -> None:
    with pytest.raises(ToolError):
        parse_tool_calls(block(invoke("plan", days="3")), [tool])


@pytest.mark.parametrize("case", vectors())
def test_the_vectors_of_other_parsers_are_read_alike(case: dict[str, Any]) -> None:
    parsed = parse_tool_calls("".join(case["chunks"]), tools_of(case.get("schema", {})))
    expected = case["expect"]
    if "content" in expected:
        assert parsed.content == expected["content"]
    if "tool_calls" in expected:
        assert [{"name": each.name, "arguments": each.parsed} for each in parsed.tool_calls] == expected["tool_calls"]
    for tag in expected.get("no_leak", ()):
        assert tag not in parsed.content


TAGGED = [
    "<div>Hello</div>",
    "a </parameter> b",
    "a </invoke> b",
    "a </minimax:tool_call> b",
    "a <minimax:tool_call> b",
    'use <parameter name="x"> here',
    'use <invoke name="x"> here',
    "</parameter></parameter>",
    "```\ncode\n```",
    "<think>no</think>",
    block(invoke("inner", a="1", b="2")),
    f"before {block(invoke('inner', a='1'), invoke('other'))} after",
]


@pytest.mark.parametrize("value", TAGGED)
def test_a_value_may_hold_tags(value: str) -> None:
    text = f"Now. {block(invoke('f', x=value, y='2'), invoke('g', z=value))} Done."
    parsed = parse_tool_calls(text)
    assert [(call.name, call.parsed) for call in parsed.tool_calls] == [
        ("f", {"x": value, "y": "2"}),
        ("g", {"z": value}),
    ]
    assert parsed.content == "Now.  Done."


@pytest.mark.parametrize(
    ("text", "content", "names"),
    [
        ("Hello.", "Hello.", []),
        ("", "", []),
        (f"a{block(invoke('f'))}b{block(invoke('g'), invoke('h'))}c", "abc", ["f", "g", "h"]),
        (f"<think>\nI call.\n{block(invoke('f'))}\n</think>\n\nDone.", "<think>\nI call.\n\n</think>\n\nDone.", ["f"]),
        (f"```\n{block(invoke('f'))}\n```\nSo.", f"```\n{block(invoke('f'))}\n```\nSo.", []),
        (f"```python\nx = 1\n{block(invoke('f'))}", "```python\nx = 1\n", ["f"]),
        (
            f"<think>\n```\nx\n</think>\n{block(invoke('f'))}\n```\ny\n```",
            "<think>\n```\nx\n</think>\n\n```\ny\n```",
            ["f"],
        ),
        (f"It is `{block(invoke('f'))}`.", f"It is `{block(invoke('f'))}`.", []),
        ("The tag <minimax:tool_call> starts a call.", "The tag <minimax:tool_call> starts a call.", []),
        ("<minimax:tool_call></minimax:tool_call>Hi", "Hi", []),
        ('<invoke name="f"></invoke>', '<invoke name="f"></invoke>', []),
        (block("<invoke name='f'></invoke>", "<invoke name=g></invoke>"), "", ["f", "g"]),
        (block('<invoke name="f"><parameter name="a">1</invoke>', invoke("g", b="2")), "", ["f", "g"]),
        (block(invoke("f"), "junk", invoke("g"), "junk"), "", ["f", "g"]),
        (block('<invoke name=""></invoke>'), "", []),
    ],
)
def test_blocks_are_taken_out_and_the_rest_is_kept(text: str, content: str, names: list[str]) -> None:
    parsed = parse_tool_calls(text)
    assert parsed.content == content
    assert [call.name for call in parsed.tool_calls] == names


def test_a_block_cut_anywhere_leaves_no_tag_and_only_whole_calls() -> None:
    text = "Look: " + block(invoke("f", a="1"), invoke("g", b="2"))
    for end in range(len("Look: ") + len("<minimax"), len(text)):
        parsed = parse_tool_calls(text[:end])
        assert parsed.content == "Look: "
        assert [call.parsed for call in parsed.tool_calls] in ([], [{"a": "1"}], [{"a": "1"}, {"b": "2"}])


def test_ids_differ_by_call_by_text_and_by_seed_and_are_the_same_again() -> None:
    text = block(invoke("f"), invoke("f"))
    ids = [call.id for call in parse_tool_calls(text).tool_calls]
    assert len(set(ids)) == 2
    assert [call.id for call in parse_tool_calls(text).tool_calls] == ids
    assert not {call.id for call in parse_tool_calls(text, seed="2").tool_calls} & set(ids)
    assert not {call.id for call in parse_tool_calls(text + "!").tool_calls} & set(ids)


pieces = st.sampled_from(
    [
        "<minimax:tool_call>",
        "</minimax:tool_call>",
        '<invoke name="f">',
        "</invoke>",
        '<parameter name="x">',
        "</parameter>",
        "<parameter",
        "<invoke",
        " ",
        "\n",
        "```\n",
        "~~~~\n",
        "`",
        "<think>",
        "</think>",
        "null",
        "5",
        "[1",
        '{"a": 1}',
        "é",
        "\ud800",
        TOKEN,
        f"{TOKEN}<tool_call>",
        f"{TOKEN}</tool_call>",
        f'{TOKEN}<invoke name="f">',
        f"{TOKEN}</invoke>",
        f"{TOKEN}<x>",
        f"{TOKEN}</x>",
        f"{TOKEN}<item>",
        f"{TOKEN}</item>",
    ]
)


@settings(max_examples=500, deadline=None)
@given(st.lists(pieces | st.text(max_size=3), max_size=30), schemas)
def test_no_text_is_too_odd_to_read(parts: list[str], schema: Any) -> None:
    text = "".join(parts)
    parsed = parse_tool_calls(text, tools_of({"f": {"x": schema}}))
    for call in parsed.tool_calls:
        assert isinstance(call.parsed, dict)
        assert call.name
    assert len(parsed.content) <= len(text)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(
        st.dictionaries(st.from_regex(r"[a-z_]{1,8}", fullmatch=True), st.text(max_size=20), max_size=4),
        min_size=1,
        max_size=4,
    ),
    st.text(alphabet="ab \n.", max_size=10),
)
def test_calls_written_down_are_read_back(arguments: list[dict[str, str]], prose: str) -> None:
    # A line break at either end of a value belongs to the tags, as in the grammar; two are set so that one is left.
    text = prose + block(*[invoke("f", **{key: f"\n{value}\n" for key, value in each.items()}) for each in arguments])
    parsed = parse_tool_calls(text)
    assert [call.parsed for call in parsed.tool_calls] == arguments
    assert parsed.content == prose


@pytest.mark.heavy
@pytest.mark.parametrize(
    "text",
    [
        "<minimax:tool_call>" * 50_000,
        "<minimax:tool_call>" + "\n" * 10,
        "<minimax:tool_call>" + '<invoke name="f">' * 50_000,
        "<minimax:tool_call>" + '<invoke name="f">' + '<parameter name="x">' * 50_000,
        "<minimax:tool_call>" + '<invoke name="f">' + '<parameter name="x"></parameter>' * 50_000,
        "<minimax:tool_call>" + '<invoke name="f">' + '<parameter name="x"><parameter name="y"></parameter>' * 30_000,
        "<minimax:tool_call>" + '<invoke name="f"><parameter name="x">' + "</parameter>\n" * 50_000,
        "<minimax:tool_call>" + '<invoke name="f"><parameter name="x">' + ("</parameter>" + " " * 1000) * 1_000,
        ("```\n" * 3 + "~~~\n") * 50_000,
        "".join("`" * n + "\n" for n in range(3, 1_000)),
        "`<minimax:tool_call><invoke " * 30_000,
        f"{TOKEN}<tool_call>" * 50_000,
        f"{TOKEN}<tool_call>" + f'{TOKEN}<invoke name="f">' + f"{TOKEN}<x>" * 50_000,
        f"{TOKEN}<tool_call>" + f'{TOKEN}<invoke name="f">' + f"{TOKEN}<x>{TOKEN}</y>" * 50_000,
    ],
    ids=lambda text: f"{text[:40]!r}",
)
def test_a_megabyte_of_tags_is_read_in_steps_that_grow_with_its_length(text: str) -> None:
    # In quadratic time these take minutes, and the suite's own time limit ends the test.
    parse_tool_calls(text)
