from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb.server.tape.line_of import line_of

TEXT = """
{
  "provenance": {"kind": "authored"},
  "turns": [
    {"request": {}},
    {
      "request": {
        "messages": [
          {"role": "user",
           "content": "a \\"quoted\\" {brace}"}
        ]
      },
      "reply":
        7
    }
  ],
  "a": 1, "a":
  2
}
"""


@pytest.mark.parametrize(
    ("path", "line"),
    [
        ("", 2),
        ("provenance", 3),
        ("provenance.kind", 3),
        ("turns", 4),
        ("turns[0].request", 5),
        ("turns[1]", 6),
        ("turns[1].request.messages[0].content", 10),
        ("turns[1].reply", 14),
        ("turns[1].reply.content", 14),  # what is around it
        ("turns[9]", 4),
        ("turns.x", 4),
        ("missing", 2),
        ("a", 18),
    ],
)
def test_a_value_is_found_by_its_path(path: str, line: int) -> None:
    assert line_of(TEXT, path) == line


@given(st.recursive(st.none() | st.text(), lambda inner: st.lists(inner) | st.dictionaries(st.just("k"), inner)))
def test_every_entry_has_a_line_of_its_own(value: Any) -> None:
    text = json.dumps({"top": [value, "here"]}, indent=1)
    assert text.splitlines()[line_of(text, "top[1]") - 1].strip() == '"here"'


@pytest.mark.parametrize("text", ["", "[", "{", '{"a"', '{"a":', '{"a": [1,', "nonsense", "[" * 100_000])
def test_a_text_that_breaks_off_has_lines_too(text: str) -> None:
    assert line_of(text, "a[3].b") == 1
    assert line_of(text, "[0][0]") == 1
