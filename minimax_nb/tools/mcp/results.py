"""What a tool of an MCP server gives: text for the model, pictures and files for the reader too."""

from __future__ import annotations

import base64
import binascii
import json
from typing import Any

from minimax_nb.errors import ToolError
from minimax_nb.tools.results import NO_OUTPUT, RenderedResult, render_result

_PICTURES = {"image/png": "png", "image/jpeg": "jpeg", "image/jpg": "jpeg", "image/gif": "gif", "image/webp": "webp"}
_MOST_PARTS = 200


def read_result(result: Any) -> RenderedResult:
    """Read a ``CallToolResult``.

    Text goes to the model as it is, embedded text resources with their address; pictures are shown to the reader and
    named to the model; sound, links and other files are named.

    Args:
        result: what the SDK gives.

    Returns:
        Text for the model, and what the reader is to see.

    Raises:
        ToolError: the server says that the call failed; with its words.
    """
    texts: list[str] = []
    shown: list[Any] = []
    parts = list(result.content or ())
    for part in parts[:_MOST_PARTS]:
        text, thing = _read_part(part)
        texts.append(text)
        if thing is not None:
            shown.append(thing)
    if len(parts) > _MOST_PARTS:
        texts.append(f"[{len(parts) - _MOST_PARTS:,} more parts left out]")
    if not texts and result.structured_content is not None:
        texts = [json.dumps(result.structured_content, ensure_ascii=False)]
    text = render_result("\n".join(texts)).text
    if result.is_error:
        raise ToolError("it failed without saying why" if text == NO_OUTPUT else text)
    return RenderedResult(text, None if not shown else shown[0] if len(shown) == 1 else tuple(shown))


def _read_part(part: Any) -> tuple[str, Any]:
    kind = getattr(part, "type", "")
    if kind == "text":
        return part.text, None
    if kind in ("image", "audio"):
        return _medium(part.mime_type, part.data, kind)
    if kind == "resource_link":
        about = ", ".join(str(fact) for fact in (part.mime_type, part.description) if fact)
        return f"[{part.title or part.name}: {part.uri}{f' ({about})' if about else ''}]", None
    if kind == "resource":
        return _resource(part.resource)
    return f"[a part of type {kind or type(part).__name__}, which is not known here]", None


def _resource(resource: Any) -> tuple[str, Any]:
    """A resource that came along: its text, or what it is."""
    if (text := getattr(resource, "text", None)) is not None:
        return f"[{resource.uri}]\n{text}", None
    words, shown = _medium(resource.mime_type or "", resource.blob, "file")
    return f"[{resource.uri}] {words}", shown


def _medium(mime: str, data: str, noun: str) -> tuple[str, Any]:
    """The words for a picture, a sound or a file in base64, and what shows it."""
    try:
        raw = base64.b64decode(data, validate=True)
    except (binascii.Error, ValueError):
        return f"[{noun}, {mime or 'of an unknown type'}, whose base64 is broken]", None
    size = f"{noun}, {mime or 'of an unknown type'}, {len(raw):,} bytes"
    if (form := _PICTURES.get(mime.lower())) is None or not raw:
        return f"[{size}]", None
    from IPython.display import Image

    try:
        return f"[{size}, shown to the reader]", Image(data=raw, format=form)  # type: ignore[no-untyped-call]
    except ValueError:  # a form that this IPython cannot show
        return f"[{size}]", None
