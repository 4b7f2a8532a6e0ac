"""Where requests go: region, URL and key, worked out from arguments and environment. No I/O, nothing is changed.

The order: explicit arguments; ``OPENAI_BASE_URL`` with ``OPENAI_API_KEY``; ``MINIMAX_API_KEY`` at ``MINIMAX_BASE_URL``,
else ``MINIMAX_API_HOST``, else ``MINIMAX_REGION``; else None, which means the embedded server. A key never shows in a
repr or in an error of this file, and goes to no host but the one that was named with it.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from minimax_nb.errors import ConfigurationError
from minimax_nb.hosts import host_of, is_loopback, minimax_region

from .validation import (
    ALLOW_HTTP,
    REGIONS,
    checked_key,
    checked_region,
    checked_url,
    http_allowed,
    is_minimax,
    with_scheme,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

_MINIMAX_URLS = ("MINIMAX_BASE_URL", "MINIMAX_API_HOST")
"""Where ``MINIMAX_API_KEY`` belongs, as MiniMax's own tools are told; the first that is set holds."""

VARIABLES = ("OPENAI_BASE_URL", "OPENAI_API_KEY", "MINIMAX_API_KEY", *_MINIMAX_URLS, "MINIMAX_REGION", ALLOW_HTTP)
"""All that is read here."""

TAPES = "tapes"
"""Stands for a host where requests are answered from tapes, or go onto them."""

_HOST_HEADER = "minimax-nb-host"
_EMBEDDED = "requests go to the embedded server on this machine."


@dataclass(frozen=True, slots=True)
class Endpoint:
    """One place that answers requests.

    Attributes:
        base_url: without a slash at its end.
        api_key: the key that goes with it; left out of the repr.
        key_from: where the key was found: "api_key" (the argument) or a variable's name.
    """

    base_url: str
    api_key: str = field(repr=False)
    key_from: str

    @property
    def host(self) -> str:
        """The host's name, without a port."""
        return host_of(self.base_url)


def resolve(
    environ: Mapping[str, str],
    *,
    region: str | None = None,
    base_url: str | None = None,
    api_key: str | None = None,
    allow_http: bool | None = None,
) -> Endpoint | None:
    """Work out where requests go.

    Args:
        environ: the user's environment variables.
        region: "global" or "china".
        base_url: the address of an OpenAI-compatible API, instead of a region.
        api_key: its key. Alone it is taken for a MiniMax key.
        allow_http: whether a key may travel in clear text to a host on the internet; None for what the environment
            says.

    Returns:
        The endpoint, or None when no key was found: then the embedded server answers.

    Raises:
        ConfigurationError: region, URL or key are malformed or do not fit together.
    """
    user = _User(environ, http_allowed(environ) if allow_http is None else allow_http)
    if region is not None:
        region = checked_region(region, "region")
    if base_url is not None:
        base_url = checked_url(base_url, "base_url", allow_http=user.allow_http)
        if region is not None and minimax_region(host_of(base_url)) != region:
            raise ConfigurationError(
                f"expected region or base_url, got both and they differ: region={region!r} is {REGIONS[region]}, "
                f"base_url is {base_url}. Give one of them."
            )
    if api_key is not None:
        api_key = checked_key(api_key, "api_key")

    if base_url is not None:
        return user.at(base_url, "base_url", api_key)
    if api_key is not None:
        return Endpoint(user.minimax_url(region), api_key, "api_key")
    if region is not None and user.has("MINIMAX_API_KEY"):
        return user.in_region(region)
    if (env_url := user.openai_url()) is not None:
        found = user.at(env_url, "OPENAI_BASE_URL", None)
        if region is not None and minimax_region(host_of(found.base_url)) != region:
            raise ConfigurationError(
                f"expected a key for region={region!r}, found only one for {found.host} (OPENAI_BASE_URL). "
                f"Set MINIMAX_API_KEY, give api_key=…, or leave region out."
            )
        return found
    if user.has("MINIMAX_API_KEY"):
        _, home = user.minimax_home()
        return user.with_minimax_key(home or user.minimax_url(None))
    return None


def describe(endpoint: Endpoint | None, environ: Mapping[str, str]) -> str:
    """One line that tells the reader where requests go, the same on every run: no port, no key."""
    if endpoint is not None:
        key = "the key given" if endpoint.key_from == "api_key" else f"the key from {endpoint.key_from}"
        return f"minimax_nb: requests go to {endpoint.host} with {key}."
    if environ.get("OPENAI_API_KEY", "").strip():
        line = (
            "minimax_nb: OPENAI_API_KEY without OPENAI_BASE_URL belongs to another service and is not sent to MiniMax; "
            + _EMBEDDED
        )
    else:
        named = next((name for name in _MINIMAX_URLS if environ.get(name, "").strip()), None)
        beside = f" beside {named} (MINIMAX_API_KEY is not set)" if named else ""
        line = f"minimax_nb: no key found{beside}; {_EMBEDDED}"
    problem = region_problem(environ)
    return f"{line} Besides: {problem}" if problem else line


