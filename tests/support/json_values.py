"""Any JSON value, as a strategy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from hypothesis import strategies as st

if TYPE_CHECKING:
    from hypothesis.strategies import SearchStrategy


def json_values(
    text: SearchStrategy[str], keys: SearchStrategy[str], *, members: int = 3, leaves: int = 8
) -> SearchStrategy[Any]:
    """Any JSON value whose texts and keys are drawn from these."""
    return st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | text,
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(keys, inner, max_size=members),
        max_leaves=leaves,
    )
