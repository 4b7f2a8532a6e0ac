"""A finished reply as a MIME bundle: three forms, each with the whole answer, none that needs a kernel or a script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import reply_html as html
from .markdown.html import to_html
from .markdown.safe_markdown import to_markdown
from .parsed import parsed_markdown
from .text.markup import EMPTY, Bundle, Html, Markdown, join_markdown
from .text.quoting import code_span, fenced, quoted, words
from .text.text import visible

if TYPE_CHECKING:
    from minimax_nb.message.reply import Reply

    from .markdown.maths import Formulas


def bundle(reply: Reply) -> Bundle:
    """Write a reply as text/plain, text/markdown and text/html.

    Args:
        reply: any reply, whole or partial; nothing in it is trusted.

    Returns:
        A MIME bundle. The plain text leaves the thinking out; the two others hold it.
    """
    return {
        "text/plain": _plain(reply),
        "text/markdown": _markdown(reply),
        "text/html": reply_html(reply, "tex"),
    }


def reply_html(reply: Reply, formulas: Formulas) -> Html:
    """Write a reply as one ``<div>``.

    Args:
        reply: any reply; nothing in it is trusted.
        formulas: as for ``markdown.to_html``.
    """
    cut = reply.partial_reason is not None
    reasoning = to_html(reply.reasoning, formulas=formulas, cut=cut) if reply.reasoning.strip() else EMPTY
    return html.page(reply, reasoning, to_html(reply.content, formulas=formulas, cut=cut))


def metadata(reply: Reply) -> dict[str, Any]:
    """Say who wrote a reply, for the output's metadata: the same each time the same reply is shown."""
    facts: dict[str, Any] = {}
    if reply.model:
        facts["model"] = reply.model
    if reply.origin is not None:
        facts["origin"] = {key: value for key, value in reply.origin.to_dict().items() if value is not None}
    return {"minimax_nb": facts} if facts else {}


def _plain(reply: Reply) -> str:
    parts = [visible(reply.content)] if reply.content.strip() else []
    parts += [f"[tool call] {visible(call.name)}({visible(call.arguments)})" for call in reply.tool_calls]
    if said := html.remark(reply):
        parts.append(f"[{visible(' '.join(said))}]")
    return "\n".join(parts)


def _markdown(reply: Reply) -> Markdown:
    parts: list[Markdown] = []
    if reply.reasoning.strip():
        label = words(" · ".join(html.thought_facts(reply)))
        parts.append(quoted(Markdown(f"*{label}*\n\n{to_markdown(reply.reasoning.strip())}")))
    if reply.content.strip():
        parts.append(to_markdown(reply.content))
    if reply.parsed is not None and (table := parsed_markdown(reply.parsed)) is not None:
        parts.append(table)
    parts += [
        Markdown(f"Tool call: {code_span(call.name)}\n\n{fenced(html.pretty_arguments(call.arguments), 'json')}")
        for call in reply.tool_calls
    ]
    if said := html.remark(reply):
        parts.append(Markdown(f"**{words(said[0])}** {words(said[1])}"))
    if facts := html.footer_facts(reply):
        parts.append(Markdown(f"*{words(' · '.join(facts))}*"))
    return join_markdown(Markdown(part.strip("\n")) for part in parts)
