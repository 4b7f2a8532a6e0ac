"""The outer shell of a reply as HTML: panels for thinking and tool calls, the mark of a partial reply, the footer.

The live view and the saved output are built from these parts, so nothing jumps when one gives way to the other. Styles
stand inline and use only what Jupyter's sanitiser lets through; colours are the reader's own text colour and greys, so
that light, dark and high-contrast themes all fit.
"""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from minimax_nb.hosts import minimax_region
from minimax_nb.message.finish_reason import TAKEN_BACK, ending
from minimax_nb.message.parts import refusal_of

from .colours import MUTED
from .context_bar import context_bar, context_share, context_words
from .parsed import parsed_html
from .regions import THOUGHTS_CLASS, Region
from .text.escape import escape, escape_content, escape_prose
from .text.markup import EMPTY, Html, join_html
from .text.quantities import count, dollars, seconds

if TYPE_CHECKING:
    from collections.abc import Mapping

    from minimax_nb.message.reply import Origin, Reply, ToolCall

_SUMMARY = "cursor:pointer;opacity:.75;font-size:.92em"
_THOUGHTS = f"border-left:3px solid rgba(128,128,128,.4);margin:.5em 0 .2em;padding:0 0 0 1em;{MUTED}"
_PANEL = "margin:0 0 .9em"
_CALL = "border:1px solid rgba(128,128,128,.4);border-radius:5px;margin:.6em 0;padding:.35em .8em"
_CODE = "background:transparent;border:0;margin:.5em 0 .2em;padding:0;white-space:pre-wrap;overflow-wrap:anywhere"
_FOOTER = "font-size:.85em;margin:.9em 0 .2em;opacity:.7"
_REMARK = "margin:.8em 0;padding:.1em 0 .1em 1em;white-space:pre-line"  # a hint stands on a line of its own
_NOTE = f"border-left:3px solid rgba(128,128,128,.7);{_REMARK}"
_ALARM = f"border-left:3px solid rgb(214,69,69);{_REMARK}"

_OPEN_LINES = 20


def shell() -> Html:
    """Write the empty panels that a live view fills; class names say which is which."""
    past, answer, calls, note, footer = map(
        _class, (Region.PAST, Region.ANSWER, Region.CALLS, Region.NOTE, Region.FOOTER)
    )
    return Html(
        f"<div {past}></div>"
        f'<details class="{THOUGHTS_CLASS}" style="{_PANEL}" hidden><summary style="{_SUMMARY}"></summary>'
        f'<div style="{_THOUGHTS}"></div></details>'
        f"<div {answer}></div><div {calls}></div><div {note}></div>"
        f'<div {footer} style="{_FOOTER}"></div>'
    )


def _class(region: Region) -> Html:
    return Html(f'class="{escape(region.class_name)}"')


def page(reply: Reply, reasoning: Html, answer: Html) -> Html:
    """Write the whole reply as it is saved.

    Args:
        reply: the reply.
        reasoning: its reasoning, as HTML.
        answer: its answer, as HTML.

    Returns:
        One ``<div>``.
    """
    parts = []
    if reasoning:
        unfolded = EMPTY if reply.content.strip() or reply.tool_calls else Html(" open")
        panel = Html(
            f'<details class="{THOUGHTS_CLASS}" style="{_PANEL}"{unfolded}>'
            f'<summary style="{_SUMMARY}">{thoughts_label(reply)}</summary>'
            f'<div style="{_THOUGHTS}">{reasoning}</div></details>'
        )
        parts.append(panel)
    parts.append(Html(f"<div>{answer}</div>"))
    if reply.parsed is not None:
        parts.append(parsed_html(reply.parsed))
    if reply.tool_calls:
        parts.append(Html(f"<div>{join_html(map(tool_call, reply.tool_calls))}</div>"))
    parts.append(note(reply))
    if words := footer(reply):
        parts.append(Html(f'<div style="{_FOOTER}">{words}</div>'))
    return Html(f"<div>{join_html(parts)}</div>")


def thoughts_label(reply: Reply) -> Html:
    """Label the folded panel of the thinking: how long it took, how many tokens."""
    return escape_prose(" · ".join(thought_facts(reply)))


def thought_facts(reply: Reply) -> list[str]:
    """Say how long the thinking took and how many tokens, each in a few words, as far as known."""
    took, tokens = reply.timing.reasoning_s, reply.usage.reasoning_tokens
    facts = ["Thought" if took is None else f"Thought for {seconds(took)}"]
    if tokens:
        facts.append(count(tokens, "token"))
    return facts


def call_opening(name: str, *, unfolded: bool = True) -> Html:
    """Write a tool call up to where its arguments begin; ``CALL_CLOSING`` ends it."""
    state = Html("open ") if unfolded else EMPTY
    return Html(
        f'<details {state}style="{_CALL}"><summary style="cursor:pointer">'
        f"Tool call: <code>{escape_content(name or '…')}</code></summary>"
        f'<pre style="{_CODE}"><code>'
    )


