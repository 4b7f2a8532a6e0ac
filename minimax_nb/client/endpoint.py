"""Where requests go: region, URL and key, worked out from arguments and environment. No I/O, nothing is changed.

The order: explicit arguments; ``OPENAI_BASE_URL`` with ``OPENAI_API_KEY``; ``MINIMAX_API_KEY`` with a region; else
None, which means the embedded server. A key never shows in a repr or in an error of this file.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from ipaddress import ip_address
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from minimax_nb.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping

REGIONS = {"global": "https://api.minimax.io/v1", "china": "https://api.minimaxi.com/v1"}
"""Base URL by region, from MiniMax's OpenAI-compatible API page."""

NEW_CHINA_URL = "https://api.minimax.cn/v1"
"""The newer address of the China region, named by the Chinese documentation since September 2026."""

_MINIMAX_DOMAINS = ("minimax.io", "minimaxi.com", "minimax.cn")
_HOST_HEADER = "minimax-nb-host"
_EMBEDDED = "requests go to the embedded server on this machine (rehearsal and recorded lessons)."


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
) -> Endpoint | None:
    """Work out where requests go.

    Args:
        environ: the user's environment variables.
        region: "global" or "china".
        base_url: the address of an OpenAI-compatible API, instead of a region.
        api_key: its key. Alone it is taken for a MiniMax key.

    Returns:
        The endpoint, or None when no key was found: then the embedded server answers.

    Raises:
        ConfigurationError: region, URL or key are malformed or do not fit together.
    """
    if region is not None:
        region = _checked_region(region, "region")
    if base_url is not None:
        base_url = checked_url(base_url, "base_url")
        if region is not None and _region_of(base_url) != region:
            raise ConfigurationError(
                f"expected region or base_url, got both and they differ: region={region!r} is {REGIONS[region]}, "
                f"base_url is {base_url}. Give one of them."
            )
    if api_key is not None:
        api_key = checked_key(api_key, "api_key")

    if base_url is not None:
        return _at(base_url, "base_url", api_key, environ)
    if api_key is not None:
        return Endpoint(_minimax_url(region, environ), api_key, "api_key")
    if region is not None and environ.get("MINIMAX_API_KEY"):
        return _with_minimax_key(REGIONS[region], environ)
    if env_url := environ.get("OPENAI_BASE_URL", "").strip():
        found = _at(checked_url(env_url, "OPENAI_BASE_URL"), "OPENAI_BASE_URL", None, environ)
        if region is not None and _region_of(found.base_url) != region:
            raise ConfigurationError(
                f"expected a key for region={region!r}, found only one for {found.host} (OPENAI_BASE_URL). "
                f"Set MINIMAX_API_KEY, give api_key=…, or leave region out."
            )
        return found
    if environ.get("MINIMAX_API_KEY"):
        return _with_minimax_key(_minimax_url(region, environ), environ)
    return None


def describe(endpoint: Endpoint | None, environ: Mapping[str, str]) -> str:
    """One line that tells the reader where requests go, the same on every run: no port, no key."""
    if endpoint is not None:
        key = "the key given" if endpoint.key_from == "api_key" else f"the key from {endpoint.key_from}"
        return f"minimax_nb: requests go to {endpoint.host} with {key}."
    if environ.get("OPENAI_API_KEY", "").strip():
        return (
            "minimax_nb: OPENAI_API_KEY without OPENAI_BASE_URL belongs to another service and is not sent to MiniMax; "
            + _EMBEDDED
        )
    return f"minimax_nb: no key found, so {_EMBEDDED}"


def checked_url(url: str, name: str) -> str:
    """The URL in its plain form, ``/v1`` added where a MiniMax host lacks it.

    Args:
        url: what the user gave.
        name: the argument or variable it came in, for the error.

    Raises:
        ConfigurationError: it is no usable base URL.
    """
    example = f"such as {REGIONS['global']}"
    if not isinstance(url, str):
        raise ConfigurationError(f"expected {name} to be a text {example}, got {type(url).__name__}")
    text = url.strip()
    if not text.isascii() or any(mark.isspace() or mark in "\\\"'<>" or ord(mark) < 32 for mark in text):
        raise ConfigurationError(f"expected {name} to be a URL {example}, got blanks, quotes or other odd characters")
    try:
        parts = urlsplit(text)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise ConfigurationError(f"expected {name} to be a URL {example}, got a broken host or port") from error
    if parts.scheme not in ("http", "https") or not host:
        # What stands there may be a key in the wrong place, so it is not repeated.
        raise ConfigurationError(f"expected {name} to be a URL {example}, got a text without https:// and a host")
    if parts.username is not None or parts.query or parts.fragment:
        raise ConfigurationError(f"expected {name} to end with its path {example}, got a user, '?…' or '#…' in it")
    if parts.scheme == "http" and not _may_go_unencrypted(host):
        raise ConfigurationError(
            f"expected https:// in {name}, got http:// and the host {host!r}: the key would travel in clear text. "
            f"Write https://{host}…"
        )
    path = parts.path.rstrip("/")
    if path.endswith("/chat/completions"):
        raise ConfigurationError(f"expected {name} to end before /chat/completions: the client adds that itself")
    if is_minimax(host):
        if path not in ("", "/v1"):
            raise ConfigurationError(f"expected {name} of {host} to end in /v1 (OpenAI-compatible API), got {path!r}")
        path = "/v1"
    netloc = f"[{host}]" if ":" in host else host
    return f"{parts.scheme}://{netloc}{f':{port}' if port is not None else ''}{path}"


