"""Regular expressions of schemas, parsed as a regex engine reads them."""

from __future__ import annotations

import re

from hypothesis import given, settings
from hypothesis import strategies as st

from minimax_nb.server.practice.budget import Budget
from minimax_nb.server.practice.patterns import fitting

pieces = st.recursive(
    st.sampled_from(["a", "b", ".", "[ab]", "[^a]", "\\d", "\\w", "x"]),
    lambda inner: st.one_of(
        st.builds("{}{}".format, inner, inner),
        st.builds("(?:{}|{})".format, inner, inner),
        st.builds("(?:{}){}".format, inner, st.sampled_from(["*", "+", "?", "{2}", "{1,3}"])),
    ),
    max_leaves=6,
)


@settings(max_examples=300, deadline=None)
@given(pieces, st.booleans(), st.booleans(), st.text("abx1 ", max_size=8))
def test_it_finds_what_a_regex_engine_finds(piece: str, begins: bool, ends: bool, text: str) -> None:
    pattern = "^" * begins + piece + "$" * ends
    fits = re.search(pattern, text) is not None
    found = fitting(pattern, [text], 0, 4000, Budget())
    assert (found == text) is fits or not fits
    if found is not None:
        assert re.search(pattern, found)
