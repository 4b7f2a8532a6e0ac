"""What an error of the service means and what to do about it, in a sentence or two. Pure: it asks nobody.

The service puts its own number in parentheses at the end of a message (``… (2013)``); HTTP status and openai's class
say less than that number. Meanings: MiniMax's error code page; wording of the messages: observed on the service, 2026.
"""

from __future__ import annotations

import re
from difflib import get_close_matches
from typing import TYPE_CHECKING

from minimax_nb.catalog import FORMER_NAMES, MODELS, find
from minimax_nb.hosts import host_of, is_loopback
from minimax_nb.message.think import OPENINGS

from .parameters import how_to_leave_out, refused_parameter
from .validation import NEW_CHINA_URL, REGIONS, is_minimax

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

_TRAILING_CODE = re.compile(r"\((\d{4,5})\)\s*$")
_MODEL_NAME = re.compile(
    r"""
    unknown\ model:?\s*['"`]?(?P<a>[^'"`\s(),]*)
    | model:?\ ['"`](?P<b>[^'"`]+)['"`]\ (?:does\ not\ exist|(?:was\ |is\ )?not\ found)
    | (?P<c>[^\s'"`]+)\ is\ not\ a\ valid\ model
    | invalid\ model\ name\ passed\ in\ model=(?P<d>[^\s.,'"`]+)
    | model\ not\ found:?\ ['"`]?(?P<e>[^'"`\s(),]*)
    """,
    re.IGNORECASE | re.VERBOSE,
)
_NO_MONEY = re.compile(r"quota|billing|balance|credit", re.IGNORECASE)
_REFUSALS = (None, 400, 404, 422, 500, 501)
"""Statuses under which servers refuse a parameter, 500 among them; None for an error in a stream."""
_LONGEST_NAME = 60
_HISTORY = "mm.check_history(messages) shows where, mm.repair_history(messages) gives a mended copy."
_RETRY = "This passes: wait a little and send it again."

_NO_SUCH_INPUT = "The model does not take such input. mm.models() says of each what it reads."

_BY_CODE = {
    1000: f"The service failed without saying why. {_RETRY}",
    1001: f"The service took too long. {_RETRY} A shorter prompt or a streamed reply (stream=True) helps.",
    1002: "Too many requests or tokens a minute. Wait about a minute, then send fewer at once.",
    1008: "The account's balance is used up. Top it up on the MiniMax platform; sending again will not help.",
    1013: f"The service failed inside. {_RETRY}",
    1024: f"The service failed inside. {_RETRY}",
    1026: "The service's filter refused the prompt as sensitive. Rephrase it; sending it again will not help.",
    1027: "The service's filter stopped the answer as sensitive. Ask in another way.",
    1028: "The quota is used up. Wait until it is renewed, or raise it on the MiniMax platform.",
    1030: "The quota is used up. Wait until it is renewed, or raise it on the MiniMax platform.",
    1033: f"Something behind the service failed. {_RETRY}",
    1039: "A token limit was reached. Lower max_tokens or shorten the messages, or wait a minute.",
    1041: "Too many connections at once. Close some, or send fewer at the same time.",
    1042: "More than a tenth of the text is invisible or illegal characters. Clean it before sending.",
    2045: "Requests grew too fast. Wait a minute, then raise their number slowly.",
    2056: "The plan's share for this window is used up (windows last five hours). Wait for the next, or pay as you go.",
    2061: "This key's plan does not include the model. Choose another model, or use a pay-as-you-go key.",
    2062: "The plan's rate limit was reached. Wait about a minute, then send fewer at once.",
    2064: f"The service is overloaded. {_RETRY}",
}

_BY_WORDS: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"tool[_ ]type|tools?\W{1,3}\d+\W{1,5}type", re.IGNORECASE),
        'The service takes tools of another type: each entry of tools is {"type": "function", "function": {…}}.',
    ),
    (
        re.compile(
            r"maximum context length|context_length_exceeded|exceeds? the (?:available )?context", re.IGNORECASE
        ),
        "Prompt and answer exceed the context window. Shorten the messages, or lower max_tokens.",
    ),
    (
        re.compile("could not be reached while recording"),
        "The recorder on this machine found no way to the service. Check the network, a proxy, and the base URL.",
    ),
)
"""What servers of every make say in about the same words, with or without a number."""

