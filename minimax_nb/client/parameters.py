"""Request parameters: put a request together in one place, and find the one that a server has refused.

Two parameters go along unasked: ``stream_options``, for token counts, and ``reasoning_split``, for thinking in a field
of its own. Some servers refuse what they do not know, so each of them is left out where it is given as None.
"""

from __future__ import annotations

import difflib
import inspect
import re
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterable

OMITTABLE = ("stream_options", "reasoning_split")
"""What is sent unasked, and can be left out."""

OWN_PARAMETERS = frozenset({"thinking"})
"""MiniMax's own parameters, which the SDK takes in ``extra_body`` alone (page of MiniMax-M3: adaptive, disabled)."""

OMIT_HELP = f"do not send {' or '.join(OMITTABLE)}, for servers that refuse them; commas between"

_CHAT_PARAMETERS = ("client", "model", "system", "messages", "tools", "max_rounds", "approve", "display")

_OWN = r"(?P<own{0}>stream[_ ]options|include_usage|reasoning_split)"
_NOT_TAKEN = (
    r"(?:un(?:known|recogni[sz]ed|supported)|unexpected\ (?:keyword|param|field|arg|key|prop|input)|was\ unexpected"
    r"|extra(?:neous)?[ _](?:input|field|forbidden|param|argument|key)|additional\ propert|cannot\ find|no\ such"
    r"|(?:not|n't)\ (?:be\ )?(?:an?\ )?(?:support|permit|allow|recogni[sz]|accept|valid|know|implement|available)"
    r"|invalid\ (?:parameter|argument|field|key|name|option)|不支持|未知|无法识别|不允许|不接受)"
)
_OWN_REFUSED = re.compile(
    _OWN.format(1) + ".{0,200}?" + _NOT_TAKEN + "|" + _NOT_TAKEN + ".{0,200}?" + _OWN.format(2),
    re.IGNORECASE | re.DOTALL,
)
_ANY_REFUSED = re.compile(
    r"""
    un(?:known|recogni[sz]ed|supported|expected)\ (?:request\ |keyword\ |input\ )?
        (?:argument|parameter|field|key|name|property|option)s?(?:\(s\))?(?:\ supplied|\ in\ object)?
        :?\ ?[:'"`\[({]+\ ?['"`]?(?P<a>[A-Za-z_][\w.\[\]]*)
    | (?:^|[\s'"`])(?P<b>[A-Za-z_][\w.]*)['"`]?:?\s+(?:extra\ inputs\ are|extra\ fields)\ not\ permitted
    | loc['"]?\s*[:=]\s*[\[(](?:\s*['"]?[\w.-]+['"]?\s*,)*\s*['"](?P<c>[A-Za-z_]\w*)['"],?\s*[\])]
        .{0,60}?extra\ (?:inputs\ are|fields)\ not\ permitted
    | property\ ['"`](?P<d>\w+)['"`]\ is\ unsupported
    | extraneous\ key\ \[(?P<e>\w+)\]
    | does\ not\ support\ parameters?:?\ [\[{(]*['"`](?P<f>\w+)
    """,
    re.IGNORECASE | re.DOTALL | re.VERBOSE,
)
_LONGEST_TEXT = 4_000
_LONGEST_NAME = 60
_OTHER_NAMES = {"max_tokens": "max_completion_tokens", "max_completion_tokens": "max_tokens"}
_WITHOUT = {
    "stream_options": "Streamed replies then come without token counts, where the server does not send them anyway.",
    "reasoning_split": "Thinking then comes in the form that the server prefers.",
}


def check_parameters(options: Mapping[str, Any]) -> None:
    """Refuse what ``create`` would not take, before anything is asked.

    Args:
        options: what is to go with each request.

    Raises:
        TypeError: a name is unknown; it says which was probably meant.
    """
    known = {*_sdk_parameters(), *OWN_PARAMETERS, *OMITTABLE}
    for name in options:
        if name in known:
            continue
        near = difflib.get_close_matches(name, [*known, *_CHAT_PARAMETERS], n=1, cutoff=0.7)
        meant = f"did you mean {near[0]!r}? " if near else ""
        raise TypeError(
            f"expected parameters of a chat completion, got {name!r}: {meant}A server's own go into extra_body={{…}}"
        )


