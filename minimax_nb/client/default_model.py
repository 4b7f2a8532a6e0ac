"""The model of whoever names none: the catalogue's default where it is served, else the newest that is."""

from __future__ import annotations

import hashlib
import re
from contextlib import suppress
from typing import TYPE_CHECKING, Any

from minimax_nb.catalog import DEFAULT_MODEL
from minimax_nb.frontend import tell_reader
from minimax_nb.hosts import host_of
from minimax_nb.runtime import background

from .configure import is_own_server

if TYPE_CHECKING:
    from collections.abc import Iterable

_ASK_TIMEOUT_S = 3.0
_NO_CHAT = re.compile(r"embed|rerank|moderation|whisper|transcri|tts|speech|audio|realtime|image|video|music|ocr", re.I)
"""Words in the names of models that do not talk, which gateways list beside those that do."""

_chosen: dict[tuple[str, str], str] = {}
"""What was chosen, by address and a digest of the key: a list of models is asked for once."""


def default_model(client: Any) -> str:
    """Choose the model for somebody who names none.

    The catalogue's default where the endpoint serves it, be it under a longer name (``MiniMaxAI/…``). Else the newest
    that it serves, MiniMax's before others, and a line says so. Where no list is to be had, the catalogue's default.

    Args:
        client: the client that will ask; one of another make is not asked for its models.
    """
    place = _place(client)
    if place is None:
        return DEFAULT_MODEL
    if place not in _chosen:
        models = served_models(client)
        if not models:
            return DEFAULT_MODEL  # it may answer the next time
        chosen = choose(models)
        if chosen.rpartition("/")[2].lower() != DEFAULT_MODEL.lower():
            where = host_of(place[0]) or "this endpoint"
            tell_reader(f"minimax_nb: {where} does not serve {DEFAULT_MODEL}; asking {chosen}, the newest that it does")
        if is_own_server(place[0]):  # other tapes may be behind it the next time
            return chosen
        _chosen[place] = chosen
    return _chosen[place]


def choose(models: Iterable[tuple[str, int]]) -> str:
    """Choose among models: the default, else the newest of MiniMax's, else the newest; those that talk before others.

    Args:
        models: names, each with the Unix time at which it was made, 0 where that is not known. At least one.
    """
    listed = list(models)
    for name, _ in listed:
        if name == DEFAULT_MODEL:
            return name
    for name, _ in listed:
        if name.rpartition("/")[2].lower() == DEFAULT_MODEL.lower():
            return name

    def rank(model: tuple[str, int]) -> tuple[bool, bool, int]:
        name, created = model
        return _NO_CHAT.search(name) is None, "minimax" in name.lower(), created

    return max(listed, key=rank)[0]


def served_models(client: Any) -> list[tuple[str, int]]:
    """Ask an endpoint, briefly and once, which models it serves.

    Args:
        client: an ``openai.OpenAI`` or ``AsyncOpenAI``.

    Returns:
        Names, each with the Unix time at which it was made, 0 where the endpoint does not say; nothing where it gives
        no list.
    """
    from openai import AsyncOpenAI, OpenAI, OpenAIError

    from .sdk import async_client

    brief: dict[str, Any] = {"timeout": _ASK_TIMEOUT_S, "max_retries": 0}

    async def ask() -> Any:
        async with async_client(client, own=True) as twin:
            return await twin.with_options(**brief).models.list()

    # What stands in the place of a list of models, where a server answers with something else.
    with suppress(OpenAIError, AttributeError, TypeError, ValueError):
        if isinstance(client, OpenAI):
            return _named(client.with_options(**brief).models.list())
        if isinstance(client, AsyncOpenAI):
            return _named(background.run(ask))
    return []


def _named(page: Any) -> list[tuple[str, int]]:
    found = [(model.id, getattr(model, "created", None)) for model in page.data]
    return [(name, made if type(made) is int else 0) for name, made in found if isinstance(name, str) and name.strip()]


def _place(client: Any) -> tuple[str, str] | None:
    """Where a client asks and as whom; None for a client that is not the SDK's."""
    from openai import AsyncOpenAI, OpenAI

    if not isinstance(client, OpenAI | AsyncOpenAI):
        return None
    key = str(getattr(client, "api_key", None) or "")
    return str(client.base_url), hashlib.sha256(key.encode("utf-8", "surrogatepass")).hexdigest()
