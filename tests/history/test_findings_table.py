"""Findings as a table: everything in it harmless, its length bounded."""

from __future__ import annotations

import re

from minimax_nb.history.findings import RULES, Finding
from minimax_nb.history.findings_table import findings_markdown, findings_table


def test_an_empty_list_says_that_nothing_was_found() -> None:
    assert findings_table([]) == "<div>Nothing found: the history can be sent.</div>"


def test_the_markdown_form_is_a_table_too() -> None:
    assert findings_markdown([]) == "Nothing found: the history can be sent."
    told = findings_markdown(
        [Finding.of(3, "missing-result", "no `result` | <b>"), Finding.of(None, "empty-tools", "x")]
    )
    head, _, *lines = told.split("\n\n")[1].splitlines()
    assert head == "| Where | What is wrong | What the service answers | What to do |"
    assert lines[0].startswith(r"| messages\[3\] | missing-result: no \`result\` \| &lt;b> | ")
    assert lines[1].startswith("| request | empty-tools: x | ")
    long = findings_markdown([Finding.of(n, "orphan-result", "x\ny") for n in range(1_250)])
    assert long.count("orphan-result: x y") == 200
    assert long.endswith("… and 1,050 more.")


def test_a_row_names_the_place_the_rule_the_answer_and_the_fix() -> None:
    html = findings_table([Finding.of(3, "missing-result", "no result"), Finding.of(None, "empty-tools", "no tools")])
    text = re.sub(r"<[^>]+>", "|", html)
    for words in ("2 found", "messages[3]", "missing-result", "no result", "request", "Not yet implemented"):
        assert words in text


def test_refused_and_silent_findings_are_told_apart_in_words_and_not_by_colour_alone() -> None:
    html = findings_table([Finding.of(0, "orphan-result", "x"), Finding.of(1, "thinking-dropped", "y")])
    assert "1 refused by the service, 1 silent" in html


def test_nothing_from_a_message_becomes_a_tag_a_formula_or_an_invisible_character() -> None:
    hostile = "<script>alert(1)</script> </td> $5 and $6 \x1b[0m \u202e"
    html = findings_table([Finding.of(0, "orphan-result", hostile)])
    assert "<script" not in html
    assert html.count("</td>") == 4
    assert re.search(r"\$[^<]", html) is None
    assert "\x1b" not in html
    assert "\u202e" not in html


def test_only_inline_styles_are_used() -> None:
    html = findings_table([Finding.of(0, code, "x") for code in RULES])
    assert not re.search(r"<style|<script|class=|var\(|aria-|<svg", html)


def test_a_long_list_is_cut_and_says_so() -> None:
    html = findings_table([Finding.of(n, "orphan-result", "x") for n in range(1_250)])
    assert html.count("<tr>") == 201
    assert "… and 1,050 more." in html