@cache
def _sdk_parameters() -> frozenset[str]:
    from openai.resources.chat.completions import Completions

    return frozenset(inspect.signature(Completions.create).parameters) - {"self", "messages", "model"}


def request_parameters(options: Mapping[str, Any]) -> dict[str, Any]:
    """The arguments for ``create``, from what a user gave.

    A request streams unless ``stream`` is false, and a streamed one asks for usage. MiniMax's own parameters are put
    where the SDK takes them, into ``extra_body``; what stands there already comes first. None leaves out
    ``stream_options`` and ``reasoning_split``.

    Args:
        options: arguments of ``create``, and ``reasoning_split``.
    """
    request = {name: value for name, value in options.items() if name not in ("stream", *OMITTABLE)}
    body = dict(options.get("extra_body") or {})
    for name in OWN_PARAMETERS & request.keys():
        body.setdefault(name, request.pop(name))
    if options.get("reasoning_split") is not None:
        body.setdefault("reasoning_split", options["reasoning_split"])
    left_out = {name for name in OMITTABLE if name in body and body[name] is None}
    body = {name: value for name, value in body.items() if name not in left_out}
    if options.get("stream", True):
        request["stream"] = True
        streaming = options.get("stream_options", {})
        # The SDK's own words for "not given" are no mappings either.
        if isinstance(streaming, Mapping) and not {"stream_options"} & (left_out | body.keys()):
            request["stream_options"] = {**streaming, "include_usage": True}
    if body:
        request["extra_body"] = body
    else:
        request.pop("extra_body", None)
    return request


def without(options: Mapping[str, Any], names: Iterable[str]) -> dict[str, Any]:
    """The options with some parameters left out, wherever they stand.

    Args:
        options: as for ``request_parameters``.
        names: among ``OMITTABLE``.
    """
    names = tuple(names)
    changed = {**options, **dict.fromkeys(names)}
    if body := options.get("extra_body"):
        changed["extra_body"] = {name: value for name, value in body.items() if name not in names}
    return changed


def omitted_names(text: str | None) -> list[str]:
    """The names that an option for leaving out lists, with commas between.

    Raises:
        ValueError: one of them is no parameter that can be left out.
    """
    names = [name.strip() for name in (text or "").split(",") if name.strip()]
    for name in names:
        if name not in OMITTABLE:
            raise ValueError(f"expected names among {', '.join(OMITTABLE)} after --omit, got {name[:_LONGEST_NAME]!r}")
    return names


def refused_parameter(text: str) -> str:
    """The parameter that a server says it does not take, or "".

    Args:
        text: the server's words, or the whole body of its answer.
    """
    text = text[:_LONGEST_TEXT]
    if found := _OWN_REFUSED.search(text):
        own = (found["own1"] or found["own2"]).lower()
        return "reasoning_split" if own == "reasoning_split" else "stream_options"
    if found := _ANY_REFUSED.search(text):
        return str(next(filter(None, found.groups())))[:_LONGEST_NAME]
    return ""


def how_to_leave_out(name: str) -> str:
    """What to write so that a parameter is not sent.

    Args:
        name: the parameter.
    """
    if name not in OMITTABLE:
        other = f", or write {_OTHER_NAMES[name]} in its place" if name in _OTHER_NAMES else ""
        return f"The server does not take {name}: leave it out{other}."
    return (
        f"The server does not take {name}. Leave it out: {name}=None in mm.Chat, mm.run_tools, mm.compare and "
        f"mm.measure_speed, --omit {name} in %%minimax and minimax-nb ask; from a create(…) of your own take it away. "
        f"{_WITHOUT[name]}"
    )
