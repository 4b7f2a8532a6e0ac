"""Tell hosts apart by name or address: this machine, a private network, or the open internet. Nobody is asked."""

from __future__ import annotations

import socket
from functools import lru_cache
from ipaddress import IPv4Address, IPv6Address, ip_address
from urllib.parse import urlsplit

# Names that no public DNS gives out: RFC 6761, 6762 (with its appendix G) and 8375, ICANN's "internal", Tailscale's
# MagicDNS, and Kubernetes' services.
_PRIVATE_NAMES = (
    "corp", "home", "home.arpa", "internal", "intranet", "lan", "local", "localdomain", "localhost", "private", "svc",
    "test", "ts.net",
)  # fmt: skip


IN_PROCESS = "minimax-nb.localhost"
"""The host of servers of this process that have no port: by its name on this machine (RFC 6761), and nowhere."""

_MINIMAX_DOMAINS = {"global": ("minimax.io",), "china": ("minimaxi.com", "minimax.cn", "minimax.chat")}
"""MiniMax's own, by region; the last is of older documentation."""


@lru_cache(maxsize=64)  # it is asked for every reply, several times
def minimax_region(host: str) -> str | None:
    """The region of MiniMax that a host belongs to, "global" or "china"; None for a host that is not MiniMax's."""
    for region, domains in _MINIMAX_DOMAINS.items():
        if any(host == domain or host.endswith(f".{domain}") for domain in domains):
            return region
    return None


def host_of(url: str) -> str:
    """The host's name in a URL, without user and port; "" when there is none.

    A server of this process without a port is on this machine, as readers know it: what they are told is the same.
    """
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return ""
    return "127.0.0.1" if host == IN_PROCESS else host


def address_of(url: str) -> str:
    """The host in a URL, with the port where one is named."""
    try:
        port = urlsplit(url).port
    except ValueError:
        port = None
    host = host_of(url)
    name = f"[{host}]" if ":" in host else host
    return name if port is None else f"{name}:{port}"


def is_loopback(host: str) -> bool:
    """Whether a host is this machine."""
    address = _address(host)
    if address is not None:
        return address.is_loopback
    return _is_below(host, ("localhost",))


def is_private(host: str) -> bool:
    """Whether a host is on this machine or in a private network, where people run servers of their own.

    That is any address that is not routed on the internet (RFC 1918, link-local, unique local, 100.64.0.0/10 of
    carriers and Tailscale), a name without a dot, and a name below a domain that is private by agreement.
    """
    address = _address(host)
    if address is not None:
        return not address.is_global and not address.is_multicast
    name = host.rstrip(".")
    return bool(name) and ("." not in name or _is_below(name, _PRIVATE_NAMES))


def _is_below(host: str, domains: tuple[str, ...]) -> bool:
    name = host.rstrip(".").lower()
    return any(name == domain or name.endswith(f".{domain}") for domain in domains)


def _address(host: str) -> IPv4Address | IPv6Address | None:
    """The address that a host is written as; None for a name."""
    try:
        address = ip_address(host)
    except ValueError:
        try:  # forms that the resolver takes for addresses too: 127.1, 0x7f000001, 2130706433
            return IPv4Address(socket.inet_aton(host))
        except (OSError, ValueError):
            return None
    return getattr(address, "ipv4_mapped", None) or address
