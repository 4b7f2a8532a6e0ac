"""A body that is no JSON though the server says so: what came is told, whoever asks, and never with the key."""

from __future__ import annotations

import asyncio
from typing import TYPE_CHECKING, Any

import pytest

import minimax_nb as mm
from minimax_nb.client.default_model import served_models
from minimax_nb.client.sdk import AsyncClient, Client

from ..support.servers import Answer, serving

if TYPE_CHECKING:
    from collections.abc import Iterator

KEY = "mm-key-9d41ab77"
HELLO: dict[str, Any] = {"model": "MiniMax-M2.7", "messages": [{"role": "user", "content": "Hi"}]}
BODIES: dict[str, tuple[bytes, str]] = {
    "html": (b"\n<html><body>502 Bad Gateway</body></html>", "got '<html><body>502 Bad Gateway</body></html>'; check"),
    "nothing": (b"", "got an empty body; check"),
    "half": (b'{"choices": [{"index": 0, "mess', """got '{"choices": [{"index": 0, "mess'; check"""),
    "no-utf-8": (b"\x1f\x8b\x08\x00zip", "zip'; check"),
    "a-key": (f"no such key: {KEY}".encode(), "got 'no such key: "),
    "long": (b"x" * 100_000, "xxx…; check"),
}


@pytest.fixture
def url(request: pytest.FixtureRequest) -> Iterator[str]:
    with serving(lambda _: Answer(BODIES[request.param][0])) as port:
        yield f"http://127.0.0.1:{port}/v1"


ALL = pytest.mark.parametrize(("url", "says"), [(name, says) for name, (_, says) in BODIES.items()], indirect=["url"])


@ALL
def test_what_came_is_told(url: str, says: str) -> None:
    with (
        Client(base_url=url, api_key=KEY, max_retries=0) as client,
        pytest.raises(mm.StreamFormatError, match="expected JSON, got ") as caught,
    ):
        client.chat.completions.create(**HELLO)
    assert says in str(caught.value)
    assert len(str(caught.value)) < 250
    assert KEY not in str(caught.value)


@ALL
def test_an_async_client_tells_the_same(url: str, says: str) -> None:
    async def ask() -> None:
        async with AsyncClient(base_url=url, api_key=KEY, max_retries=0) as client:
            await client.chat.completions.create(**HELLO)

    with pytest.raises(mm.StreamFormatError, match="expected JSON, got ") as caught:
        asyncio.run(ask())
    assert says in str(caught.value)


@pytest.mark.parametrize("url", BODIES, indirect=True)
def test_whoever_expects_pythons_error_still_gets_it(url: str) -> None:
    with Client(base_url=url, api_key=KEY, max_retries=0) as client:
        with pytest.raises(ValueError, match="expected JSON"):
            client.models.list()
        assert served_models(client) == []
