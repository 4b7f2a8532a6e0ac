"""The repair of thinking: broken tags and entries."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ..support.broken_histories import THOUGHTS, assert_mended

if TYPE_CHECKING:
    from ..support.histories import Message


@pytest.mark.parametrize(("messages", "found", "mended"), THOUGHTS.values(), ids=THOUGHTS)
def test_broken_thinking_is_found_and_mended(messages: list[Any], found: Any, mended: list[Message]) -> None:
    assert_mended(messages, found, mended)
