"""A page of its own around HTML of ours: no script, nothing loaded from elsewhere, light and dark."""

from __future__ import annotations

from .text.escape import escape
from .text.markup import Html

_PAGE = "font:16px/1.55 system-ui,sans-serif;max-width:56rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere"


def own_page(title: str, body: Html) -> Html:
    """Write a whole HTML document.

    Args:
        title: what the window is called.
        body: what stands in it.
    """
    return Html(
        '<!DOCTYPE html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        '<meta name="viewport" content="width=device-width,initial-scale=1">\n'
        '<meta name="color-scheme" content="light dark">\n'
        f'<title>{escape(title)}</title>\n</head>\n<body style="{_PAGE}">\n{body}\n</body>\n</html>\n'
    )
