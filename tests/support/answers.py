"""Answers of the embedded server, and any answer at all."""

from __future__ import annotations

from hypothesis import strategies as st

from minimax_nb.server.answer.answer import Answer, Call
from minimax_nb.server.answer.wire import Envelope

HEAD = Envelope("0123456789abcdef0123456789abcdef", 1, "MiniMax-M2.7", {"kind": "authored"})
texts = st.text(st.characters(exclude_categories=["Cs"]), max_size=300)
answers = st.builds(
    Answer,
    content=texts,
    reasoning=texts,
    calls=st.lists(st.builds(Call, st.just("look"), texts), max_size=3).map(tuple),
    finish_reason=st.sampled_from(["stop", "length", "tool_calls"]),
)
