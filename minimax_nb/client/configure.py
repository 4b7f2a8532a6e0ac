"""configure, connect, aconnect: point this process, or one client, at the service or at the embedded server."""

from __future__ import annotations

import os
from contextlib import contextmanager
from dataclasses import dataclass, field
from threading import RLock
from typing import TYPE_CHECKING, Any

from minimax_nb.errors import ConfigurationError
from minimax_nb.frontend import tell_reader
from minimax_nb.hosts import address_of, is_loopback

from .detours import Detour, lasting_address
from .endpoint import TAPES, Endpoint, describe, resolve
from .proxies import changes_for, check_proxies
from .validation import refuse_misplaced

if TYPE_CHECKING:
    from collections.abc import Iterator

    from openai import AsyncOpenAI, OpenAI

_URL, _KEY = "OPENAI_BASE_URL", "OPENAI_API_KEY"
_OWN_SERVERS = ("embedded", "detour")
"""Where the key of a server of our own comes from."""


@dataclass(slots=True)
class _Process:
    """What this process was told, and which variables it has set.

    Attributes:
        given: the arguments of the last call that had any, until ``configure()`` without any.
        ours: for each variable we set: our value, and the user's before it.
        detours: where requests are sent instead, while they are recorded or replayed; the last one holds.
        before: what to go back to after the last detour: variables, ``given`` and ``ours``.
        servers: where servers of our own have listened, as "host:port".
        said: the line that was printed last. A client that nobody asked for does not say it again, nor does one made
            during a detour.
    """

    given: dict[str, Any] = field(default_factory=dict)
    ours: dict[str, tuple[str, str | None]] = field(default_factory=dict)
    detours: list[Detour] = field(default_factory=list)
    before: _Before | None = None
    servers: set[str] = field(default_factory=set)
    said: str = ""


@dataclass(frozen=True, slots=True)
class _Before:
    """The state before the first detour."""

    variables: dict[str, str]
    given: dict[str, Any]
    ours: dict[str, tuple[str, str | None]]


_process = _Process()
_lock = RLock()


def configure(
    *,
    region: str | None = None,
    base_url: str | None = None,
    api_key: str | None = None,
    allow_http: bool | None = None,
) -> None:
    """Point a plain ``openai.OpenAI()`` of this process at MiniMax, or at the embedded server when there is no key.

    Sets ``OPENAI_BASE_URL`` and ``OPENAI_API_KEY`` and prints one line that says where requests go, unless it was the
    last one printed; in a script on standard error. The arguments come first; else ``OPENAI_BASE_URL`` with
    ``OPENAI_API_KEY``; else ``MINIMAX_API_KEY`` at ``MINIMAX_BASE_URL``, else ``MINIMAX_API_HOST``, else in
    ``MINIMAX_REGION``; else the embedded server. Without arguments it forgets those of an earlier call. Call it again
    after changing a variable.

    Args:
        region: "global" (api.minimax.io) or "china" (api.minimaxi.com); default: ``MINIMAX_REGION``, else "global".
        base_url: another OpenAI-compatible address, such as ``https://api.minimax.cn/v1``.
        api_key: its key. Alone, a MiniMax key for the region.
        allow_http: whether the key may travel in clear text (``http://``) to any host, and not in private networks
            alone; default: ``MINIMAX_NB_ALLOW_HTTP`` (1 or 0), else no.

    Raises:
        ConfigurationError: they do not fit together, or the embedded server cannot start. Nothing was changed.
    """
    _configure(_given(region, base_url, api_key, allow_http), forget=True)


def connect(
    *misplaced: object,
    region: str | None = None,
    base_url: str | None = None,
    api_key: str | None = None,
    allow_http: bool | None = None,
    **client_options: Any,
) -> OpenAI:
    """Do what ``configure`` does and return an ``openai.OpenAI`` whose errors carry hints.

    Without arguments it keeps to those of the last ``configure`` or ``connect`` that had any.

    Args:
        *misplaced: none; a key without its name is refused with a word.
        region: as in ``configure``.
        base_url: as in ``configure``.
        api_key: as in ``configure``.
        allow_http: as in ``configure``.
        **client_options: handed to ``openai.OpenAI``, such as ``timeout`` (seconds without a byte before giving up;
            openai's default is 600) and ``max_retries`` (default 2).

    Raises:
        ConfigurationError: as in ``configure``.
    """
    refuse_misplaced(misplaced)
    given = _given(region, base_url, api_key, allow_http)
    return _client(_configure(given, transport=client_options.get("http_client")), client_options)


def aconnect(
    *misplaced: object,
    region: str | None = None,
    base_url: str | None = None,
    api_key: str | None = None,
    allow_http: bool | None = None,
    **client_options: Any,
) -> AsyncOpenAI:
    """Do what ``connect`` does, for an ``openai.AsyncOpenAI``. Not a coroutine: no ``await`` is needed.

    Args:
        *misplaced: none; a key without its name is refused with a word.
        region: as in ``configure``.
        base_url: as in ``configure``.
        api_key: as in ``configure``.
        allow_http: as in ``configure``.
        **client_options: handed to ``openai.AsyncOpenAI``.

    Raises:
        ConfigurationError: as in ``configure``.
    """
    from .sdk import AsyncClient, without_openai_account

    refuse_misplaced(misplaced)
    given = _given(region, base_url, api_key, allow_http)
    endpoint = _configure(given, transport=client_options.get("http_client"))
    return AsyncClient(base_url=endpoint.base_url, api_key=endpoint.api_key, **without_openai_account(client_options))


