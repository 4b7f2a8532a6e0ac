"""A chat that answers from a script."""

from __future__ import annotations

from typing import Any

from minimax_nb import Chat

from .scripted import Script, client_of


def chat_of(*answers: Any, **settings: Any) -> tuple[Chat, Script]:
    script = Script(*answers)
    return Chat(client_of(script), display=False, **settings), script
