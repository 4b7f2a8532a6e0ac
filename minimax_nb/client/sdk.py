"""openai's own clients, whose errors carry a hint and never a key.

``Client`` and ``AsyncClient`` send, retry and time out exactly as their parents do. An error keeps its class; its
message ends with a hint, which also stands in ``error.hint``.
"""

from __future__ import annotations

import asyncio
import os
from contextlib import asynccontextmanager, suppress
from typing import TYPE_CHECKING, Any

from openai import (
    APIError,
    APIStatusError,
    AsyncOpenAI,
    DefaultAsyncHttpxClient,
    DefaultHttpxClient,
    NotFoundError,
    Omit,
    OpenAI,
    OpenAIError,
)
from pydantic import ValidationError

from minimax_nb.errors import ConfigurationError, HistoryError, NoMatchError
from minimax_nb.hosts import host_of, is_loopback
from minimax_nb.redaction import KEY_MARK, Masker

from .explanation import explain, hint, said, words_in
from .hints import is_unknown_model
from .unreadable import NO_JSON, unreadable

if TYPE_CHECKING:
    from collections.abc import AsyncIterator, Sequence

_ASK_TIMEOUT_S = 3.0
_MOST_WORDS = 600
# What can go wrong when a server answers /models with something else than a list of models.
_NO_LIST = (OpenAIError, AttributeError, TypeError, ValueError)


class TapeMissError(NotFoundError, NoMatchError):
    """No tape fits a request while tapes are replayed: openai's class for the status, and ours for the cause."""


class OutsideBlockError(NotFoundError, ConfigurationError):
    """A client that was made while tapes were recorded or replayed is asked while none are."""


_OF_OUR_SERVERS: dict[str, type[NotFoundError]] = {
    "no_tape_error": TapeMissError,
    "no_block_error": OutsideBlockError,
}
"""The errors that only a server of this library gives, by the type in their body."""


class _Direct(DefaultHttpxClient):
    """Connections to this machine, whatever proxies and certificates the environment names."""

    def __init__(self) -> None:
        super().__init__(trust_env=False)

    def __del__(self) -> None:  # as the SDK's own connections, which its users need not close
        if not self.is_closed:
            self.close()


class _AsyncDirect(DefaultAsyncHttpxClient):
    """``_Direct`` for an async client."""

    def __init__(self) -> None:
        super().__init__(trust_env=False)

    def __del__(self) -> None:
        if not self.is_closed:
            with suppress(RuntimeError):  # no loop runs, and its connections have ended with it
                asyncio.get_running_loop().create_task(self.aclose())


class Client(OpenAI):
    """``openai.OpenAI`` with hints on its errors, and no proxy on the way to this machine."""

    _served: tuple[str, ...] | None = None

    def __init__(self, *, http_client: Any = None, **options: Any) -> None:
        if http_client is None and _is_here(options):
            http_client = _Direct()
        super().__init__(http_client=http_client, **options)

    def request(self, *args: Any, **kwargs: Any) -> Any:
        """Send a request as openai does; on failure add the hint and take out the key."""
        try:
            return super().request(*args, **kwargs)
        except UnicodeEncodeError as error:
            raise _unsendable(error) from None
        except NO_JSON as error:
            raise unreadable(error, self.api_key) from error
        except ValidationError as error:  # of the SDK's own parse(…)
            error.add_note(f"Hint: {explain(error)}")
            raise
        except APIError as error:
            if special := _from_our_server(error):
                raise special from None
            served = self._ask_what_is_served() if _is_about_the_model(error) else ()
            _amend(error, self.api_key, served)
            raise

    def _ask_what_is_served(self) -> tuple[str, ...]:
        """The names in ``/models``, asked for once and briefly; () when it does not say."""
        if self._served is None:
            try:
                page = self.with_options(timeout=_ASK_TIMEOUT_S, max_retries=0).models.list()
                self._served = tuple(str(model.id) for model in page.data)
            except _NO_LIST:
                self._served = ()
        return self._served

    def __repr__(self) -> str:
        return f"<minimax_nb client of {host_of(str(self.base_url))}>"