_INVALID_PARAMETERS: tuple[tuple[str, str], ...] = (
    (
        "tool call result does not follow tool call",
        f"Every tool call needs its tool message directly after the assistant message that made it. {_HISTORY}",
    ),
    ("tool result's tool id", f"A tool message answers a call that is not in the messages. {_HISTORY}"),
    (
        "invalid function arguments json",
        f"An assistant message holds a tool call whose arguments are no JSON object. {_HISTORY}",
    ),
    ("invalid message role: system", f"M2 models take one system message, the first. {_HISTORY}"),
    ("invalid message role", "A message's role is system, user, assistant or tool."),
    ("chat content is empty", f"A message has no content. {_HISTORY}"),
    ("invalid part type", "A part of a content is of type text, image_url or video_url; pictures are for MiniMax-M3."),
    ("image input", _NO_SUCH_INPUT),
    ("video input", _NO_SUCH_INPUT),
    ("top_p", "top_p lies above 0 and up to 1."),
    (
        "function name or parameters is empty",
        'Every tool needs a name and parameters; for none write {"type": "object", "properties": {}}.',
    ),
    ("context window exceeds limit", "Prompt and max_tokens exceed the context window. Shorten the messages."),
    ("does not support max tokens", "max_tokens is above the model's limit: mm.models() shows it."),
    ("requires adaptive thinking", "This model always thinks: leave thinking out, or give {'type': 'adaptive'}."),
    ("thinking.type", "thinking is {'type': 'adaptive'} or {'type': 'disabled'}, for MiniMax-M3."),
    ("thinkingconfig", "thinking is {'type': 'adaptive'} or {'type': 'disabled'}, for MiniMax-M3."),
    ("reasoning_split", "reasoning_split is True or False, given in extra_body."),
    ("cause=missing required parameter", "A parameter is missing: the message names it after expr_path."),
    ("syntax error at index", "The request's body is not valid JSON."),
    ("not yet implemented", "Leave tools out when there are none: an empty list is refused."),
    ("temperature", "temperature lies above 0 and up to 1 for M2 models, between 0 and 2 for MiniMax-M3."),
    ("invalid chat setting", f"The messages have a form the service does not take, perhaps none at all. {_HISTORY}"),
)
_OTHER_INVALID = (
    f"The service does not take a parameter or a message as it is; its own words say which. If it is one of the "
    f"messages: {_HISTORY}"
)

_BY_STATUS = {
    402: "The account's balance is used up, says the service. Top it up there; sending again will not help.",
    403: "The service does not allow this. Its own words may say why; else check what the key's plan includes.",
    404: "Nothing answers at this address. Check the base URL; most end in /v1.",
    408: _BY_CODE[1001],
    405: "The address exists, and does not take such a request. Check the base URL; most end in /v1.",
    413: "The request is too large. Shorten the messages, or send smaller pictures.",
    422: "The service does not take a field of the request as it is; its own words say which.",
    429: _BY_CODE[1002],
    501: "The server does not offer what was asked for. Sending it again will not help.",
    529: _BY_CODE[2064],
}
_BY_GROUP = {5: f"The service failed. {_RETRY}"}


def code_in(message: str) -> int | None:
    """The service's number in parentheses at the end of a message, or None."""
    found = _TRAILING_CODE.search(message)
    return int(found[1]) if found else None


def is_unknown_model(message: str) -> bool:
    """Whether a message says that the endpoint does not serve the model."""
    return _MODEL_NAME.search(message) is not None


