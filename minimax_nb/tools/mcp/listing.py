"""A server's list of tools as it comes, so that one bad entry does not take the others with it."""

from __future__ import annotations

from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, Self

from minimax_nb.errors import short

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

_LONGEST_DESCRIPTION = 10_000
"""Characters of a description that the model gets; each request carries them."""


@asynccontextmanager
async def tolerant(transport: Any, left_out: list[str]) -> AsyncIterator[tuple[Any, Any]]:
    """A transport of the SDK whose lists of tools hold what the SDK takes, and nothing else.

    The SDK refuses a whole list for one bad entry, and a result that does not fit the schema which its tool declares;
    here the entry goes, and so does that schema: what a tool returns is the model's to read.

    Args:
        transport: as the SDK makes it.
        left_out: takes the entries that are no tools, in words.
    """
    async with transport as (incoming, outgoing):
        yield _Incoming(incoming, left_out), outgoing


class _Incoming:
    """The stream of what a server sends."""

    def __init__(self, stream: Any, left_out: list[str]) -> None:
        self._stream = stream
        self._left_out = left_out
        self._names: set[str] = set()

    def __getattr__(self, name: str) -> Any:
        return getattr(self._stream, name)

    async def __aenter__(self) -> Self:
        await self._stream.__aenter__()
        return self

    async def __aexit__(self, *failure: object) -> bool | None:
        result: bool | None = await self._stream.__aexit__(*failure)
        return result

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Any:
        return self._read(await self._stream.__anext__())

    async def receive(self) -> Any:
        """The next message."""
        return self._read(await self._stream.receive())

    def _read(self, item: Any) -> Any:
        result = getattr(getattr(item, "message", None), "result", None)
        if isinstance(result, dict) and isinstance(result.get("tools"), list):
            read = [self._tool(entry) for entry in result["tools"]]
            result["tools"] = [entry for entry in read if entry is not None]
        return item

    def _tool(self, entry: Any) -> dict[str, Any] | None:
        """One entry of a list; None where it is no tool."""
        name = entry.get("name") if isinstance(entry, dict) else None
        if not isinstance(name, str):
            self._left_out.append(f"an entry without a name ({short(entry)})")
            return None
        schema = entry.get("inputSchema")
        kind = schema.get("type", "object") if isinstance(schema, dict) else short(schema)
        if not isinstance(schema, dict) or kind != "object":
            self._left_out.append(f"{name!r:.60} (expected an inputSchema of type object, got {kind})")
            return None
        if name in self._names:
            self._left_out.append(f"a second {name!r:.60}")
            return None
        self._names.add(name)
        texts = {key: entry[key] for key in ("title", "description") if isinstance(entry.get(key), str)}
        if len(texts.get("description", "")) > _LONGEST_DESCRIPTION:
            texts["description"] = texts["description"][:_LONGEST_DESCRIPTION] + " …"
        return {"name": name, **texts, "inputSchema": {**schema, "type": "object"}}
