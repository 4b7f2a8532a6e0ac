"""Pairing: which result answers which call."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ..support.broken_histories import PAIRS, assert_mended

if TYPE_CHECKING:
    from ..support.histories import Message


@pytest.mark.parametrize(("messages", "found", "mended"), PAIRS.values(), ids=PAIRS)
def test_a_pair_that_is_broken_is_found_and_mended(messages: list[Any], found: Any, mended: list[Message]) -> None:
    assert_mended(messages, found, mended)
