"""HTML of strangers, however broken, as tags and text."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb.steps.html_tokens import EndTag, StartTag, Token, html_tokens


@pytest.mark.parametrize(
    ("html", "tokens"),
    [
        ("", []),
        ("a &lt; b &amp;&nbsp;c", ["a < b &\xa0c"]),
        ("a < b", ["a ", "<", " b"]),
        ("<P>x</P >", [StartTag("p", {}), "x", EndTag("p")]),
        ("<br/>", [StartTag("br", {})]),
        ("<td A=1 b='2>' c=\"&lt;\" d e = f>", [StartTag("td", {"a": "1", "b": "2>", "c": "<", "d": "", "e": "f"})]),
        ("<td a=1 A=2>", [StartTag("td", {"a": "1"})]),
        ("<td/onclick=x/y>", [StartTag("td", {"onclick": "x/y"})]),
        ("<td =x>", [StartTag("td", {"=x": ""})]),
        ("a<!-- <b> -->c<!DOCTYPE html>d<?php ?>e</>f", ["a", "c", "d", "e", "f"]),
        ("<script>a<b></script >c", [StartTag("script", {}), "a<b>", EndTag("script"), "c"]),
        ("a<b", ["a"]),
        ("a<b c='d>", ["a"]),
        ("a<!-- b", ["a"]),
        ("<style>a", [StartTag("style", {})]),
    ],
    ids=ascii,
)
def test_tags_and_text_are_told_apart(html: str, tokens: list[Token]) -> None:
    assert list(html_tokens(html)) == tokens


@given(st.text(st.sampled_from("<>/!-?a b='\"&;"), max_size=60))
def test_any_text_is_read_to_its_end(html: str) -> None:
    assert all(isinstance(token, str | StartTag | EndTag) for token in html_tokens(html))


@pytest.mark.parametrize(
    "piece",
    [
        "<!--",
        "<a ",
        "<table ",
        "</",
        "<![CDATA[",
        "<?",
        "<td x='",
        '<td x="',
        "<script>",
        "<a =",
        "<a x ",
        "&",
        "< ",
        "<a/",
    ],
)
def test_time_grows_with_the_length_alone(piece: str) -> None:
    html = piece * (200_000 // len(piece))
    began = time.process_time()
    for _ in html_tokens(html):
        pass
    assert time.process_time() - began < 2