class AsyncClient(AsyncOpenAI):
    """``openai.AsyncOpenAI`` with hints on its errors, and no proxy on the way to this machine."""

    _served: tuple[str, ...] | None = None

    def __init__(self, *, http_client: Any = None, **options: Any) -> None:
        if http_client is None and _is_here(options):
            http_client = _AsyncDirect()
        super().__init__(http_client=http_client, **options)

    async def request(self, *args: Any, **kwargs: Any) -> Any:
        """Send a request as openai does; on failure add the hint and take out the key."""
        try:
            return await super().request(*args, **kwargs)
        except UnicodeEncodeError as error:
            raise _unsendable(error) from None
        except NO_JSON as error:
            raise unreadable(error, self.api_key) from error
        except ValidationError as error:  # of the SDK's own parse(…)
            error.add_note(f"Hint: {explain(error)}")
            raise
        except APIError as error:
            if special := _from_our_server(error):
                raise special from None
            served = await self._ask_what_is_served() if _is_about_the_model(error) else ()
            _amend(error, self.api_key, served)
            raise

    async def _ask_what_is_served(self) -> tuple[str, ...]:
        """The names in ``/models``, asked for once and briefly; () when it does not say."""
        if self._served is None:
            try:
                page = await self.with_options(timeout=_ASK_TIMEOUT_S, max_retries=0).models.list()
                self._served = tuple(str(model.id) for model in page.data)
            except _NO_LIST:
                self._served = ()
        return self._served

    def __repr__(self) -> str:
        return f"<minimax_nb async client of {host_of(str(self.base_url))}>"


def _unsendable(error: UnicodeEncodeError) -> HistoryError:
    """What JSON's encoder finds too late, in the words of the check that finds it before."""
    character = error.object[error.start : error.start + 1]
    return HistoryError(
        f"expected text that UTF-8 can carry, got {character!a}, half a character: nothing was sent. "
        "mm.check_history(messages) shows where, mm.repair_history(messages) gives a mended copy; if the messages are "
        "clean, it stands in a tool or another parameter"
    )


def _is_here(options: dict[str, Any]) -> bool:
    """Whether a client with these options sends its requests to this machine."""
    url = options.get("base_url") or os.environ.get("OPENAI_BASE_URL") or ""
    return is_loopback(host_of(str(url)))


def _from_our_server(error: APIError) -> NotFoundError | None:
    """The error in the class that says what it is, where only a server of ours gives it; else None."""
    inner = error.body.get("error", error.body) if isinstance(error.body, dict) else None
    kind = _OF_OUR_SERVERS.get(str(inner.get("type"))) if isinstance(inner, dict) else None
    if kind is None or not isinstance(error, NotFoundError):
        return None
    return kind(said(error), response=error.response, body=error.body)


def _is_about_the_model(error: APIError) -> bool:
    """Whether a request, other than the one for ``/models`` itself, named a model that is not served."""
    return error.request.method == "POST" and is_unknown_model(said(error))


def _amend(error: APIError, key: str, served: Sequence[str]) -> None:
    """Add the hint to an error and take the key out of it."""
    told = hint(error, served)
    message, words = error.message, words_in(error.body)[:_MOST_WORDS]
    if words and isinstance(error, APIStatusError) and words not in message:
        message = f"{message} - {words}"  # the SDK takes over what it knows the field of
    message = f"{message}\nHint: {told}" if told else message
    masker = Masker([key], KEY_MARK)
    error.message = masker.text(message)
    error.args = (error.message,)
    error.body = masker.value(error.body)
    error.hint = masker.text(told)  # type: ignore[attr-defined]


def without_openai_account(options: dict[str, Any]) -> dict[str, Any]:
    """The options, plus headers that keep ``OPENAI_ORG_ID`` and ``OPENAI_PROJECT_ID`` from going to MiniMax."""
    account = {"organization": "OpenAI-Organization", "project": "OpenAI-Project"}
    hidden = {header: Omit() for option, header in account.items() if options.get(option) is None}
    return {**options, "default_headers": {**hidden, **(options.get("default_headers") or {})}}


def _async_key(client: OpenAI | AsyncOpenAI) -> Any:
    """The key of a client, or the function that gives it, as an async one."""
    give: Any = getattr(client, "_api_key_provider", None)
    if give is None or isinstance(client, AsyncOpenAI):
        return give or client.api_key

    async def key() -> str:
        return str(give())

    return key


def _headers_of(client: OpenAI | AsyncOpenAI) -> dict[str, str]:
    """The headers that somebody has given to the HTTP client under a client."""
    usual = {"accept", "accept-encoding", "connection", "user-agent"}
    given = getattr(client._client, "headers", {})  # noqa: SLF001 - it has no other way to ask
    return {name: value for name, value in given.items() if name.lower() not in usual}


@asynccontextmanager
async def async_client(client: Any, *, own: bool = False) -> AsyncIterator[Any]:
    """The client itself if it is async, or of another make; for an ``openai.OpenAI`` its twin, closed at the end.

    Args:
        client: the client.
        own: whether an async one is to have a twin as well: its connections belong to one loop.
    """
    if not isinstance(client, (OpenAI, AsyncOpenAI) if own else OpenAI):
        yield client
        return
    async with AsyncClient(
        base_url=client.base_url,
        api_key=_async_key(client),
        organization=client.organization,
        project=client.project,
        timeout=client.timeout,
        max_retries=client.max_retries,
        default_headers={**_headers_of(client), **client._custom_headers},  # noqa: SLF001 - it has no other way to ask
        default_query=client._custom_query,  # noqa: SLF001
    ) as twin:
        yield twin
