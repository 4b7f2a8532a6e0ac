"""The form of thinking: one for the whole history."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ..support.broken_histories import FORMS, assert_mended

if TYPE_CHECKING:
    from ..support.histories import Message


@pytest.mark.parametrize(("messages", "found", "mended"), FORMS.values(), ids=FORMS)
def test_thinking_in_two_forms_is_found_and_mended(messages: list[Any], found: Any, mended: list[Message]) -> None:
    assert_mended(messages, found, mended)
