"""What an error means, in words: for errors of any openai client, with what to do and without the key."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

from openai import APIConnectionError, APIError, APIStatusError, APITimeoutError
from pydantic import ValidationError

from minimax_nb.errors import MinimaxNbError, StreamServiceError
from minimax_nb.hosts import address_of, host_of
from minimax_nb.redaction import mask_key

from .configure import is_own_server
from .endpoint import host_behind
from .hints import hint_for, unparsed_hint
from .proxies import proxy_before
from .unanswered import connection_hint, failure_behind

if TYPE_CHECKING:
    from collections.abc import Sequence

_WORDS = ("message", "detail", "msg", "error_msg", "reason")


def explain(error: BaseException) -> str:
    """What an error means and what to do about it, for errors of any openai client, ours or a plain one.

    Args:
        error: what was raised: an openai error, a ``StreamServiceError``, or what ``parse(response_format=…)`` raises
            where the answer is not of that form.

    Returns:
        A sentence or two; "" when nothing useful is known. Nobody is asked for it.
    """
    known = getattr(error, "hint", None)
    if isinstance(known, str):
        return known
    return hint(error)


def in_words(error: BaseException, key: str) -> str:
    """An error as one text, with its hint and without a key.

    Args:
        error: what was raised.
        key: the key that is not to be in it.
    """
    text = str(error) or type(error).__name__
    told = explain(error)
    if told and told not in text:
        text = f"{text}\nHint: {told}"
    return mask_key(text if isinstance(error, MinimaxNbError) else f"{type(error).__name__}: {text}", key)


def hint(error: BaseException, served: Sequence[str] = ()) -> str:
    """What to do about an error.

    Args:
        error: what was raised.
        served: the names of the models that the endpoint serves, where they are known.
    """
    if isinstance(error, ValidationError):
        return unparsed_hint([problem["input"] for problem in error.errors(include_url=False)])
    if isinstance(error, StreamServiceError):
        return hint_for(error.code, str(error))
    if not isinstance(error, APIError):
        return ""
    url = str(error.request.url)
    host, own = host_of(url), is_own_server(url)
    if isinstance(error, APIConnectionError):
        address, proxy = address_of(url), proxy_before(url, os.environ)
        if isinstance(error, APITimeoutError):
            return connection_hint(address, "timeout")
        failure, detail = failure_behind(error)
        return connection_hint(address, failure, detail=detail, own=own, proxy=proxy)
    status = None
    if isinstance(error, APIStatusError):
        status, host = error.status_code, host_behind(url, error.response.headers)
    return hint_for(None, said(error), status, host=host, served=served, own=own, body=f"{error.message}\n{error.body}")


def said(error: APIError) -> str:
    """The service's own words in the body, in whichever field they stand; else the error's text."""
    return words_in(error.body) or error.message


def words_in(body: object) -> str:
    """The service's own words in a body, in whichever field they stand; "" where there are none."""
    inner = body.get("error", body) if isinstance(body, dict) else body
    if isinstance(inner, dict):
        inner = next((inner[name] for name in _WORDS if inner.get(name)), "")
    if not isinstance(inner, str):
        return json.dumps(inner, ensure_ascii=False, default=str) if inner else ""
    return "" if inner.lstrip().startswith("<") else inner.strip()  # a page for a browser
