"""A finished reply as a MIME bundle: three forms, each with the whole answer, none that needs a kernel or a script."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from . import html
from .markdown import to_html
from .safe_markdown import to_markdown
from .text import to_text, visible

if TYPE_CHECKING:
    from minimax_nb.messages import Reply


def bundle(reply: Reply) -> dict[str, str]:
    """The reply as text/plain, text/markdown and text/html.

    Args:
        reply: any reply, whole or partial; nothing in it is trusted.

    Returns:
        A MIME bundle. The plain text leaves the thinking out; the two others hold it.
    """
    return {
        "text/plain": _plain(reply),
        "text/markdown": _markdown(reply),
        "text/html": html.page(
            reply,
            to_html(reply.reasoning, formulas="tex") if reply.reasoning.strip() else "",
            to_html(reply.content, formulas="tex"),
        ),
    }


def metadata(reply: Reply) -> dict[str, Any]:
    """Who wrote this, for the output's metadata: the same each time the same reply is shown."""
    facts: dict[str, Any] = {}
    if reply.model:
        facts["model"] = reply.model
    if reply.origin is not None:
        facts["origin"] = {key: value for key, value in reply.origin.to_dict().items() if value is not None}
    return {"minimax_nb": facts} if facts else {}


def _plain(reply: Reply) -> str:
    parts = [to_text(reply.content)] if reply.content.strip() else []
    parts += [f"[tool call] {visible(call.name)}({visible(call.arguments)})" for call in reply.tool_calls]
    if reply.partial_reason is not None:
        parts.append(f"[{visible(' '.join(html.partial_words(reply)))}]")
    return "\n".join(parts)


def _markdown(reply: Reply) -> str:
    parts = []
    if reply.reasoning.strip():
        label = " · ".join(html.thought_facts(reply))
        parts.append(_quoted(f"*{label}*\n\n{to_markdown(reply.reasoning.strip())}"))
    if reply.content.strip():
        parts.append(to_markdown(reply.content))
    parts += [
        f"Tool call: {_code(call.name)}\n\n{_fenced(html.pretty_arguments(call.arguments))}"
        for call in reply.tool_calls
    ]
    if reply.partial_reason is not None:
        title, rest = html.partial_words(reply)
        parts.append(f"**{title}** {_code(rest) if reply.problem else rest}")
    if facts := html.footer_facts(reply):
        parts.append(f"*{to_markdown(' · '.join(facts))}*")
    return "\n\n".join(part.strip("\n") for part in parts)


def _quoted(markdown: str) -> str:
    """The text as a block quote, every line of it."""
    return "\n".join(f"> {line}" if line else ">" for line in markdown.split("\n"))


def _code(text: str) -> str:
    """The text as an inline code span, on one line, whatever it holds."""
    text = " ".join(visible(text).split()) or "…"
    ticks = "`" * (_longest_run(text, "`") + 1)
    pad = " " if text.startswith("`") or text.endswith("`") else ""
    return f"{ticks}{pad}{text}{pad}{ticks}"


def _fenced(text: str) -> str:
    """The text as a code block that nothing inside it can close."""
    fence = "`" * max(3, _longest_run(text, "`") + 1)
    return f"{fence}json\n{visible(text)}\n{fence}"


def _longest_run(text: str, character: str) -> int:
    longest = run = 0
    for each in text:
        run = run + 1 if each == character else 0
        longest = max(longest, run)
    return longest
