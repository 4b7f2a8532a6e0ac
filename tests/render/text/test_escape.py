"""HTML that shows exactly a text."""

from __future__ import annotations

from html import unescape
from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb.render.text.escape import escape, escape_content, escape_prose
from minimax_nb.render.text.text import visible


@pytest.mark.parametrize(
    ("text", "attribute", "content", "prose"),
    [
        ("a < b & c > d", "a &lt; b &amp; c &gt; d", "a &lt; b &amp; c &gt; d", "a &lt; b &amp; c &gt; d"),
        ("\"a\" 'b'", "&quot;a&quot; &#39;b&#39;", "\"a\" 'b'", "\"a\" 'b'"),
        ("&lt;", "&amp;lt;", "&amp;lt;", "&amp;lt;"),
        ("$5", "$5", "$5", "<span>$</span>5"),
        ("\\(", "\\(", "\\(", "<span>\\</span>("),
        ("\\$", "\\$", "\\$", "<span>\\</span><span>$</span>"),
        ("\x1b", "␛", "␛", "␛"),
    ],
)
def test_each_place_has_its_way_of_escaping(text: str, attribute: str, content: str, prose: str) -> None:
    assert (escape(text), escape_content(text), escape_prose(text)) == (attribute, content, prose)


@given(st.text(max_size=40))
def test_escaped_text_reads_as_the_text(text: str) -> None:
    assert unescape(escape(text)) == visible(text)
    read: list[str] = []
    parser = HTMLParser()
    parser.handle_data = read.append  # type: ignore[method-assign]
    parser.feed(f'<p title="{escape(text)}">{escape_prose(text)}</p>')
    parser.close()
    assert "".join(read) == visible(text)