CALL_CLOSING = Html("</code></pre></details>")


def tool_call(call: ToolCall) -> Html:
    """Write one tool call, its arguments set out if they are JSON; long ones are folded away."""
    arguments = pretty_arguments(call.arguments)
    unfolded = arguments.count("\n") < _OPEN_LINES and len(arguments) <= 80 * _OPEN_LINES
    return join_html((call_opening(call.name, unfolded=unfolded), escape_content(arguments), CALL_CLOSING))


def pretty_arguments(arguments: str) -> str:
    """Set out arguments with one key a line if they are JSON, else as received."""
    try:
        return json.dumps(json.loads(arguments), indent=2, ensure_ascii=False)
    except (ValueError, RecursionError):
        return arguments


def note(reply: Reply) -> Html:
    """Write what has to be said about a reply that is not whole, or holds nothing; else ""."""
    if (said := remark(reply)) is None:
        return EMPTY
    style = Html(_ALARM) if reply.partial_reason in {"error", "cut"} else Html(_NOTE)
    return Html(f'<div style="{style}"><strong>{escape_prose(said[0])}</strong> {escape_prose(said[1])}</div>')


def remark(reply: Reply) -> tuple[str, str] | None:
    """Say the same as a title of a few words, and a sentence."""
    mark, declined = _mark(reply), refusal_of(reply.message)
    if not declined:
        return mark
    if mark is None or reply.complete:
        return "The model declines.", _sentence(declined)
    return mark[0], f"{mark[1]} The model declines: {_sentence(declined)}"


def _mark(reply: Reply) -> tuple[str, str] | None:
    """Say why the reply is not whole, or what it holds in the place of text."""
    problem = _sentence(reply.problem or "")
    match reply.partial_reason:
        case None:
            return None if reply.content.strip() or reply.tool_calls else _without_text(reply.message)
        case "interrupted":
            taken_back = f" {TAKEN_BACK}" if reply.problem == TAKEN_BACK else ""
            return "Interrupted.", f"The reply stops here because you stopped it.{taken_back}"
        case "length":
            thought = reply.reasoning.strip() and not (reply.content.strip() or reply.tool_calls)
            spent = "All of it went into the thinking. " if thought else ""
            return "Stopped at the token limit.", f"{spent}{problem or 'Raise max_tokens to let the model finish.'}"
        case "cut":
            return "Cut off.", problem or "The stream ended before the reply did."
        case "error" if reply.problem == ending(reply.finish_reason)[1]:
            return "Not the whole answer.", problem
        case _:
            return "Failed.", problem or "The service broke the reply off."


def _without_text(message: Mapping[str, Any]) -> tuple[str, str]:
    """Say what a message without text or calls holds."""
    audio, call = message.get("audio"), message.get("function_call")
    if isinstance(audio, dict):
        return "Spoken answer.", _sentence(str(audio.get("transcript") or "It came as audio, without its words"))
    if isinstance(call, dict):
        return "Function call.", f"{call.get('name')}({call.get('arguments')})"
    return "No answer.", "The reply ended without text."


def _sentence(words: str) -> str:
    """Make what an error says a sentence."""
    words = words.strip()
    return words[:1].upper() + words[1:] + ("" if words.endswith((".", "!", "?", "。")) or not words else ".")


def footer(reply: Reply) -> Html:
    """Write model, tokens, speed and origin in one line, as HTML; "" when nothing is known. A bar if it gets tight."""
    return join_html((escape_prose(" · ".join(footer_facts(reply))), context_bar(context_share(reply))))


def footer_facts(reply: Reply) -> list[str]:
    """List the facts of the footer, each a few words."""
    facts = []
    if reply.model:
        facts.append(reply.model)
    if reply.usage.completion_tokens:
        tokens = count(reply.usage.completion_tokens, "token")
        thinking = reply.usage.reasoning_tokens
        facts.append(f"{tokens} ({thinking:,} thinking)" if thinking else tokens)
    if reply.timing.first_token_s is not None:
        facts.append(f"first token {seconds(reply.timing.first_token_s)}")
    if reply.timing.tokens_per_s:
        facts.append(f"{reply.timing.tokens_per_s:,.0f} tokens/s")
    if reply.cost:
        facts.append(dollars(reply.cost))
    if tight := context_words(context_share(reply)):
        facts.append(tight)
    if reply.origin is not None:
        facts.append(origin_words(reply.origin))
    return facts


def origin_words(origin: Origin) -> str:
    """Say where a reply came from, for a reader."""
    host = origin.host or ""
    match origin.kind:
        case "practice":
            return "rehearsal, no model involved"
        case "authored":
            return "authored example"
        case "recorded":
            return " ".join(["recorded", *([origin.date] if origin.date else []), *([f"at {host}"] if host else [])])
        case _:
            return f"MiniMax service {host}" if minimax_region(host) else f"service at {host or 'an unknown host'}"
