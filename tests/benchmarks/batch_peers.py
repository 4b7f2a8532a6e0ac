"""What each contender of ``batch.py`` runs, written as its users write it: the same prompts, 32 at a time.

Each imports what it needs itself; one that cannot be imported is left out.
"""

from __future__ import annotations

import asyncio
import os
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Callable

MODEL = "MiniMax-M2.7"
WORKERS = 32
KEY = "benchmark"
_OPTIONS: dict[str, Any] = {
    "model": MODEL,
    "max_concurrency": WORKERS,
    "requests_per_minute": None,
    "tokens_per_minute": None,
    "progress": False,
}
_FILLING = "The quick brown fox jumps over the lazy dog. " * 12


@dataclass(frozen=True)
class Rows:
    """Prompts of about 600 characters, no two the same.

    Attributes:
        count: how many.
        salt: what tells those of one run from those of another.
    """

    count: int
    salt: str

    def prompts(self) -> list[str]:
        """All of them."""
        return [f"{self.salt} {number}: {_FILLING}" for number in range(self.count)]


async def _workers(client: Any, prompts: list[str]) -> list[str]:
    answers = [""] * len(prompts)
    todo = iter(enumerate(prompts))

    async def work() -> None:
        for number, prompt in todo:
            completion = await client.chat.completions.create(
                model=MODEL, messages=[{"role": "user", "content": prompt}], extra_body={"reasoning_split": True}
            )
            answers[number] = completion.choices[0].message.content or ""

    async with client:
        await asyncio.gather(*(work() for _ in range(WORKERS)))
    return answers


def bare(url: str, prompts: list[str], folder: str) -> Any:
    """Workers over one iterator and the SDK: what everything else is measured against."""
    from openai import AsyncOpenAI

    return asyncio.run(_workers(AsyncOpenAI(base_url=url, api_key=KEY, max_retries=0), prompts))


def bare_aiohttp(url: str, prompts: list[str], folder: str) -> Any:
    """The same with aiohttp under the SDK."""
    import aiohttp  # noqa: F401 - the SDK says only when it is used that it is not there
    from openai import AsyncOpenAI, DefaultAioHttpClient

    async def ask() -> list[str]:
        client = AsyncOpenAI(base_url=url, api_key=KEY, max_retries=0, http_client=DefaultAioHttpClient())
        return await _workers(client, prompts)

    return asyncio.run(ask())


def batch(url: str, prompts: list[str], folder: str, **options: Any) -> Any:
    """This project."""
    from openai import OpenAI

    import minimax_nb as mm

    with OpenAI(base_url=url, api_key=KEY) as client:
        return mm.batch(prompts, "{text}", client=client, **_OPTIONS, **options)


def batch_checkpoint(url: str, prompts: list[str], folder: str) -> Any:
    """This project, each row on disk before it counts."""
    return batch(url, prompts, folder, checkpoint=os.path.join(folder, f"{time.monotonic_ns()}.jsonl"))


def abatch_aiohttp(url: str, prompts: list[str], folder: str) -> Any:
    """This project in the caller's loop, with a client that has aiohttp under it."""
    import aiohttp  # noqa: F401 - as above
    from openai import AsyncOpenAI, DefaultAioHttpClient

    import minimax_nb as mm

    async def ask() -> Any:
        async with AsyncOpenAI(base_url=url, api_key=KEY, http_client=DefaultAioHttpClient()) as client:
            return await mm.abatch(prompts, "{text}", client=client, **_OPTIONS)

    return asyncio.run(ask())


def chatlas(url: str, prompts: list[str], folder: str) -> Any:
    """``parallel_chat_text``."""
    from chatlas import ChatOpenAICompletions, parallel_chat_text

    chat = ChatOpenAICompletions(base_url=url, api_key=KEY, model=MODEL)
    return asyncio.run(parallel_chat_text(chat, list(prompts), max_active=WORKERS, rpm=10_000_000))


CONTENDERS: dict[str, Callable[[str, list[str], str], Any]] = {
    "bare": bare,
    "mm.batch": batch,
    "mm.batch, checkpoint": batch_checkpoint,
    "bare on aiohttp": bare_aiohttp,
    "mm.abatch on aiohttp": abatch_aiohttp,
    "chatlas": chatlas,
}


def run(name: str, url: str, rows: Rows, folder: str, *, keep: list[Any] | None = None) -> float:
    """Run a contender once.

    Args:
        name: which, a key of ``CONTENDERS``.
        url: the service.
        rows: what to ask.
        folder: for files.
        keep: takes what came of it.

    Returns:
        The processor time of this process while it ran, all threads, in seconds.
    """
    prompts = rows.prompts()
    began = time.process_time()
    found = CONTENDERS[name](url, prompts, folder)
    spent = time.process_time() - began
    if keep is not None:
        keep.append(found)
    return spent
