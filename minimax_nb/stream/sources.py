"""What a reply can be read from, each kind made into chunks with a way to close it.

A stream of the SDK that nobody has read from yet is read as bytes: the SDK would make an object of every chunk, which
costs more than everything else here together, and gives up at the first line that is not JSON.
"""

from __future__ import annotations

import inspect
from collections.abc import AsyncGenerator, AsyncIterator, Iterator, Mapping
from typing import Any

from minimax_nb.client.endpoint import host_behind
from minimax_nb.errors import StreamFormatError
from minimax_nb.message.reply import Origin, Reply
from minimax_nb.redaction import mask_key
from minimax_nb.sse import SSEDecoder

ACCEPTED = (
    "a stream (create(..., stream=True)), a completion, a Reply, or an iterable of chunks (SDK objects, dicts or "
    "lines of server-sent events)"
)


class Source:
    """Chunks, or lines of server-sent events, to iterate over, and what is known of their connection."""

    def __init__(self, origin: Any) -> None:
        self._origin = origin
        self._response: Any = getattr(origin, "response", None)
        self._decoder: SSEDecoder | None = None
        self._reading: list[Any] = []  # asynchronous generators: left half read, they would outlive the loop's task

    @property
    def done(self) -> bool:
        """Whether ``[DONE]`` was seen."""
        return self._decoder is not None and self._decoder.done

    @property
    def garbage(self) -> str:
        """The first text on the wire that was no JSON object; "" if there was none."""
        return self.redacted(self._decoder.garbage) if self._decoder else ""

    @property
    def origin(self) -> Origin | None:
        """The service that the chunks come from, by its host."""
        url = getattr(self._response, "url", None)
        headers = getattr(self._response, "headers", {})
        host = host_behind(str(url), headers) if url is not None else ""
        return Origin("service", host) if host else None

    @property
    def elapsed_s(self) -> float | None:
        """Seconds from the request to the end, once the source is closed; None for what is no HTTP response."""
        try:
            seconds: float = self._response.elapsed.total_seconds()
        except (AttributeError, RuntimeError):
            return None
        return seconds

    @property
    def read_timeout(self) -> float | None:
        """How long the client waits for the next bytes, in seconds."""
        extensions = getattr(getattr(self._response, "request", None), "extensions", None)
        timeout = extensions.get("timeout") if isinstance(extensions, Mapping) else None
        seconds = timeout.get("read") if isinstance(timeout, Mapping) else None
        return seconds if isinstance(seconds, int | float) else None

    def redacted(self, text: str) -> str:
        """The text without the key that the request carried: a service may repeat it in an error."""
        headers = getattr(getattr(self._response, "request", None), "headers", None)
        sent = headers.get("authorization") if isinstance(headers, Mapping) else None
        key = str(sent or "").removeprefix("Bearer ").strip()
        return mask_key(text, key)

    def chunks(self) -> Iterator[Any]:
        """The chunks, read in a blocking way."""
        for item in self._items():
            if not isinstance(item, str | bytes | bytearray):
                yield item
                continue
            yield from self._decode(item)
            if self.done:
                break
        yield from self._rest()

    def achunks(self) -> AsyncIterator[Any]:
        """The chunks, read without blocking where the source can do that."""
        if not hasattr(self._origin, "__aiter__"):
            return _as_async(self.chunks())
        chunks = self._adecoded(self._aitems())
        self._reading.insert(0, chunks)
        return chunks

    def close(self) -> None:
        """Close the source and its connection."""
        for target in (self._origin, self._response):
            close = getattr(target, "close", None)
            if callable(close) and not inspect.iscoroutinefunction(close):
                close()

    async def aclose(self) -> None:
        """Close the source and its connection; twin of ``close``."""
        if not hasattr(self._origin, "__aiter__"):
            self.close()
            return
        for generator in self._reading:
            await generator.aclose()
        close = getattr(self._origin, "aclose", None) or getattr(self._origin, "close", None)
        if callable(close):
            closing = close()
            if inspect.isawaitable(closing):
                await closing

    def _items(self) -> Iterator[Any]:
        return iter(self._origin)

    def _aitems(self) -> AsyncIterator[Any]:
        items: AsyncIterator[Any] = self._origin.__aiter__()
        return items

    async def _adecoded(self, items: AsyncIterator[Any]) -> AsyncGenerator[Any, None]:
        async for item in items:
            if not isinstance(item, str | bytes | bytearray):
                yield item
                continue
            for chunk in self._decode(item):
                yield chunk
            if self.done:
                break
        for chunk in self._rest():
            yield chunk

    def _decode(self, item: str | bytes | bytearray) -> list[dict[str, Any]]:
        data = item.encode() if isinstance(item, str) else bytes(item)
        return self._decoding().feed(data if b"\n" in data else data + b"\n")  # of an iterator over lines

    def _decoding(self) -> SSEDecoder:
        if self._decoder is None:
            self._decoder = SSEDecoder()
        return self._decoder

    def _rest(self) -> list[dict[str, Any]]:
        return self._decoder.close() if self._decoder is not None else []


