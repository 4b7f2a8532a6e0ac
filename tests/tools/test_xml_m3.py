"""MiniMax-M3's grammar of tool calls."""

from __future__ import annotations

from minimax_nb.tools.xml_calls import parse_tool_calls
from minimax_nb.tools.xml_m3 import TOKEN

from ..support.xml_calls import tools_of


def m3(text: str) -> str:
    return text.replace("¦", TOKEN)


def test_the_grammar_of_m3_is_read_with_nested_values() -> None:
    text = m3(
        'Now. ¦<tool_call>\n¦<invoke name="plan">\n¦<city>Ulm¦</city>\n¦<days>2¦</days>\n'
        "¦<html><b>hi</b></city>¦</html>"
        "¦<who>¦<name>Ann¦</name>¦<age>7¦</age>¦</who>"
        "¦<stops>¦<item>Bonn¦</item>¦<item>Köln¦</item>¦</stops>¦<tag>a¦</tag>¦<tag>b¦</tag>¦<none>¦</none>"
        '¦</invoke>¦<invoke name="go">¦</invoke>¦</tool_call> Done.',
    )
    schema = {
        "plan": {
            "days": {"type": "integer"},
            "who": {"type": "object", "properties": {"age": {"type": "integer"}}},
            "none": {"type": "array"},
        }
    }
    parsed = parse_tool_calls(text, tools_of(schema))
    assert parsed.content == "Now.  Done."
    assert [(call.name, call.parsed) for call in parsed.tool_calls] == [
        (
            "plan",
            {
                "city": "Ulm",
                "days": 2,
                "html": "<b>hi</b></city>",
                "who": {"name": "Ann", "age": 7},
                "stops": ["Bonn", "Köln"],
                "tag": ["a", "b"],
                "none": [],
            },
        ),
        ("go", {}),
    ]


def test_a_block_of_m3_cut_anywhere_leaves_no_tag() -> None:
    text = m3('Look: ¦<tool_call>¦<invoke name="f">¦<a>1¦</a>¦</invoke>¦</tool_call>')
    for end in range(len("Look: ") + 3, len(text)):
        parsed = parse_tool_calls(text[:end])
        assert parsed.content == "Look: "
        assert [call.parsed for call in parsed.tool_calls] in ([], [{"a": "1"}])
