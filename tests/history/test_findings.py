"""Findings as text, as a table and as an error."""

from __future__ import annotations

import pytest

import minimax_nb as mm
from minimax_nb.history.check import Findings, check_history
from minimax_nb.history.findings import Finding

from ..support.histories import answer, call, calls, user


def test_findings_show_as_text_and_as_a_table_and_raise() -> None:
    found = check_history([user(), calls(call("<b>x</b>")), user()])
    assert isinstance(found, Findings)
    assert repr(found).startswith(
        "messages[1] missing-result: the call '<b>x</b>' of 'get_weather' has no result. Service: HTTP 400"
    )
    html = found._repr_html_() or ""
    assert "<td" in html
    assert set(found._repr_mimebundle_()) == {"text/plain", "text/markdown", "text/html"}
    assert "<b>" not in html
    with pytest.raises(mm.HistoryError) as caught:
        found.raise_if_refused()
    assert caught.value.findings == tuple(found)
    check_history([user(), answer("<think>x")]).raise_if_refused()
    assert repr(check_history([user()])) == "Nothing found: the history can be sent."
    assert [Finding.from_dict(each.to_dict()) for each in found] == found