def hint_for(
    code: int | None,
    message: str = "",
    status: int | None = None,
    *,
    host: str = "",
    served: Sequence[str] = (),
    own: bool = False,
    body: str = "",
) -> str:
    """What an error means and what to do.

    Args:
        code: the service's number, as in ``base_resp``; None to look for it at the end of the message.
        message: what the service wrote.
        status: the HTTP status.
        host: the host that answered, for hints about keys and addresses.
        served: names of the models the endpoint serves, if it was asked.
        own: whether the embedded server of this process has answered.
        body: all that came, where that is more than the message.

    Returns:
        A sentence or two; "" when nothing useful is known.
    """
    code = code_in(message) if code is None else code
    if is_unknown_model(message):
        return _unknown_model(message, host, served)
    if code in (1004, 2049) or (code is None and status == 401):
        return _refused_key(host, own=own, code=code)
    if code in (None, 2013) and status in _REFUSALS and (name := refused_parameter(body or message)):
        return how_to_leave_out(name)
    if code in (None, 2013) and (hint := next((hint for words, hint in _BY_WORDS if words.search(message)), "")):
        return hint
    if code == 2013:
        lower = message.lower()
        return next((hint for mark, hint in _INVALID_PARAMETERS if mark in lower), _OTHER_INVALID)
    if code in _BY_CODE:
        return _BY_CODE[code]
    if status is None:
        return ""
    if status == 429 and _NO_MONEY.search(message):
        return _BY_STATUS[402]
    return _BY_STATUS.get(status) or _BY_GROUP.get(status // 100, "")


def unparsed_hint(inputs: Iterable[object]) -> str:
    """What to do where the SDK's own ``parse(response_format=…)`` cannot read an answer.

    The service ignores ``response_format`` (observed in 2026), and M2 models write their thinking into the answer.

    Args:
        inputs: what could not be read.
    """
    thinks = any(isinstance(text, str) and text.lstrip().startswith(OPENINGS) for text in inputs)
    began = "The answer begins with the model's thinking: extra_body={'reasoning_split': True} keeps it apart. "
    return (
        f"{began if thinks else ''}The service does not hold an answer to response_format. chat(…, response=…) asks "
        "for the form in the question, reads the answer past thinking and prose, and asks again if it does not fit."
    )


def _refused_key(host: str, *, own: bool, code: int | None) -> str:
    if own:
        return "The server on this machine wants its own key. Call mm.configure() or mm.connect() again to get it."
    if is_loopback(host) and code is not None:  # no other server on this machine speaks like MiniMax's
        return (
            f"The server of minimax-nb on {host} wants its own key. It stands where minimax-nb serve (or record) was "
            "started, in the line export OPENAI_API_KEY=…; minimax-nb serve --key lets you choose it."
        )
    if host and not is_minimax(host):
        return (
            f"{host} refused the key. Check that it belongs there: OPENAI_API_KEY to OPENAI_BASE_URL, MINIMAX_API_KEY "
            "to MINIMAX_BASE_URL, api_key=… to base_url=…."
        )
    others = [
        f"{how} for {host_of(url)}"
        for how, url in (
            ("region='global'", REGIONS["global"]),
            ("region='china'", REGIONS["china"]),
            (f"base_url='{NEW_CHINA_URL}'", NEW_CHINA_URL),
        )
        if host_of(url) != host
    ]
    return (
        f"{host or 'The service'} refused the key. A key works in one region alone: if it comes from another, "
        f"say {' or '.join(others)}. Else check that it was copied whole and not revoked."
    )


def _unknown_model(message: str, host: str, served: Sequence[str]) -> str:
    found = _MODEL_NAME.search(message)
    asked = next(filter(None, found.groups()), "")[:_LONGEST_NAME] if found else ""
    known = tuple(served) or tuple(model.name for model in MODELS)
    if served:
        there = f"{host or 'This endpoint'} serves {_listed(served)}."
    else:
        there = f"Known models are {_listed(known)}; client.models.list() shows what the endpoint serves."
    former = {old.lower(): new for old, new in FORMER_NAMES.items()}.get(asked.lower())
    if former:
        return f"{asked} is a former name, now {former}. {there}"
    entry = find(asked)
    if entry and served and entry.name not in served:
        about = f" ({entry.status})" if entry.status != "listed" else ""
        return f"{entry.name} is no longer or not yet served here{about}. {there}"
    if asked in known:
        return f"{asked} is a name of MiniMax's, and this endpoint does not serve it to this key. {there}"
    by_lower = {name.lower(): name for name in known}
    near = get_close_matches(asked.lower(), by_lower, n=1, cutoff=0.8)
    return f"Did you mean {by_lower[near[0]]}? {there}" if near else there


def _listed(names: Iterable[str], limit: int = 20) -> str:
    """The names in a row, a long list cut."""
    names = [str(name)[:_LONGEST_NAME] for name in names]
    more = f" and {len(names) - limit:,} more" if len(names) > limit else ""
    return ", ".join(names[:limit]) + more
