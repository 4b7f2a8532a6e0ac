"""A synchronous client's async twin: the same endpoint, key and settings."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


@asynccontextmanager
async def async_client(client: Any, *, own: bool = False) -> AsyncIterator[Any]:
    """The client itself if it is async, or of another make; for an ``openai.OpenAI`` its twin, closed at the end.

    Args:
        client: the client.
        own: whether an async one is to have a twin as well: its connections belong to one loop.
    """
    from openai import AsyncOpenAI, OpenAI

    from minimax_nb.sdk import AsyncClient

    if not isinstance(client, (OpenAI, AsyncOpenAI) if own else OpenAI):
        yield client
        return
    async with AsyncClient(
        base_url=client.base_url,
        api_key=client.api_key,
        organization=client.organization,
        project=client.project,
        timeout=client.timeout,
        max_retries=client.max_retries,
        default_headers=client._custom_headers,  # noqa: SLF001 - openai has no other way to ask for them
        default_query=client._custom_query,  # noqa: SLF001
    ) as twin:
        yield twin
