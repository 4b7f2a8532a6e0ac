"""A conversation as a MIME bundle: each question, below it what led to the answer, and the answer."""

from __future__ import annotations

from typing import TYPE_CHECKING

from minimax_nb.message.finish_reason import TAKEN_BACK

from .bundle import reply_html
from .markdown.safe_markdown import to_markdown
from .run import markdown_line, plain_line, run_bundle, timeline
from .text.escape import escape, escape_prose
from .text.markup import EMPTY, Html, Markdown, join_html, join_markdown
from .text.quoting import quoted, words
from .text.text import visible
from .thumbnail import media_html
from .tracetext import shortened

if TYPE_CHECKING:
    from collections.abc import Iterable

    from minimax_nb.steps.exchanges import Exchange

    from .markdown.maths import Formulas
    from .text.markup import Bundle

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

NOT_KEPT = "Taken back: the question led to nothing, so it is not part of the conversation. It can be asked again."
_EMPTY: Bundle = {
    "text/plain": "No question yet.",
    "text/markdown": Markdown("*No question yet.*"),
    "text/html": Html("<p>No question yet.</p>"),
}


def transcript_bundle(parts: Iterable[Bundle], *, hint: str = "", mark: str = "") -> Bundle:
    """Write a conversation as text/plain, text/markdown and text/html, each with every question and answer.

    Args:
        parts: what ``exchange_bundle`` makes of each exchange.
        hint: a sentence for the end, such as how to go on.
        mark: class names by which a page finds the HTML.
    """
    forms = list(parts) or [_EMPTY]
    if hint:
        html = Html(f'<div style="{_HINT}">{escape_prose(hint)}</div>')
        forms.append({"text/plain": f"[{hint}]", "text/markdown": Markdown(f"*{words(hint)}*"), "text/html": html})
    named = Html(f' class="{escape(mark)}"') if mark else EMPTY
    return {
        "text/plain": "\n\n".join(form["text/plain"] for form in forms),
        "text/markdown": join_markdown(Markdown(form["text/markdown"].strip("\n")) for form in forms),
        "text/html": Html(f"<div{named}>{join_html(form['text/html'] for form in forms)}</div>"),
    }


def blank_bundle(mark: str) -> Bundle:
    """Write nothing to see, for an output that a page still has to find.

    Args:
        mark: as for ``transcript_bundle``.
    """
    return {"text/plain": "", "text/markdown": Markdown(""), "text/html": Html(f'<div class="{escape(mark)}"></div>')}


def answer_html(exchange: Exchange, formulas: Formulas) -> Html:
    """Write all that came of a question as HTML.

    Args:
        exchange: the question and what came of it; nothing in it is trusted.
        formulas: as for ``markdown.to_html``.
    """
    done = last = EMPTY
    if exchange.before:
        done = timeline(exchange.steps, exchange.rounds, exchange.before, exchange.tables, formulas)
    if exchange.reply is not None:
        last = reply_html(exchange.reply, formulas)
    return Html(f"<div>{done}{last}</div>")


def exchange_bundle(exchange: Exchange, formulas: Formulas = "tex") -> Bundle:
    """Write one question and all that came of it as text/plain, text/markdown and text/html.

    Args:
        exchange: the question and what came of it; nothing in it is trusted.
        formulas: as for ``markdown.to_html``.
    """
    question, left_out = shortened(exchange.question, _LONGEST_QUESTION)
    system, system_left_out = shortened(exchange.system, _LONGEST_QUESTION)
    answer = answer_bundle(exchange, formulas)
    media = [f"[{each}]" for each in exchange.media]
    asked = "\n".join([*([question] if question else []), *media])
    drawn = media_html(exchange.media, exchange.pictures)
    plain = [f"You: {visible(asked)}"] if asked else []
    markdown = [Markdown(f"**You**\n\n{_quoted(asked)}")] if asked else []
    html = [Html(f'<div style="{_LABEL}">You</div>{_question(question, drawn)}')] if asked else []
    if left_out:
        plain.append(f"[{left_out}]")
        markdown.append(Markdown(f"*{words(left_out)}*"))
        html.append(Html(f"<p><i>{escape(left_out)}</i></p>"))
    if system:
        whole = f"{system}\n{system_left_out}".rstrip("\n")
        plain.insert(0, f"System: {visible(whole)}")
        markdown.insert(0, Markdown(f"**System**\n\n{_quoted(whole)}"))
        summary = Html('<summary style="cursor:pointer">System message</summary>')
        html.insert(0, Html(f'<details style="{_SYSTEM}">{summary}{_question(whole)}</details>'))
    note = not_kept_note(exchange)
    plain.append(answer["text/plain"] + (f"\n[{note}]" if note else ""))
    markdown.append(answer["text/markdown"])
    html.append(answer["text/html"])
    if note:
        markdown.append(Markdown(f"*{words(note)}*"))
        html.append(Html(f'<div style="{_HINT}">{escape_prose(note)}</div>'))
    return {
        "text/plain": "\n\n".join(plain).rstrip("\n"),
        "text/markdown": join_markdown(markdown),
        "text/html": Html(f'<div style="{_EXCHANGE}">{join_html(html)}</div>'),
    }


def not_kept_note(exchange: Exchange) -> str:
    """Say that a question is no part of the conversation, unless its reply says so already; else ""."""
    said = exchange.reply is not None and exchange.reply.problem == TAKEN_BACK
    return "" if exchange.kept or said else NOT_KEPT


def _quoted(text: str) -> Markdown:
    return quoted(Markdown(to_markdown(text).strip("\n")))


def _question(text: str, media: Html = EMPTY) -> Html:
    return Html(f'<div style="{_QUESTION}">{media}{escape_prose(text)}</div>')


def answer_bundle(exchange: Exchange, formulas: Formulas = "tex") -> Bundle:
    """Write all that came of a question as text/plain, text/markdown and text/html.

    Args:
        exchange: as for ``exchange_bundle``.
        formulas: as for ``exchange_bundle``.
    """
    reply = exchange.reply
    name = (reply.model if reply is not None else None) or "Model"
    if reply is None:
        plain = "\n".join(map(plain_line, exchange.steps))
        markdown = join_markdown(map(markdown_line, exchange.steps), "\n")
    else:
        forms = run_bundle(exchange.steps, exchange.rounds, reply, exchange.before)
        plain, markdown = forms["text/plain"], forms["text/markdown"]
    return {
        "text/plain": f"{visible(name)}: {plain}",
        "text/markdown": Markdown(f"**{words(name)}**\n\n{markdown}"),
        "text/html": answer_html(exchange, formulas),
    }