def checked_key(key: str, name: str) -> str:
    """The key without the blanks around it.

    Args:
        key: what the user gave.
        name: the argument or variable it came in, for the error.

    Raises:
        ConfigurationError: it is no key. The message does not show it.
    """
    if not isinstance(key, str):
        raise ConfigurationError(f"expected {name} to be a text, got {type(key).__name__}")
    text = key.strip()
    problem = None
    if not text:
        problem = "it is empty"
    elif text[0] in "\"'`“”‘’" or text[-1] in "\"'`“”‘’":
        problem = "it has quotes around it: paste the key alone"
    elif text.lower().startswith("bearer "):
        problem = "it begins with 'Bearer': paste the key alone"
    elif text[0] in "<$" or text[0] == "{":
        problem = "it is a placeholder: put your own key there"
    elif any(not 32 < ord(mark) < 127 for mark in text):
        problem = "it has blanks, line breaks or non-ASCII characters inside"
    if problem:
        raise ConfigurationError(f"expected {name} to be an API key, but {problem}")
    return text


def is_minimax(host: str) -> bool:
    """Whether a host belongs to MiniMax."""
    return any(host == domain or host.endswith(f".{domain}") for domain in _MINIMAX_DOMAINS)


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost" or host.endswith(".localhost")


def host_of(url: str) -> str:
    """The host's name in a URL, without user and port; "" when there is none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def host_behind(url: str, headers: Mapping[str, str]) -> str:
    """The host that has answered: the URL's, or the one that a recorder on this machine has asked.

    Args:
        url: where the request went.
        headers: those of the response.
    """
    host = host_of(url)
    return (is_loopback(host) and headers.get(_HOST_HEADER)) or host


def _at(base_url: str, name: str, api_key: str | None, environ: Mapping[str, str]) -> Endpoint:
    """The endpoint at a given URL, with the key that belongs there."""
    if api_key is not None:
        return Endpoint(base_url, api_key, "api_key")
    if environ.get("OPENAI_API_KEY") and _is_openai_base_url(base_url, environ):
        return Endpoint(base_url, checked_key(environ["OPENAI_API_KEY"], "OPENAI_API_KEY"), "OPENAI_API_KEY")
    host = host_of(base_url)
    if is_minimax(host) and environ.get("MINIMAX_API_KEY"):
        return _with_minimax_key(base_url, environ)
    if name == "base_url":
        raise ConfigurationError(
            f"expected a key for {host} beside base_url, found none that belongs there. Give api_key=… "
            + ("or set MINIMAX_API_KEY." if is_minimax(host) else "(any word for a server that wants no key).")
        )
    raise ConfigurationError(
        f"expected OPENAI_API_KEY beside OPENAI_BASE_URL ({host}), found none. Set it"
        + (", or MINIMAX_API_KEY." if is_minimax(host) else " (to any word for a server that wants no key).")
    )


def _is_openai_base_url(base_url: str, environ: Mapping[str, str]) -> bool:
    """Whether ``OPENAI_BASE_URL`` means this very place, so that ``OPENAI_API_KEY`` belongs there."""
    try:
        return checked_url(environ.get("OPENAI_BASE_URL", ""), "OPENAI_BASE_URL") == base_url
    except ConfigurationError:
        return False


def _with_minimax_key(base_url: str, environ: Mapping[str, str]) -> Endpoint:
    return Endpoint(base_url, checked_key(environ["MINIMAX_API_KEY"], "MINIMAX_API_KEY"), "MINIMAX_API_KEY")


def _minimax_url(region: str | None, environ: Mapping[str, str]) -> str:
    """MiniMax's address for a MiniMax key: the region's, else the one in ``OPENAI_BASE_URL``, else the default's."""
    if region is not None:
        return REGIONS[region]
    env_url = environ.get("OPENAI_BASE_URL", "").strip()
    if env_url and is_minimax(host_of(env_url)):
        return checked_url(env_url, "OPENAI_BASE_URL")
    return REGIONS[_checked_region(environ.get("MINIMAX_REGION", "").strip() or "global", "MINIMAX_REGION")]


def _checked_region(region: str, name: str) -> str:
    known = region.strip().lower() if isinstance(region, str) else ""
    if known in REGIONS:
        return known
    # A long text may be a key in the wrong place, so it is not repeated.
    came = repr(region) if isinstance(region, str) and len(region) <= 12 else f"a {type(region).__name__}"
    raise ConfigurationError(
        f"expected {name} to be 'global' ({REGIONS['global']}) or 'china' ({REGIONS['china']}), got {came}. "
        f"For another address, such as {NEW_CHINA_URL}, give base_url=…"
    )


def _region_of(base_url: str) -> str | None:
    """The region a URL belongs to, by its host; None when it is no MiniMax host."""
    host = host_of(base_url)
    if not is_minimax(host):
        return None
    return "global" if host.endswith("minimax.io") else "china"


def _may_go_unencrypted(host: str) -> bool:
    """Whether plain HTTP is fine: this machine, or a private network where people run their own servers."""
    if is_loopback(host):
        return True
    try:
        return ip_address(host).is_private
    except ValueError:
        return "." not in host or host.endswith((".local", ".lan", ".internal", ".home.arpa"))
