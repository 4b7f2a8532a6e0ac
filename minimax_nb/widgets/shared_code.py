"""The view's code, sent to the front end once per kernel session instead of with every reply."""

from __future__ import annotations

import secrets
from functools import cache
from importlib.resources import files

import ipywidgets
import traitlets

from minimax_nb.render import reply_html as html


class Library(ipywidgets.Widget):
    """A model without a view that holds what all live replies of a session share."""

    code = traitlets.Unicode().tag(sync=True)
    view = traitlets.Unicode().tag(sync=True)
    css = traitlets.Unicode().tag(sync=True)
    primer = traitlets.Unicode().tag(sync=True)
    shell = traitlets.Unicode().tag(sync=True)
    typesetting = traitlets.Unicode().tag(sync=True)


_library: Library | None = None


def library() -> Library:
    """The session's library, opened at the first call, and again when somebody closed all widgets."""
    global _library
    if _library is None or _library.comm is None:
        static = files(__package__) / "static"
        _library = Library(
            model_id=new_id(),
            code=(static / "live.js").read_text(encoding="utf-8"),
            view=(static / "view.js").read_text(encoding="utf-8"),
            css=(static / "live.css").read_text(encoding="utf-8"),
            primer=primer().decode(),
            shell=html.shell(),
            typesetting=(static / "typesetting.js").read_text(encoding="utf-8"),
        )
    return _library


@cache
def primer() -> bytes:
    """What the frames of all replies have in common, so that none spells it out: frames of a sample reply.

    They need not be what the painter would write today to the letter; what no longer occurs saves nothing, that is all.
    """
    return (files(__package__) / "static" / "primer.txt").read_bytes()


def new_id() -> str:
    """A name that is short, because each message repeats it, and not met again in another session."""
    return secrets.token_urlsafe(6)
