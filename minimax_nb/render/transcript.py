"""A conversation as a MIME bundle: each question, below it what led to the answer, and the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from .bundle import bundle, reply_html
from .markdown.safe_markdown import to_markdown
from .run import markdown_line, plain_line, run_bundle, timeline
from .text.escape import escape_prose
from .text.quoting import quoted, words
from .text.text import visible
from .tracetext import shortened

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping

    from minimax_nb.steps.exchanges import Exchange

    from .markdown.maths import Formulas

_LONGEST_QUESTION = 20_000
"""Characters of a question, or of a system message, that a transcript shows."""

_LABEL = "font-size:.85em;opacity:.7;margin:0 0 .2em"
_QUESTION = (
    "background-color:rgba(128,128,128,.14);border-radius:8px;padding:.5em .9em;margin:0 0 .9em;"
    "white-space:pre-wrap;overflow-wrap:anywhere"
)
_EXCHANGE = "margin:0 0 1.6em"
_SYSTEM = "margin:0 0 .9em;font-size:.92em;opacity:.8"
_HINT = "font-size:.85em;opacity:.7;margin:.6em 0 .2em"

NOT_KEPT = "Not part of the conversation: the question led to nothing, so it is not sent again."
_EMPTY = "No question yet."


def transcript_bundle(parts: Iterable[Mapping[str, str]], *, hint: str = "", mark: str = "") -> dict[str, str]:
    """A conversation as text/plain, text/markdown and text/html, each form with every question and answer.

    Args:
        parts: what ``exchange_bundle`` makes of each exchange.
        hint: a sentence for the end, such as how to go on.
        mark: class names by which a page finds the HTML.
    """
    forms = list(parts) or [{"text/plain": _EMPTY, "text/markdown": f"*{_EMPTY}*", "text/html": f"<p>{_EMPTY}</p>"}]
    if hint:
        html = f'<div style="{_HINT}">{escape_prose(hint)}</div>'
        forms.append({"text/plain": f"[{hint}]", "text/markdown": f"*{words(hint)}*", "text/html": html})
    named = f' class="{mark}"' if mark else ""
    return {
        "text/plain": "\n\n".join(form["text/plain"] for form in forms),
        "text/markdown": "\n\n".join(form["text/markdown"].strip("\n") for form in forms),
        "text/html": f"<div{named}>{''.join(form['text/html'] for form in forms)}</div>",
    }


def answer_html(exchange: Exchange, formulas: Formulas) -> str:
    """All that came of a question, as HTML.

    Args:
        exchange: the question and what came of it; nothing in it is trusted.
        formulas: as for ``markdown.to_html``.
    """
    done = last = ""
    if exchange.before:
        done = timeline(exchange.steps, exchange.rounds, exchange.before, exchange.tables, formulas)
    if exchange.reply is not None:
        last = reply_html(exchange.reply, formulas)
    return f"<div>{done}{last}</div>"


def exchange_bundle(exchange: Exchange) -> dict[str, str]:
    """One question and all that came of it, as text/plain, text/markdown and text/html.

    Args:
        exchange: the question and what came of it; nothing in it is trusted.
    """
    question, left_out = shortened(exchange.question, _LONGEST_QUESTION)
    system, system_left_out = shortened(exchange.system, _LONGEST_QUESTION)
    answer = _answer_texts(exchange)
    plain = [f"You: {visible(question)}"] if question else []
    markdown = [f"**You**\n\n{quoted(to_markdown(question).strip(chr(10)))}"] if question else []
    html = [f'<div style="{_LABEL}">You</div><div style="{_QUESTION}">{escape_prose(question)}</div>'] * bool(question)
    if left_out:
        plain.append(f"[{left_out}]")
        markdown.append(f"*{left_out}*")
        html.append(f"<p><i>{left_out}</i></p>")
    if system:
        whole = f"{system}\n{system_left_out}".rstrip("\n")
        plain.insert(0, f"System: {visible(whole)}")
        markdown.insert(0, f"**System**\n\n{quoted(to_markdown(whole).strip(chr(10)))}")
        body = f'<div style="{_QUESTION}">{escape_prose(whole)}</div>'
        html.insert(
            0, f'<details style="{_SYSTEM}"><summary style="cursor:pointer">System message</summary>{body}</details>'
        )
    if not exchange.kept:
        answer["text/plain"] += f"\n[{NOT_KEPT}]"
        answer["text/markdown"] += f"\n\n*{NOT_KEPT}*"
        answer["text/html"] += f'<div style="{_HINT}">{escape_prose(NOT_KEPT)}</div>'
    return {
        "text/plain": "\n\n".join([*plain, answer["text/plain"]]).rstrip("\n"),
        "text/markdown": "\n\n".join([*markdown, answer["text/markdown"]]),
        "text/html": f'<div style="{_EXCHANGE}">{"".join(html)}{answer["text/html"]}</div>',
    }


def _answer_texts(exchange: Exchange) -> dict[str, str]:
    """What came of a question, in each form."""
    reply = exchange.reply
    name = (reply.model if reply is not None else None) or "Model"
    if reply is None:
        texts = {
            "text/plain": "\n".join(map(plain_line, exchange.steps)),
            "text/markdown": "\n".join(map(markdown_line, exchange.steps)),
        }
    elif exchange.before:
        texts = run_bundle(exchange.steps, exchange.rounds, reply, exchange.before)
    else:
        texts = bundle(reply)
    return {
        "text/html": answer_html(exchange, "tex"),
        "text/plain": f"{visible(name)}: {texts['text/plain']}",
        "text/markdown": f"**{words(name)}**\n\n{texts['text/markdown']}",
    }
