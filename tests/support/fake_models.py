"""A client whose models answer as they are told."""

from __future__ import annotations

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from minimax_nb import Comparison, compare

from .scripted import chunks, message

if TYPE_CHECKING:
    from collections.abc import AsyncIterator


TWO = ["MiniMax-M2.7", "MiniMax-M2"]


class Fake:
    """A client whose models answer as told: text, an exception, or a function that gives chunks.

    Attributes:
        requests: what was asked.
    """

    def __init__(self, **models: Any) -> None:
        self.models = models
        self.requests: list[dict[str, Any]] = []
        self.chat = SimpleNamespace(completions=SimpleNamespace(create=self.create))

    async def create(self, **request: Any) -> Any:
        self.requests.append(request)
        answer = self.models[request["model"]]
        if isinstance(answer, BaseException):
            raise answer
        return answer() if callable(answer) else _stream(answer)


async def _stream(text: str) -> AsyncIterator[Any]:
    for chunk in chunks(message(text)):
        yield chunk


def quiet(prompt: Any, fake: Any, **options: Any) -> Comparison:
    return compare(prompt, list(fake.models), client=fake, display=False, **options)
