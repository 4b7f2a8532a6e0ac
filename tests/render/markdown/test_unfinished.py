"""The end of a sentence that is still being written."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb.render.markdown.unfinished import mend


@pytest.mark.parametrize(
    ("text", "mended"),
    [
        ("", ""),
        ("plain", "plain"),
        ("a **bo", "a **bo**"),
        ("a **", "a"),
        ("a **b*", "a **b**"),
        ("a *b*", "a *b*"),
        ("a ~~b~", "a ~~b~~"),
        ("a **bold** b", "a **bold** b"),
        ("a **bold words ", "a **bold words**"),
        ("a *b **c", "a *b **c***"),
        ("a **b *c* d", "a **b *c* d**"),
        ("2 * 3", "2 * 3"),
        ("2*3 and 2**3", "2*3 and 2**3"),
        ("总**计", "总**计**"),
        ("\\*a \\**b", "\\*a \\**b*"),
        ("a `co", "a `co`"),
        ("a `", "a "),
        ("a ``c`d", "a ``c`d``"),
        ("`**` b", "`**` b"),
        ("**a `b", "**a `b`**"),
        ("a ~~b", "a ~~b~~"),
        ("see [the page](https://x", "see the page"),
        ("see [the page](", "see the page"),
        ("see [the page]", "see [the page]"),
        ("![a picture](https://x", "a picture"),
        ("[a](https://x.y) b", "[a](https://x.y) b"),
        ("H<sub>2", "H<sub>2</sub>"),
        ("H<sub>2</sub>O", "H<sub>2</sub>O"),
        ("H<su", "H"),
        ("H<SUB>", "H"),
        ("H<sub>2</s", "H<sub>2</sub>"),
        ("**H<sub>2", "**H<sub>2</sub>**"),
        ("<sub>**a", "<sub>**a**</sub>"),
        ("**a<sub>b** c", "**a<sub>b** c"),
        ("a<br", "a"),
        ("a<br /", "a"),
        ("a <b", "a "),
        ("a <b>", "a <b>"),
        ("`<su", "`<su`"),
        ("\\<sub>a", "\\<sub>a"),
    ],
)
def test_what_is_open_is_closed(text: str, mended: str) -> None:
    assert mend(text) == mended


@given(
    st.lists(st.sampled_from(["*", "**", "`", "``", "~~", "[", "](", "a", " ", "\\", "总", ")"]), max_size=15).map(
        "".join
    )
)
def test_mending_what_is_mended_ends(text: str) -> None:
    assert len(mend(text)) <= 2 * len(text) + 2
