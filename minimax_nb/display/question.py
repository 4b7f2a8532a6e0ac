"""The pictures of a question on show, above what comes of it."""

from __future__ import annotations

from typing import Any

from minimax_nb.frontend import by_display_mode, publish
from minimax_nb.message.media_words import NOUNS, media_words, pictures_in
from minimax_nb.render.text.quoting import words
from minimax_nb.render.text.text import visible
from minimax_nb.render.thumbnail import media_html


def show_pictures(content: str | list[dict[str, Any]]) -> None:
    """Show the pictures and videos of a question, small, with their kind and size in words.

    Args:
        content: of the question's message.
    """
    media = [part for part in content if part.get("type") in NOUNS] if isinstance(content, list) else []
    if not media:
        return
    told = [media_words(part) for part in media]
    plain = "\n".join(f"[{visible(each)}]" for each in told)
    if by_display_mode(live="page", static="page", text="text") == "text":
        print(plain)  # noqa: T201 - the terminal is where the turn is shown
        return
    publish(
        {
            "text/plain": plain,
            "text/markdown": "\n\n".join(f"\\[{words(each)}\\]" for each in told),
            "text/html": media_html(told, pictures_in(content)),
        }
    )
