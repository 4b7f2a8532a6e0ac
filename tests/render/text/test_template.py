from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb import Reply
from minimax_nb.render.text.template import fill

VALUES: dict[str, Any] = {
    "city": "Paris",
    "größe": 2,
    "price": 3.14159,
    "rows": ["a", {"b": 7}],
    "reply": Reply(content="Yes."),
    "day": dt.date(2026, 11, 23),
    "width": 6,
    "braces": "{city} and {{",
}


@pytest.mark.parametrize(
    ("template", "filled"),
    [
        ("", ""),
        ("no holes", "no holes"),
        ("Hello {city}!", "Hello Paris!"),
        ("{größe}", "2"),
        ("{price:.2f}", "3.14"),
        ("{price:{width}.1f}|", "   3.1|"),
        ("{day:%d.%m.%Y}", "23.11.2026"),
        ("{city!r}", "'Paris'"),
        ("{reply.content}", "Yes."),
        ("{rows[0]}{rows[1][b]}", "a7"),
        ("{{city}}", "{city}"),
        ('{{"a": {{"b": 1}}}}', '{"a": {"b": 1}}'),
        ("{braces}", "{city} and {{"),
    ],
)
def test_holes_are_filled(template: str, filled: str) -> None:
    assert fill(template, VALUES) == filled


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("{citty}", r"expected a value for \{citty\}, found nothing of that name.* Did you mean \{city\}\?"),
        ("{zzzzzz}", r"expected a value for \{zzzzzz\}.*write \{\{ and \}\}\.$"),
        ("{price:{widht}}", r"\{widht\}.*Did you mean \{width\}"),
    ],
)
def test_a_name_without_a_value_is_told(template: str, says: str) -> None:
    with pytest.raises(NameError, match=says):
        fill(template, VALUES)


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("{", r"write \{\{ and \}\}"),
        ("}", r"write \{\{ and \}\}"),
        ("{}", "expected a name between braces, got nothing or a number"),
        ("{0}", "expected a name between braces, got nothing or a number"),
        ('{"a": 1}', "expected a name between braces, got '\"a\"'"),
        ("f(x) { return 1; }", "expected a name between braces, got ' return 1; '"),
        (f"{{{'x ' * 5000}}}", "expected a name between braces"),
        ("{city:.2f}", "the format '.2f' does not fit a str"),
        ("{rows:>9}", "the format '>9' does not fit a list"),
        ("{city!x}", "cannot be filled"),
        ("{rows[9]}", "cannot be filled"),
        ("{reply.contents}", "'Reply' object has no attribute 'contents'"),
    ],
)
def test_what_cannot_be_filled_is_told_briefly(template: str, says: str) -> None:
    with pytest.raises(ValueError, match=says) as caught:
        fill(template, VALUES)
    assert len(str(caught.value)) < 300


@given(st.text())
def test_doubled_braces_give_any_text_back(text: str) -> None:
    assert fill(text.replace("{", "{{").replace("}", "}}"), {}) == text


@given(st.text())
def test_a_value_is_never_looked_into(text: str) -> None:
    assert fill("<{x}>", {"x": text}) == f"<{text}>"
