"""A conversation as a page to read, as a notebook or a script that asks the same again."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from minimax_nb.message.media_words import NOUNS
from minimax_nb.message.sdk_objects import as_dict
from minimax_nb.render.own_page import own_page
from minimax_nb.render.text.text import one_line
from minimax_nb.render.transcript import answer_bundle, exchange_bundle, transcript_bundle

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence
    from pathlib import PurePath

    from minimax_nb.steps.exchanges import Exchange

    from .talk_file import Talk

_LINE = 100


def export_text(path: PurePath, talk: Talk, exchanges: Sequence[Exchange], tools: Sequence[str]) -> str:
    """Write a conversation in the form that the file's ending names.

    Args:
        path: the file; its ending is .md, .html, .ipynb or .py.
        talk: the conversation, without anything that may hold a key.
        exchanges: the same by question.
        tools: the names of its tools, which are code and not part of it.

    Raises:
        ValueError: the ending is another one.
    """
    write = _FORMS.get(path.suffix.lower())
    if write is None:
        raise ValueError(f"expected a file that ends in {', '.join(_FORMS)}, got {path.name!r}")
    return write(talk, exchanges, tools)


def _markdown(_: Talk, exchanges: Sequence[Exchange], __: Sequence[str]) -> str:
    return f"{transcript_bundle(map(exchange_bundle, exchanges))['text/markdown']}\n"


def _html(talk: Talk, exchanges: Sequence[Exchange], _: Sequence[str]) -> str:
    parts = (exchange_bundle(exchange, "mathml") for exchange in exchanges)
    return own_page(f"Conversation with {talk.model}", transcript_bundle(parts)["text/html"])


def _script(talk: Talk, _: Sequence[Exchange], tools: Sequence[str]) -> str:
    asked = (f"chat({_asked(question)})" for question in _questions(talk))
    return "\n".join([f"# Asks {one_line(talk.model)} the same again.", *_opening(talk, tools), "", *asked]) + "\n"


def _notebook(talk: Talk, exchanges: Sequence[Exchange], tools: Sequence[str]) -> str:
    cells = [
        _cell("markdown", f"# Conversation with {talk.model}"),
        {**_cell("code", "\n".join(_opening(talk, tools))), "execution_count": None, "outputs": []},
    ]
    asked = [exchange for exchange in exchanges if exchange.question or exchange.media or exchange.reply is not None]
    for at, question in enumerate(_questions(talk)):
        outputs = []
        if at < len(asked):
            bundle = answer_bundle(asked[at])
            outputs = [{"output_type": "display_data", "data": dict(bundle), "metadata": {}}]
        cells.append({**_cell("code", f"chat({_asked(question)})"), "execution_count": None, "outputs": outputs})
    for at, cell in enumerate(cells):
        cell["id"] = f"cell-{at}"
    kernel = {"name": "python3", "display_name": "Python 3", "language": "python"}
    data = {"cells": cells, "metadata": {"kernelspec": kernel}, "nbformat": 4, "nbformat_minor": 5}
    return json.dumps(data, ensure_ascii=False, indent=1) + "\n"


_FORMS: dict[str, Callable[[Talk, Sequence[Exchange], Sequence[str]], str]] = {
    ".md": _markdown,
    ".html": _html,
    ".ipynb": _notebook,
    ".py": _script,
}


def _cell(kind: str, source: str) -> dict[str, Any]:
    return {"cell_type": kind, "metadata": {}, "source": source}


def _opening(talk: Talk, tools: Sequence[str]) -> list[str]:
    """The lines that begin the conversation anew."""
    lines = ["import minimax_nb as mm", ""]
    arguments = [f"model={talk.model!r}"]
    head = [as_dict(message) or {} for message in talk.messages]
    system = next((message.get("content") for message in head[:1] if message.get("role") == "system"), None)
    if isinstance(system, str):
        arguments.append(f"system={_python(system)}")
    if tools := [name for name in tools if name.isidentifier()]:
        lines += [f"# The conversation had these tools, which are to be defined here: {', '.join(tools)}"]
        arguments.append(f"tools=[{', '.join(tools)}]")
    arguments += [f"{name}={_python(value)}" for name, value in talk.options.items()]
    whole = f"chat = mm.Chat({', '.join(arguments)})"
    if len(whole) > _LINE:
        whole = "\n".join(["chat = mm.Chat(", *(f"    {argument}," for argument in arguments), ")"])
    return [*lines, whole]


def _questions(talk: Talk) -> list[Any]:
    """What the user asked, as it was asked."""
    listed = [as_dict(message) or {} for message in talk.messages]
    return [message.get("content") for message in listed if message.get("role") == "user"]


def _asked(content: Any) -> str:
    """A question as Python's code; its pictures and videos whole, so that the file stands alone."""
    if not isinstance(content, list):
        return _python(content)
    return f"[{', '.join(map(_part, content))}]"


def _part(part: Any) -> str:
    name = NOUNS.get(str(part.get("type"))) if isinstance(part, dict) else None
    inner = part.get(part["type"]) if name else None
    if isinstance(inner, dict):
        options = [f"{key}={value!r}" for key, value in inner.items() if key in ("detail", "fps")]
        return f"mm.{name}({', '.join([repr(inner.get('url')), *options])})"
    return repr(part)


def _python(value: Any) -> str:
    """A value as Python's code; a text of several lines as such, where that is possible."""
    if not isinstance(value, str) or "\n" not in value:
        return repr(value)
    plain = all(character == "\n" or character.isprintable() for character in value)
    return f'"""{value}"""' if plain and not ('"""' in value or "\\" in value or value.endswith('"')) else repr(value)
