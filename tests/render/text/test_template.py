from __future__ import annotations

import datetime as dt
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb import Reply
from minimax_nb.render.text.template import fill

VALUES: dict[str, Any] = {
    "a": 1,
    "b": 2,
    "x": 9,
    "i": 7,
    "n": 3,
    "city": "Paris",
    "color": "red",
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
        ("{price: .2f}", " 3.14"),
        ("{price:{width}.1f}|", "   3.1|"),
        ("{day:%d.%m.%Y}", "23.11.2026"),
        ("{reply.content}", "Yes."),
        ("{rows[0]}{rows[1]['b']}{city}", "a7Paris"),
        ("{city}{city}", "ParisParis"),
        ("file_{city}_{n}.csv", "file_Paris_3.csv"),
        ("_{city}_ __{city}__ **{city}** '{city}'", "_Paris_ __Paris__ **Paris** 'Paris'"),
        (r"C:\users\{city}\n{city}", r"C:\users\Paris\nParis"),
        ("${price:.0f}, {n} %", "$3, 3 %"),
        ("if (x) { return {city}; }", "if (x) { return Paris; }"),
        ("{{city}}", "{city}"),
        ("{{{city}}}", "{Paris}"),
        ('{{"a": {{"b": 1}}}}', '{"a": {"b": 1}}'),
        ("{{{{city}}}}", "{{city}}"),
        (r"\mathbf{{x}}, {{a}}/{{b}}", r"\mathbf{x}, {a}/{b}"),
        ("{{", "{"),
        ("}}", "}"),
        ("{braces}", "{city} and {{"),
    ],
)
def test_holes_are_filled(template: str, filled: str) -> None:
    assert fill(template, VALUES) == filled


@pytest.mark.parametrize(
    "text",
    [
        # LaTeX, with names that are there and names that are not
        r"\frac{a}{b} and \frac{p}{q}",
        r"\sqrt[n]{x}, \binom{n}{k}",
        r"\begin{align} x_{i} &= y_{j}^{n} \\ \hat{x}_{i} &= \sum_{i}^{n} (a)_{n} \end{align}",
        r"\left\{a\right\}, {\bf x}, {x \over y}, \{x, y\}",
        r"\newcommand{\x}[1]{\emph{#1}}",
        # JSON, CSS and code
        "{}",
        "{ }",
        "{0}",
        '{"a": 1}',
        '{"a": {"b": x}}',
        '{"a":[{"b":{}}]}',
        "{a: 1, b: 2}",
        "{a: b}",
        "a { color: red; }",
        "a{color: red}",
        "a{margin:auto}",
        "f(x) { return 1; }",
        "function(){return a;}",
        "int main() {\n  return 0;\n}",
        "{k: v for k, v in rows}",
        "{x, y}",
        "{'a'}",
        "{lambda: 1}",
        # prose
        "{don't}",
        "{your name}",
        "{wow!}",
        "{ city }",
        "{\ncity}",
        "{",
        "}",
        "}{",
        ":-{",
        "{city",
        f"{{{'x ' * 5000}}}",
        f"{{{'(' * 5000}}}",
        "{a\0b}",
    ],
)
def test_what_is_no_hole_stays_as_it_is(text: str) -> None:
    assert fill(text, VALUES) == text
    assert fill(text, {}) == text


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("{citty}", r"expected a value for \{citty\}, found nothing of that name.* Did you mean \{city\}\?"),
        ("{zzzzzz}", r"expected a value for \{zzzzzz\}.*write \{\{ and \}\}\.$"),
        ("{price:{widht}}", r"\{widht\}.*Did you mean \{width\}"),
        ("{citty.upper()}", r"\{citty\}"),
        ("{citty!r}", r"\{citty\}"),
        ("{citty:.2f}", r"\{citty\}"),
        ("{rows[numbr]}", r"\{numbr\}"),
        ("file_{citty}", r"\{citty\}"),
        ("Is {a} {citty}?", r"\{citty\}"),
        ("{open('x')}", r"\{open\}"),
        ("{len}", r"\{len\}"),
    ],
)
def test_a_name_without_a_value_is_told(template: str, says: str) -> None:
    with pytest.raises(NameError, match=says):
        fill(template, VALUES)


@pytest.mark.parametrize(
    ("template", "says"),
    [
        ("{city:.2f}", "the format '.2f' does not fit a str"),
        ("{rows:>9}", "the format '>9' does not fit a list"),
        ("{rows[9]}", r"\{rows\[9\]\} cannot be filled: IndexError: list index out of range"),
        ("{rows['b']}", "cannot be filled: TypeError"),
        ("{reply.contents}", "'Reply' object has no attribute 'contents'"),
        ("{1 / (a - 1)}", "cannot be filled: ZeroDivisionError"),
    ],
)
def test_what_cannot_be_filled_is_told_briefly(template: str, says: str) -> None:
    with pytest.raises(ValueError, match=says) as caught:
        fill(template, VALUES)
    assert len(str(caught.value)) < 300


@given(st.text(st.sampled_from("{}x\\^_") | st.characters()))
def test_doubled_braces_give_any_text_back(text: str) -> None:
    assert fill(text.replace("{", "{{").replace("}", "}}"), {}) == text


@given(st.text(st.sampled_from("{}\\^ \n")))
def test_braces_alone_never_fail(text: str) -> None:
    fill(text, {})


@given(st.text())
def test_a_value_is_never_looked_into(text: str) -> None:
    assert fill("<{x}>", {"x": text}) == f"<{text}>"
