"""A stream of the handler's under quirks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pytest

from ...support.quirk_replies import handler

if TYPE_CHECKING:
    from collections.abc import Callable


@pytest.fixture
def chunks(ask: Callable[..., Any]) -> Callable[..., list[Any]]:
    """The bodies of a stream's events under some quirks."""

    def chunks(*quirks: str, calls: list[dict[str, Any]] | None = None, **request: Any) -> list[Any]:
        asked = {"stream": True, "reasoning_split": True, "minimax_nb": {"quirks": list(quirks)}, **request}
        return [event.body for event in ask(handler=handler(*calls or ()), **asked).events]

    return chunks