def default_client() -> OpenAI:
    """The client of whoever was given none: that of ``connect()``.

    Raises:
        ConfigurationError: as in ``configure``.
    """
    return _client(_configure({}), {})


def destination() -> str | None:
    """The host that requests go to, or ``TAPES`` while they are recorded or replayed; None without a key."""
    if _process.detours:
        return TAPES
    found = resolve(user_environment(), **_process.given)
    return found.host if found else None


def is_own_server(url: str) -> bool:
    """Whether a URL leads to a server that this process has started for its own requests, be it gone by now."""
    return address_of(url) in _process.servers


def user_environment() -> dict[str, str]:
    """The environment as the user made it: variables that ``configure`` has set are put back."""
    environ = dict(os.environ)
    for name, (ours, before) in _process.ours.items():
        if environ.get(name) == ours:
            del environ[name]
            if before is not None:
                environ[name] = before
    return environ


@contextmanager
def detoured(detour: Detour) -> Iterator[None]:
    """Inside, whatever would be configured or connected goes another way; afterwards all is as it was before.

    Detours may be nested, and may end in any order: the latest that has not ended holds, for every client that was made
    during one of them.

    Args:
        detour: the way to go.

    Raises:
        ConfigurationError: as in ``configure``, or from the detour. Nothing was changed.
    """
    with _lock:
        if not _process.detours:
            _process.before = _Before(dict(os.environ), dict(_process.given), dict(_process.ours))
        _process.detours.append(detour)
    try:
        _configure({})
        yield
    finally:
        with _lock:
            held = _process.detours[-1] is detour
            _process.detours.remove(detour)
            if not _process.detours:
                _go_back()
            elif held:
                endpoint, _, environ = _resolved(_process.given)
                _point_at(endpoint, environ)


def _go_back() -> None:
    """Undo what was set during the detours; a variable that the user has set meanwhile stays."""
    before, _process.before = _process.before, None
    if before is None:
        return
    for name in {*_process.ours, *before.ours}:
        if name in _process.ours and os.environ.get(name) != _process.ours[name][0]:
            continue
        _put(name, before.variables.get(name))
    _process.given, _process.ours = before.given, before.ours


def _client(endpoint: Endpoint, options: dict[str, Any]) -> OpenAI:
    from .sdk import Client, without_openai_account

    return Client(base_url=endpoint.base_url, api_key=endpoint.api_key, **without_openai_account(options))


def _given(region: str | None, base_url: str | None, api_key: str | None, allow_http: bool | None) -> dict[str, Any]:
    told = {"region": region, "base_url": base_url, "api_key": api_key, "allow_http": allow_http}
    return {name: value for name, value in told.items() if value is not None}


def _configure(given: dict[str, Any], *, forget: bool = False, transport: object = None) -> Endpoint:
    """Work out the endpoint, set the variables, print the line if it is news.

    A client that brings its own transport does not read the proxies of the environment.
    """
    with _lock:
        if not given and not forget:
            given = _process.given
        endpoint, line, environ = _resolved(given)
        if not (is_loopback(endpoint.host) or transport):
            check_proxies(environ)
        _point_at(endpoint, environ)
        _process.given = given
        if endpoint.key_from in _OWN_SERVERS:
            _process.servers.add(address_of(endpoint.base_url))
        news = line != _process.said
        _process.said = line
    if news:
        tell_reader(line)
    return endpoint


def _resolved(given: dict[str, Any]) -> tuple[Endpoint, str, dict[str, str]]:
    """Where requests go, the line that says so, and the user's environment."""
    environ = user_environment()
    found = resolve(environ, **given)
    line = describe(found, environ)
    if _process.detours:
        detour = _process.detours[-1]
        detour.server(found)
        return lasting_address(found, detour.label, _answering), detour.line(line), environ
    return found or _embedded(), line, environ


def _answering(asked: Endpoint | None) -> Endpoint | None:
    """The server that answers during the latest detour in the place of an endpoint; None when there is no detour."""
    with _lock:
        if not _process.detours:
            return None
        return _process.detours[-1].server(asked or resolve(user_environment(), **_process.given))


def _point_at(endpoint: Endpoint, environ: dict[str, str]) -> None:
    """Point a plain client at the endpoint, past all proxies if it is on this machine."""
    for name, (ours, before) in _process.ours.items():
        if os.environ.get(name) == ours:
            _put(name, before)
    wanted = {_URL: endpoint.base_url, _KEY: endpoint.api_key}
    if is_loopback(endpoint.host):
        wanted |= changes_for(endpoint.host, environ)
    _process.ours = {name: (value, environ.get(name)) for name, value in wanted.items()}
    os.environ.update(wanted)


def _embedded() -> Endpoint:
    """The embedded server, started when it is first needed."""
    try:
        from minimax_nb.server.app import start

        server = start()
    except (OSError, RuntimeError, ImportError) as error:
        raise ConfigurationError(
            f"expected a key or a free port on this machine, found no key, and the embedded server cannot start: "
            f"{type(error).__name__}: {error}. Set MINIMAX_API_KEY, or allow connections to 127.0.0.1."
        ) from error
    except ValueError as error:
        raise ConfigurationError(
            f"the embedded server cannot start: {error}. "
            "Unset MINIMAX_NB_SPEED, or set it to a number above 0 or to max."
        ) from error
    return Endpoint(server.base_url, server.api_key, "embedded")


def _put(name: str, value: str | None) -> None:
    if value is None:
        os.environ.pop(name, None)
    else:
        os.environ[name] = value
