"""Templates: columns in braces, and all the braces that are none."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb.batching.template import Template

ROW: dict[Any, Any] = {
    "text": "so {so}",
    "a b": 2,
    3: 1.5,
    "when": datetime(2026, 1, 2, 10, 20),  # noqa: DTZ001
    "t:x": "colon",
    "price": 1234.5,
}


def filled(template: str) -> str:
    return Template(template, ROW).fill(ROW)


@pytest.mark.parametrize(
    ("template", "text"),
    [
        ("say {text}!", "say so {so}!"),
        ("{a b} {3} {t:x}", "2 1.5 colon"),
        ("{ text }", "so {so}"),
        ("{text!r}", "'so {so}'"),
        ("{3:.2f} {price:,.0f} {3!s:>5}", "1.50 1,234   1.5"),
        ("{when:%H:%M} {when:%d.%m.%Y}", "10:20 02.01.2026"),
        ("{{text}} {{other}} {{{text}}}", "{text} {other} {{text}}"),
    ],
)
def test_columns_are_filled_in(template: str, text: str) -> None:
    assert filled(template) == text


@pytest.mark.parametrize(
    "braces",
    [
        '{"label": "x", "n": 1}',
        "{'label': [1, 2]}",
        "{label: ..., score: ...}",
        "{label: positive|negative}",
        "{text: yes | no}",
        "{a:1,b:2}",
        "{}",
        "{ }",
        "{1, 2}",
        "{\n  text\n}",
        r"\frac{a}{b}",
        r"\sqrt[3]{n} \operatorname*{argmax} x^{n}_{i}",
        r"\begin{cases} \end{cases}",
        "{" * 500,
        "{" + "x" * 300 + "}",
    ],
)
def test_other_braces_stay_as_they_are(braces: str) -> None:
    template = Template(f"{braces} {{text}} {braces}", ["text", "label"])
    assert template.fill({"text": "T"}) == f"{braces} T {braces}"
    assert template.columns == ("text",)


def test_a_column_is_filled_in_within_a_formula_too() -> None:
    assert filled(r"\frac{3}{n}") == r"\frac1.5{n}"


@pytest.mark.parametrize(
    ("template", "meant"),
    [("{txt}", "did you mean {text}?"), ("{Text}", "did you mean {text}?"), ("{prices:.2f}", "did you mean {price}?")],
)
def test_a_wrong_name_is_told_with_the_right_one(template: str, meant: str) -> None:
    with pytest.raises(ValueError, match="expected the name of a column in braces") as caught:
        Template(template, ROW)
    assert meant in str(caught.value)
    assert "The columns are: text, a b, 3" in str(caught.value)


def test_what_the_error_advises_helps() -> None:
    with pytest.raises(ValueError, match=r"write \{\{unknown\}\}"):
        Template("{unknown}", ROW)
    assert filled("{{unknown}}") == "{unknown}"


def test_a_name_of_several_columns_is_refused_where_it_is_used() -> None:
    for columns in (["x", "x", "y"], [1, "1", "y"]):
        with pytest.raises(ValueError, match=r"expected one column .*got 2.*rename"):
            Template(f"{{{columns[0]}}}", columns)
        assert Template("{y}", columns).columns == ("y",)


def test_a_value_that_does_not_take_its_format_is_named() -> None:
    with pytest.raises(ValueError, match=r"the column 'text' holds 'so .*does not take :.2f"):
        filled("{text:.2f}")


def test_columns_are_listed_once_in_their_order() -> None:
    assert Template("{price} {text} {price!r} {3}", ROW).columns == ("price", "text", 3)


@given(st.text(), st.text())
def test_a_value_goes_in_as_it_is_whatever_it_holds(value: str, around: str) -> None:
    around = around.replace("{", "").replace("}", "")
    assert Template(f"{around}{{text}}{around}", ["text"]).fill({"text": value}) == f"{around}{value}{around}"


@given(st.text(alphabet='{}"\\ab^_:!.%[] \n'))
def test_any_text_is_taken_or_refused_in_words(template: str) -> None:
    try:
        made = Template(template, ["a"]).fill({"a": "A"})
    except ValueError as error:
        assert "expected the name" in str(error) or "does not take" in str(error)  # noqa: PT017
    else:
        assert isinstance(made, str)
