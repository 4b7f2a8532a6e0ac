"""Check URLs, keys and regions as users write them, and bring them to their plain form. A key is never repeated."""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from minimax_nb.errors import ConfigurationError
from minimax_nb.hosts import is_loopback, is_private, minimax_region

if TYPE_CHECKING:
    from collections.abc import Mapping

REGIONS = {"global": "https://api.minimax.io/v1", "china": "https://api.minimaxi.com/v1"}
"""Base URL by region, from MiniMax's OpenAI-compatible API page."""

NEW_CHINA_URL = "https://api.minimax.cn/v1"
"""The newer address of the China region, named by the Chinese documentation since September 2026."""

ALLOW_HTTP = "MINIMAX_NB_ALLOW_HTTP"
"""The variable that lets a key travel in clear text to any host."""

_OTHER_WORDS = {
    "china": {"cn", "chn", "prc", "zh", "zh-cn", "mainland", "mainland china", "domestic", "minimaxi", "中国", "国内"},
    "global": {
        "international",
        "intl",
        "int",
        "io",
        "us",
        "en",
        "world",
        "worldwide",
        "overseas",
        "abroad",
        "全球",
        "国际",
        "海外",
    },
}
"""What other tools and people call the regions."""

# A host without a scheme, told from a key that stands in the wrong place: its last label is a word.
_BARE_HOST = re.compile(
    r"(?:(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,24}|localhost|\d{1,3}(?:\.\d{1,3}){3}|\[[0-9a-f:.]+\])"
    r"(?::\d{1,5})?(?:/[a-z0-9/._-]*)?",
    re.IGNORECASE,
)


def checked_url(url: str, name: str, *, allow_http: bool = False) -> str:
    """The URL in its plain form, ``/v1`` added where a MiniMax host lacks it.

    Args:
        url: what the user gave.
        name: the argument or variable it came in, for the error.
        allow_http: whether a key may travel in clear text to a host on the internet.

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
    if parts.scheme == "http" and not (allow_http or is_private(host)):
        raise ConfigurationError(
            f"expected https:// in {name}, got http:// and the host {host!r}: the key would travel in clear text. "
            f"Write https://{host}…, or, if you trust the way there, allow it: allow_http=True or {ALLOW_HTTP}=1"
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


def with_scheme(text: str) -> str:
    """A host as MiniMax's own tools take it, ``https://`` added where it has no scheme; anything else unchanged."""
    text = text.strip()
    if not _BARE_HOST.fullmatch(text):
        return text
    host = urlsplit(f"//{text}").hostname or ""
    return f"{'http' if is_loopback(host) else 'https'}://{text}"


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


def checked_region(region: str, name: str) -> str:
    """The region in its plain form.

    Args:
        region: what the user gave.
        name: the argument or variable it came in, for the error.

    Raises:
        ConfigurationError: there is no such region; the message says which was probably meant.
    """
    known = region.strip().lower() if isinstance(region, str) else ""
    if known in REGIONS:
        return known
    # A long text may be a key in the wrong place, so it is not repeated.
    short = isinstance(region, str) and len(region) <= 12
    came = repr(region) if short else f"a {type(region).__name__}" if not isinstance(region, str) else "a longer text"
    meant = _meant(known)
    raise ConfigurationError(
        f"expected {name} to be 'global' ({REGIONS['global']}) or 'china' ({REGIONS['china']}), got {came}. "
        + (f"Did you mean {meant!r}? " if meant else "")
        + f"For another address, such as {NEW_CHINA_URL}, give base_url=…"
    )


def http_allowed(environ: Mapping[str, str]) -> bool:
    """Whether the user lets keys travel in clear text, by the variable for it.

    Raises:
        ConfigurationError: it says neither yes nor no.
    """
    said = environ.get(ALLOW_HTTP, "").strip().lower()
    if said in ("", "0", "false", "no", "off"):
        return False
    if said in ("1", "true", "yes", "on"):
        return True
    raise ConfigurationError(f"expected {ALLOW_HTTP} to be 1 or 0, got something else. Unset it, or set it to 1.")


def is_minimax(host: str) -> bool:
    """Whether a host belongs to MiniMax."""
    return minimax_region(host) is not None


def _meant(word: str) -> str:
    """The region that a word was probably meant for, or ""."""
    word = word.lower().replace("_", "-")
    for region, others in _OTHER_WORDS.items():
        hosts = {REGIONS[region], urlsplit(REGIONS[region]).hostname or ""}
        if word.rstrip("/") in others | hosts:
            return region
    near = get_close_matches(word, REGIONS, n=1, cutoff=0.6)
    return near[0] if near else ""


def refuse_misplaced(misplaced: tuple[object, ...]) -> None:
    """See that ``connect`` was given no argument without its name.

    Raises:
        TypeError: it was.
    """
    if misplaced:  # not shown: it may be a key
        raise TypeError(
            f"expected named arguments, got {len(misplaced)} without a name: connect(api_key=…), "
            'connect(region="china") or connect(base_url=…, api_key=…)'
        )
