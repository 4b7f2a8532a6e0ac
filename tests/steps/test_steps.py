"""A step as a dict, and back."""

from __future__ import annotations

import pytest

from minimax_nb.message.reply import Origin, Timing, Usage
from minimax_nb.steps.steps import Round, Step


@pytest.mark.parametrize(
    "value",
    [
        Step("user"),
        Step("call", 3, "", "w", "", "", True, 0.0, 0.0, 0, 0.0, 0.0),
        Round(1),
        Round(2, "m", "stop", "length", Usage(1, 2, 0, None, 3), Timing(total_s=0.0), Origin("practice"), 0.0),
    ],
)
def test_from_dict_undoes_to_dict(value: Step | Round) -> None:
    assert type(value).from_dict(value.to_dict()) == value


def test_an_empty_step_needs_few_words() -> None:
    assert Step("user", text="Hi").to_dict() == {"kind": "user", "text": "Hi"}