class SdkStream(Source):
    """A stream of the SDK with all its bytes still to come, read as bytes."""

    def _items(self) -> Iterator[Any]:
        data: Iterator[Any] = self._response.iter_bytes()
        return data

    def _aitems(self) -> AsyncIterator[Any]:
        data: AsyncIterator[Any] = self._response.aiter_bytes()
        self._reading.append(data)
        return data

    def _decode(self, item: str | bytes | bytearray) -> list[dict[str, Any]]:
        return self._decoding().feed(bytes(item) if not isinstance(item, str) else item.encode())


class SdkHelper(Source):
    """The SDK's stream helper: each of its events that holds a chunk; its other events repeat what the chunks say."""

    def _items(self) -> Iterator[Any]:
        return map(_chunk_of, self._origin)

    def _aitems(self) -> AsyncIterator[Any]:
        return (_chunk_of(event) async for event in self._origin)


def as_source(source: Any) -> Source:
    """The chunks of anything that can be iterated over.

    Raises:
        StreamFormatError: it is of a kind that holds no chunks.
    """
    if isinstance(source, list | tuple) and any(_is_message(item) for item in source):
        raise StreamFormatError(
            f"expected {ACCEPTED}; got a list of messages: Trace(messages) shows a history, and "
            "client.chat.completions.create(messages=messages, …) asks for the reply that can be shown"
        )
    single = isinstance(source, Mapping) or (hasattr(source, "choices") and not hasattr(source, "__next__"))
    if single:
        return Source([source])
    if _is_unread_sdk_stream(source):
        return SdkStream(source)
    if type(source).__module__.startswith("openai.lib.streaming."):
        return SdkHelper(source)
    iterable = hasattr(source, "__iter__") or hasattr(source, "__aiter__")
    if not iterable or isinstance(source, str | bytes | bytearray | type):
        raise StreamFormatError(f"expected {ACCEPTED}; got {type(source).__name__} {repr(source)[:60]}")
    return Source(source)


def _is_message(item: Any) -> bool:
    """Whether this is a message of a history, and no chunk."""
    if isinstance(item, Reply):
        return True
    return isinstance(item, Mapping) and "role" in item and "choices" not in item


def is_completion(source: Any) -> bool:
    """Whether this is a whole completion, streamed or not, rather than something to iterate over."""
    if isinstance(source, Mapping):
        choices, kind = source.get("choices"), source.get("object")
    elif hasattr(source, "choices") and not hasattr(source, "__next__"):
        choices, kind = source.choices, getattr(source, "object", None)
    else:
        return False
    if kind == "chat.completion.chunk":
        return False
    if isinstance(choices, list) and choices:
        first = choices[0]
        return "message" in first if isinstance(first, Mapping) else hasattr(first, "message")
    # An error under HTTP 200 has no choices, and neither has a completion that is broken.
    return True


def _chunk_of(event: Any) -> Any:
    """The chunk in an event of the SDK's stream helper; an empty one in its other events."""
    return getattr(event, "chunk", None) or {}


def _is_unread_sdk_stream(source: Any) -> bool:
    """Whether this is a stream of the SDK itself, not of something that wraps it, with all its bytes still to come."""
    response: Any = getattr(source, "response", None)
    return (
        type(source).__module__.partition(".")[0] == "openai"
        and hasattr(response, "iter_bytes")
        and not response.is_stream_consumed
        and not response.is_closed
    )


async def _as_async(chunks: Iterator[Any]) -> AsyncIterator[Any]:
    for chunk in chunks:
        yield chunk
