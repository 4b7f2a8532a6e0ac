"""Why no answer came, read from the chain of exceptions behind openai's "Connection error.", and what to do. Pure."""

from __future__ import annotations

import socket
import ssl
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from collections.abc import Iterator

    Failure = Literal["certificate", "tls", "name", "refused", "proxy", "closed", "timeout", ""]
    """What went wrong; "" where nothing is known of it."""

_MOST_LINKS = 20
# What the lower layers say where they keep no exception of a class that tells; asyncio and anyio do so.
_WORDS: tuple[tuple[str, Failure], ...] = (
    ("certificate_verify_failed", "certificate"),
    ("certificate verify failed", "certificate"),
    ("wrong_version_number", "tls"),
    ("wrong version number", "tls"),
    ("name or service not known", "name"),
    ("name resolution", "name"),
    ("getaddrinfo failed", "name"),
    ("nodename nor servname", "name"),
    ("connection refused", "refused"),
    ("server disconnected", "closed"),
)


def failure_behind(error: BaseException) -> tuple[Failure, str]:
    """What went wrong below an error of a connection, and the lower layer's own words where they help.

    Args:
        error: such as an ``openai.APIConnectionError``.
    """
    for link in _links(error):
        match link:
            case ssl.SSLCertVerificationError():
                return "certificate", getattr(link, "verify_message", "")  # only where OpenSSL has made the error
            case socket.gaierror():
                return "name", ""
            case ConnectionRefusedError():
                return "refused", ""
            case ConnectionResetError() | BrokenPipeError():
                return "closed", ""
        if type(link).__name__ == "ProxyError":
            return "proxy", str(link)
    said = " ".join(str(link) for link in _links(error)).lower()
    return next((failure for words, failure in _WORDS if words in said), ""), ""


def connection_hint(host: str, failure: Failure = "", *, detail: str = "", own: bool = False, proxy: str = "") -> str:
    """What to do when no answer came at all.

    Args:
        host: where the request went, with its port where the address names one.
        failure: what went wrong.
        detail: what a lower layer said about it.
        own: whether the embedded server of this process was meant.
        proxy: the proxy on the way, if there is one.
    """
    name = host or "The endpoint"
    said = f" ({detail.rstrip('.')[:200]})" if detail else ""
    way = f"The proxy {proxy}" if proxy else name
    match failure:
        case "timeout":
            return (
                f"{name} did not answer in time. Send it again; for long replies use stream=True, "
                "or raise timeout=… (seconds) in mm.connect()."
            )
        case "certificate":
            return (
                f"The certificate of {name} was not accepted{said}. Where a company's proxy answers in its place, or "
                "the server made its own, name the file of the authority: SSL_CERT_FILE=/path/to/ca.pem. Else do not "
                "send your key there."
            )
        case "tls":
            return f"{way} does not speak TLS at this port. Check the port, or write http:// in place of https://."
        case "name":
            return f"No address is known for the name of {way}. Check its spelling, the network, and a VPN."
        case "proxy":
            return f"{way} did not let the request through{said}. Check the proxy's address, user and password."
        case "refused" if own:
            return (
                f"{name} refused the connection. Nothing listens there any more, as after a restart of the kernel. "
                "Call mm.configure() or mm.connect() again."
            )
        case "refused" if proxy:
            return (
                f"{way} refused the connection. Start it or unset its variable; NO_PROXY names hosts to reach directly."
            )
        case "refused":
            return f"{name} refused the connection: nothing listens there. Start the server, or check address and port."
        case "closed":
            return f"{way} closed the connection before an answer came. Send it again."
    return f"{name} could not be reached. Check the network, a proxy, and the base URL."


def _links(error: BaseException) -> Iterator[BaseException]:
    """An error, and those that led to it."""
    waiting, seen = [error], 0
    while waiting and seen < _MOST_LINKS:
        link = waiting.pop(0)
        seen += 1
        yield link
        if isinstance(link, BaseExceptionGroup):
            waiting += link.exceptions
        below = link.__cause__ or link.__context__
        if below is not None:
            waiting.append(below)
