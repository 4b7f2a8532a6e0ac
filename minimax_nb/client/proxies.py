"""Proxies of the environment: kept off the way to this machine, and named where no client can be made with them.

An HTTP client of Python makes the way through every proxy that is set as soon as it is made, whether its requests take
that way or not. So a SOCKS proxy without the package for it, or ``socks://`` as desktops write it, lets even a client
of this machine's own server fail.
"""

from __future__ import annotations

import os
from typing import TYPE_CHECKING
from urllib.parse import urlsplit
from urllib.request import proxy_bypass_environment  # type: ignore[attr-defined]

from minimax_nb.errors import ConfigurationError

if TYPE_CHECKING:
    from collections.abc import Mapping
    from urllib.parse import SplitResult

_SCHEMES = ("http", "https", "all")
_NO_PROXY = ("no_proxy", "NO_PROXY")


def changes_for(host: str, environ: Mapping[str, str]) -> dict[str, str]:
    """The variables to set so that every client of this process, a plain one too, reaches this machine directly.

    The host joins ``NO_PROXY``. A proxy that no client can be made with is hidden from Python by an empty variable in
    lower case; programs that know what to do with it, such as curl, go on to read the one in capitals.

    Args:
        host: a loopback host.
        environ: the user's environment.
    """
    if not _proxies(environ):
        return {}
    changes = {}
    hosts = _spared(environ)
    if host not in hosts and "*" not in hosts:
        for name in [name for name in _NO_PROXY if name in environ] or ["NO_PROXY"]:
            listed = [entry.strip() for entry in environ.get(name, "").split(",") if entry.strip()]
            changes[name] = ",".join([*listed, host])
    for scheme in unusable(environ):
        name = f"{scheme}_proxy"
        changes[name] = ""
        if os.name != "nt" and environ.get(name) and not environ.get(name.upper()):  # Windows has one name for both
            changes[name.upper()] = environ[name]
    return changes


def unusable(environ: Mapping[str, str]) -> dict[str, str]:
    """The proxies with which no client can be made: for each scheme what was expected, what came, what to do.

    Args:
        environ: the user's environment.
    """
    found = {}
    for scheme, url in _proxies(environ).items():
        if problem := _problem(_variable(scheme, url, environ), url):
            found[scheme] = problem
    return found


def check_proxies(environ: Mapping[str, str]) -> None:
    """Refuse to make a client that would fail because of a proxy.

    Args:
        environ: the user's environment.

    Raises:
        ConfigurationError: a package is missing, or a variable holds no proxy.
    """
    if problems := unusable(environ):
        raise ConfigurationError(next(iter(problems.values())))


def proxy_before(url: str, environ: Mapping[str, str]) -> str:
    """The proxy through which a request goes, as "host:port (VARIABLE)"; "" when it goes directly.

    Args:
        url: where the request goes.
        environ: the environment.
    """
    parts = urlsplit(url)
    proxies = _proxies(environ)
    scheme = parts.scheme if parts.scheme in proxies else "all"
    if scheme not in proxies or proxy_bypass_environment(parts.netloc, {"no": ",".join(_spared(environ))}):
        return ""
    address = _split(proxies[scheme]).netloc.rpartition("@")[2]  # what stands before is a password
    return f"{address} ({_variable(scheme, proxies[scheme], environ)})"


def _proxies(environ: Mapping[str, str]) -> dict[str, str]:
    """Each scheme's proxy, as ``urllib.request.getproxies_environment`` finds them: lower case wins, even if empty."""
    if "*" in _spared(environ):
        return {}
    found = {name.lower(): value for name, value in environ.items() if value}
    found |= {name: value for name, value in environ.items() if name.islower()}
    return {scheme: value for scheme in _SCHEMES if (value := found.get(f"{scheme}_proxy"))}


def _spared(environ: Mapping[str, str]) -> list[str]:
    listed = next((environ[name] for name in _NO_PROXY if name in environ), "")
    return [entry.strip() for entry in listed.split(",")]


def _variable(scheme: str, url: str, environ: Mapping[str, str]) -> str:
    """The name of the variable that holds a proxy."""
    name = f"{scheme}_proxy"
    return next((each for each in (name, *environ) if each.lower() == name and environ.get(each) == url), name)


def _split(proxy: str) -> SplitResult:
    return urlsplit(proxy if "://" in proxy else f"http://{proxy}")


def _problem(name: str, url: str) -> str:
    """What is wrong with a proxy, found by making a client with it; the URL may hold a password and is not repeated."""
    from openai import DefaultHttpxClient

    try:
        DefaultHttpxClient(
            proxy=url if "://" in url else f"http://{url}",
            trust_env=False,
            verify=False,
        ).close()
    except ImportError:
        return (
            f'expected the package socksio for the SOCKS proxy in {name}, found none. Install it, pip install "httpx'
            f'[socks]", or unset {name}.'
        )
    except Exception:  # noqa: BLE001 (httpx and httpx2 raise various kinds of error)
        known = "http://, https://, socks5:// or socks5h://"
        try:
            scheme = _split(url).scheme
        except ValueError:
            scheme = ""
        other = scheme.isalnum() and len(scheme) <= 10 and f"{scheme}://" not in known
        came = f"one that begins with {scheme}://" if other else "a broken URL"
        advice = f"Write socks5://… or unset {name}." if scheme.startswith("socks") else f"Mend it or unset {name}."
        return f"expected {name} to be the URL of a proxy ({known}), got {came}. {advice}"
    return ""
