"""Tables of figures: one row of heads, nothing empty in it, a scroll of their own."""

from __future__ import annotations

import re

from minimax_nb.render.figure_table import figure_table, head_words, scrolling
from minimax_nb.render.text.markup import Html

from ..support.html_inspection import DOCUMENT, inspect

HEADS = (("Model", ""), ("Prompt", "tokens"))


def test_a_table_has_one_row_of_heads_and_its_cells_are_text() -> None:
    html = figure_table("Usage", HEADS, [("<b>m</b>", "1,000"), ("n", "–")], words={0})
    page = inspect(html, DOCUMENT)
    assert page.tags.count("tr") == 3
    assert html[: html.index("</thead>")].count("<tr") == 1
    assert not re.search(r"<th[^>]*></th>", html)
    assert page.text == "ModelPrompttokens<b>m</b>1,000n–"
    cells = [(tag, attributes) for tag, attributes in page.elements if tag == "td" or attributes.get("scope") == "row"]
    assert [tag for tag, _ in cells] == ["th", "td"] * 2
    assert [attributes["style"].rpartition(":")[2] for _, attributes in cells] == ["left", "right"] * 2


def test_a_box_that_scrolls_is_reached_with_the_keys_and_has_a_name() -> None:
    ((_, attributes),) = inspect(scrolling(Html("x"), 'a "b"', Html("max-height:9em;")), DOCUMENT).elements
    assert attributes == {
        "style": "max-height:9em;overflow-x:auto",
        "tabindex": "0",
        "role": "group",
        "aria-label": 'a "b"',
    }


def test_a_head_without_a_unit_is_its_words() -> None:
    assert head_words(("Model", "")) == "Model"
    assert inspect(head_words(("Speed", "tokens/s")), DOCUMENT).text == "Speedtokens/s"
