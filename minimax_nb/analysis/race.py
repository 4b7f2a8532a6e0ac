"""One question to several models at the same time: who is asked what, and what comes of it, in one view."""

from __future__ import annotations

import asyncio
from contextlib import aclosing
from typing import TYPE_CHECKING, Any

from minimax_nb.client.explanation import in_words
from minimax_nb.client.parameters import request_parameters
from minimax_nb.client.sdk import async_client
from minimax_nb.display.column_view import open_columns
from minimax_nb.history.check import check_history
from minimax_nb.history.media.content import content_of
from minimax_nb.message.reply import Reply
from minimax_nb.message.sdk_objects import as_dict
from minimax_nb.stream.accumulator import StreamAccumulator
from minimax_nb.stream.reading import adrive

if TYPE_CHECKING:
    from collections.abc import Iterable

_STOPPED = "it was stopped by the reader"
_NEVER_ASKED = Reply(partial_reason="interrupted", problem="it was stopped before it was asked")


class Race:
    """Several models at one question, on show from the moment it is made; to be run once.

    Attributes:
        replies: what came, by model; all of them once it has run, in the order in which the models were given.
        errors: for each model that failed, what was raised.
    """

    def __init__(
        self,
        prompt: str | list[Any],
        models: Iterable[str],
        system: str | None,
        client: Any,
        reasoning_split: bool | None,
        display: bool,
        options: dict[str, Any],
    ) -> None:
        self._models = _checked_models(models)
        asked = {"messages": _messages(prompt, system), "stream": True, "reasoning_split": reasoning_split}
        self._request = request_parameters({**options, **asked})
        self._client = client
        if client is None:
            from minimax_nb.client.configure import default_client

            self._client = default_client()
        self.replies: dict[str, Reply] = {}
        self.errors: dict[str, BaseException] = {}
        self._columns = open_columns(self._models, wanted=display)

    async def run(self) -> None:
        """Ask all of them; whatever happens, the view is finished."""
        try:
            async with async_client(self._client) as client:
                create = client.chat.completions.create
                await asyncio.gather(*(self._ask(create, place, model) for place, model in enumerate(self._models)))
        finally:
            for place, model in enumerate(self._models):
                if model not in self.replies:
                    self._columns.views[place].finish(_NEVER_ASKED)
            self.replies = {model: self.replies.get(model, _NEVER_ASKED) for model in self._models}
            self._columns.finish(self.replies)

    def interrupted(self) -> Reply | None:
        """A reply that the reader has stopped."""
        return next((reply for reply in self.replies.values() if reply.partial_reason == "interrupted"), None)

    async def _ask(self, create: Any, place: int, model: str) -> None:
        """One column, from the request to the end; only a cancellation gets out."""
        acc = StreamAccumulator()
        reply = Reply()
        try:
            check_history(self._request["messages"], tools=self._request.get("tools"), model=model).raise_if_refused()
            async with aclosing(adrive(create(model=model, **self._request), acc)) as events:
                async for event in events:
                    self._columns.views[place].feed(event)
            reply = acc.finish()
        except asyncio.CancelledError:
            reply = acc.finish("interrupted", _STOPPED)
            raise
        except Exception as error:  # noqa: BLE001 - told in this model's column; the others go on
            self.errors[model] = error
            problem = in_words(error, self._key())
            reply = Reply(partial_reason="error", problem=problem) if acc.waiting else acc.finish("error", problem)
        finally:
            self.replies[model] = reply
            self._columns.views[place].finish(reply)

    def _key(self) -> str:
        key = getattr(self._client, "api_key", None)
        return key if isinstance(key, str) else ""


def _checked_models(models: Iterable[str]) -> list[str]:
    if isinstance(models, str):
        raise ValueError(f"expected several models, got one text: models=[{models!r}, …]")
    listed = list(models)
    if not listed:
        raise ValueError("expected at least one model, got none; mm.models() lists them")
    for model in listed:
        if not isinstance(model, str) or not model.strip():
            raise ValueError(f"expected the name of a model, got {model!r:.60}")
        if listed.count(model) > 1:
            raise ValueError(f"expected each model once, got {model!r} {listed.count(model)} times")
    return listed


def _messages(prompt: str | list[Any], system: str | None) -> list[Any]:
    first = [] if system is None else [{"role": "system", "content": system}]
    listed = prompt if isinstance(prompt, list) else []
    if any("role" in (as_dict(entry) or {}) for entry in listed):
        return [*first, *(entry.message if isinstance(entry, Reply) else entry for entry in listed)]
    return [*first, {"role": "user", "content": content_of(prompt)}]
