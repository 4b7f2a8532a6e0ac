"""Arguments with a byte order mark, comments, and Python's other ways of writing a text."""

from __future__ import annotations

import ast
import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb.message.arguments import fixed_arguments, read_arguments

WHOLE: list[tuple[str, dict[str, Any]]] = [
    ('\ufeff{"a": 1}', {"a": 1}),
    (' \ufeff\n{"a": 1}\ufeff', {"a": 1}),
    ("\ufeff{'a': True}", {"a": True}),
    ('\ufeff"{\\"a\\": 1}"', {"a": 1}),
    ('"\\ufeff{\\"a\\": 1}"', {"a": 1}),
    ('\ufeff```json\n{"a": 1}\n```', {"a": 1}),
    ('{"a": 1} // c', {"a": 1}),
    ('{"a": 1} // {"b": 2}', {"a": 1}),
    ('{"a": 1} /* c */', {"a": 1}),
    ('{"a": 1} /* } {"b": 2} */\n', {"a": 1}),
    ('// c\n{"a": 1}', {"a": 1}),
    ('// {c}\n{"a": 1}', {"a": 1}),
    ('/* {"b": 2} */ {"a": 1}', {"a": 1}),
    ('/**//***/{"a": 1}', {"a": 1}),
    ('```json\n// c\n{"a": 1} // d\n```', {"a": 1}),
    ('{"a": 1, // c, "x": 2\n "b": /* } */ 2}', {"a": 1, "b": 2}),
    ('{"a": 1// c\n, "b": [1, /* 2, */ 3]}', {"a": 1, "b": [1, 3]}),
    ('{"a": true/* c */}', {"a": True}),
    ("{// c\n}", {}),
    ("{'a': 1,  # Python's\n 'b': 2}", {"a": 1, "b": 2}),
    ('{"a": "http://x", "b": "/* y */", "c": "# z"}', {"a": "http://x", "b": "/* y */", "c": "# z"}),
    ("{'a': 'http://x', 'b': '/* y */', 'c': '# z'}", {"a": "http://x", "b": "/* y */", "c": "# z"}),
    ("{'path': '''a'''}", {"path": "a"}),
    ('{"path": """a"""}', {"path": "a"}),
    ("{'path': '''it's \"a\"\nb'''}", {"path": 'it\'s "a"\nb'}),
    ('{"path": """he said "hi"\\n"""}', {"path": 'he said "hi"\n'}),
    ("{'path': ''''''}", {"path": ""}),
    ("{'''path''': 'a'}", {"path": "a"}),
    ("{'path': r'C:\\new\\x'}", {"path": "C:\\new\\x"}),
    ('{"path": R"C:\\new\\u"}', {"path": "C:\\new\\u"}),
    ("{'path': r'''a\\'b'''}", {"path": "a\\'b"}),
    ("{'path': u'é'}", {"path": "é"}),
    ("{'path': 'a' 'b'}", {"path": "ab"}),
    ("{'path': 'a'\n  \"b\" r'\\c', 'n': 1}", {"path": "ab\\c", "n": 1}),
    ("{'a': 'x\\\ny'}", {"a": "xy"}),
    ("{'a': 'x\\\ty'}", {"a": "x\\\ty"}),
]
PARTIAL: list[tuple[str, dict[str, Any]]] = [
    ("{'path': '''a", {"path": "a"}),
    ("{'path': '''a''", {"path": "a"}),
    ("{'path': r'C:\\new", {"path": "C:\\new"}),
    ("{'n': 1, 'paths': ['a' 'b']}", {"n": 1, "paths": []}),
    ('{"n": 1, "path": "a""b"}', {"n": 1}),
    ('{"n": 1, "path": "" "b', {"n": 1}),
    ('{"a": "x" "b": 1}', {}),
    ("{'path': b'a'}", {}),
    ("{'path': f'a{b}'}", {}),
    ('{"a": 1 /* never closed }', {"a": 1}),
    ('{"a": #fff\n}', {}),
    ('// c {"a": 1}', {"a": 1}),
    ('{"a": 1} c // d', {"a": 1}),
    ('{"a": 1 // }', {"a": 1}),
]


@pytest.mark.parametrize(("text", "value"), WHOLE)
def test_what_loses_nothing_is_read_whole(text: str, value: dict[str, Any]) -> None:
    assert read_arguments(text) == (value, "whole")
    assert json.loads(fixed_arguments(text)) == value


@pytest.mark.parametrize(("text", "value"), PARTIAL)
def test_what_is_ambiguous_or_cut_is_a_part_without_anything_made_up(text: str, value: dict[str, Any]) -> None:
    read = read_arguments(text)
    assert read.state == "partial"
    assert {key: inner for key, inner in read.value.items() if inner is not None} == value


PIECES = st.text(alphabet="ab'\"\\nxu0 \n\t{}[]:,/#*é", max_size=8)


@given(st.lists(PIECES, min_size=1, max_size=4), st.sampled_from(["'", '"', "'''", '"""']), st.sampled_from(["", "r"]))
def test_texts_are_what_python_reads_or_no_whole(pieces: list[str], quote: str, prefix: str) -> None:
    text = "{'a': " + " ".join(f"{prefix}{quote}{piece}{quote}" for piece in pieces) + "}"
    read = read_arguments(text)
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError):
        return
    assert read.state == "partial" or read.value == value or quote == '"'


@pytest.mark.heavy
@pytest.mark.parametrize("piece", ["/*", "/* */", "// x\n", "'''", '"""', "'a' ", "\\", "\ufeff", "/", "{//", "r'"])
def test_a_long_text_costs_no_more_than_its_length(piece: str) -> None:
    """Were it read again from each of its pieces, this would not end before pytest gives up."""
    assert read_arguments("{'a': " + piece * 50_000).state != "whole"