def region_problem(environ: Mapping[str, str]) -> str:
    """What is wrong with ``MINIMAX_REGION``, or ""."""
    region = environ.get("MINIMAX_REGION", "").strip()
    try:
        checked_region(region or "global", "MINIMAX_REGION")
    except ConfigurationError as error:
        return str(error)
    return ""


def host_behind(url: str, headers: Mapping[str, str]) -> str:
    """The host that has answered: the URL's, or the one that a recorder on this machine has asked.

    Args:
        url: where the request went.
        headers: those of the response.
    """
    host = host_of(url)
    return (is_loopback(host) and headers.get(_HOST_HEADER)) or host


@dataclass(frozen=True, slots=True)
class _User:
    """The user's environment, read as far as it is asked for: what is wrong in the rest does not matter."""

    environ: Mapping[str, str]
    allow_http: bool

    def has(self, name: str) -> bool:
        """Whether a variable is set, be it to blanks, which are told as an error later."""
        return bool(self.environ.get(name))

    def openai_url(self) -> str | None:
        """``OPENAI_BASE_URL``, or None."""
        text = self.environ.get("OPENAI_BASE_URL", "").strip()
        return checked_url(text, "OPENAI_BASE_URL", allow_http=self.allow_http) if text else None

    def minimax_home(self) -> tuple[str, str | None]:
        """The base URL that ``MINIMAX_API_KEY`` was set together with, and its variable; None where none was."""
        for name in _MINIMAX_URLS:
            if text := self.environ.get(name, "").strip():
                url = checked_url(with_scheme(text), name, allow_http=self.allow_http)
                path = url.partition("://")[2].partition("/")[2]
                # A host is what /v1 comes after, a base URL what it is the end of.
                bare = not path or (name == "MINIMAX_API_HOST" and path.rpartition("/")[2] != "v1")
                return name, f"{url}/v1" if bare else url
        return "", None

    def minimax_url(self, region: str | None) -> str:
        """MiniMax's address: the region's, else the one that a variable names, else the default's."""
        if region is not None:
            return REGIONS[region]
        env_url = self.environ.get("OPENAI_BASE_URL", "").strip()
        if env_url and is_minimax(host_of(env_url)):
            return checked_url(env_url, "OPENAI_BASE_URL", allow_http=self.allow_http)
        _, home = self.minimax_home()
        if home is not None and is_minimax(host_of(home)):
            return home
        return REGIONS[checked_region(self.environ.get("MINIMAX_REGION", "").strip() or "global", "MINIMAX_REGION")]

    def in_region(self, region: str) -> Endpoint:
        """MiniMax's endpoint in a region, with ``MINIMAX_API_KEY``."""
        name, home = self.minimax_home()
        if not self.minimax_key_belongs(REGIONS[region]):
            raise ConfigurationError(
                f"expected a MiniMax key for region={region!r}, found MINIMAX_API_KEY beside {name}, which is "
                f"{host_of(home or '')}: it is not sent to {host_of(REGIONS[region])}. Give api_key=…, or unset {name}."
            )
        return self.with_minimax_key(REGIONS[region])

    def at(self, base_url: str, name: str, api_key: str | None) -> Endpoint:
        """The endpoint at a given URL, with the key that belongs there."""
        if api_key is not None:
            return Endpoint(base_url, api_key, "api_key")
        if self.has("OPENAI_API_KEY") and self._is_openai_url(base_url):
            return Endpoint(base_url, checked_key(self.environ["OPENAI_API_KEY"], "OPENAI_API_KEY"), "OPENAI_API_KEY")
        host = host_of(base_url)
        if self.has("MINIMAX_API_KEY") and self.minimax_key_belongs(base_url):
            return self.with_minimax_key(base_url)
        if name == "base_url":
            raise ConfigurationError(
                f"expected a key for {host} beside base_url, found none that belongs there. Give api_key=… "
                + ("or set MINIMAX_API_KEY." if is_minimax(host) else "(any word for a server that wants no key).")
            )
        raise ConfigurationError(
            f"expected OPENAI_API_KEY beside OPENAI_BASE_URL ({host}), found none. Set it"
            + (", or MINIMAX_API_KEY." if is_minimax(host) else " (to any word for a server that wants no key).")
        )

    def minimax_key_belongs(self, base_url: str) -> bool:
        """Whether ``MINIMAX_API_KEY`` may be sent to an address: where it was named for, else MiniMax's own."""
        _, home = self.minimax_home()
        if home is not None and not is_minimax(host_of(home)):
            return home == base_url
        return is_minimax(host_of(base_url))

    def with_minimax_key(self, base_url: str) -> Endpoint:
        """The endpoint at a URL, with ``MINIMAX_API_KEY``."""
        return Endpoint(base_url, checked_key(self.environ["MINIMAX_API_KEY"], "MINIMAX_API_KEY"), "MINIMAX_API_KEY")

    def _is_openai_url(self, base_url: str) -> bool:
        """Whether ``OPENAI_BASE_URL`` means this very place, so that ``OPENAI_API_KEY`` belongs there."""
        try:
            return self.openai_url() == base_url
        except ConfigurationError:
            return False
