"""Form of an answer that a request asks for in words: a JSON schema in its prompt, and JSON that fits it."""

from __future__ import annotations

import json
import re
from typing import Any
from zlib import crc32

from minimax_nb.server.tape.match import text_without_media

from .arguments import fitting_value
from .hints import hints

_SCHEMA = re.compile(r"JSON[ -]schema\b[^{\n]{0,80}\n?\s{0,20}(?:```\w{0,10}\s{1,20})?(?=\{)", re.IGNORECASE)
_LONGEST = 200_000


def wanted_schema(messages: list[dict[str, Any]]) -> dict[str, Any] | None:
    """Find the schema that the answer is to fit: in a system message, or in the last question.

    Args:
        messages: the history.
    """
    asked = [message for message in messages if message["role"] == "user"][-1:]
    for message in [*asked, *(one for one in messages if one["role"] == "system")]:
        text = text_without_media(message.get("content"))[:_LONGEST]
        for found in _SCHEMA.finditer(text):
            try:
                schema, _ = json.JSONDecoder().raw_decode(text, found.end())
            except (ValueError, RecursionError):
                continue
            if isinstance(schema, dict):
                return schema
    return None


def filled_form(schema: dict[str, Any], question: str) -> str:
    """Write JSON that fits a schema, with what the question offers; of choices one that changes with the question.

    Args:
        schema: what the answer is to fit.
        question: the question's text.
    """
    found = _SCHEMA.search(question)
    words = question[: found.start()] if found else question
    return json.dumps(fitting_value(schema, hints(words), vary=crc32(words.encode())), ensure_ascii=False)
