"""The front end's code, sent once per kernel session instead of with every reply."""

from __future__ import annotations

import secrets
from functools import cache
from importlib.resources import files

import ipywidgets
import traitlets

from minimax_nb.render import reply_html as html
from minimax_nb.render.regions import SELECTORS
from minimax_nb.runtime import background


class SharedCode(ipywidgets.Widget):
    """A model without a view that holds what all live replies of a session share.

    Attributes:
        code: ``live.js``, which follows frames.
        view: ``view.js``, which paints them.
        typesetting: ``typesetting.js``, for the static output that takes a view's place.
        css: the style sheet of a view.
        dictionary: the preset dictionary of all frames.
        shell: the empty panels of a view.
        regions: the name and CSS selector of each region of a view, in the order of their numbers.
        stop: the channel on which a view of a browser tab asks for an interrupt; empty where the kernel can be asked.
    """

    code = traitlets.Unicode().tag(sync=True)
    view = traitlets.Unicode().tag(sync=True)
    typesetting = traitlets.Unicode().tag(sync=True)
    css = traitlets.Unicode().tag(sync=True)
    dictionary = traitlets.Unicode().tag(sync=True)
    shell = traitlets.Unicode().tag(sync=True)
    regions: traitlets.List[tuple[str, str]] = traitlets.List().tag(sync=True)
    stop = traitlets.Unicode().tag(sync=True)


_shared_code: SharedCode | None = None


def shared_code() -> SharedCode:
    """Open the session's shared code at the first call, and again when somebody closed all widgets."""
    global _shared_code
    if _shared_code is None or _shared_code.comm is None:
        _shared_code = SharedCode(
            model_id=new_id(),
            code=_static("live.js"),
            view=_static("view.js"),
            typesetting=_static("typesetting.js"),
            css=_static("live.css"),
            dictionary=preset_dictionary().decode(),
            shell=html.shell(),
            regions=list(SELECTORS.items()),
            stop="" if background.THREADS else _open_channel(),
        )
    return _shared_code


@cache
def preset_dictionary() -> bytes:
    """Read the preset dictionary of deflate: frames of a sample reply, so that no reply spells out what all have.

    They need not be what the painter would write today to the letter; what no longer occurs saves nothing, that is all.
    """
    return _static("preset_dictionary.txt").encode()


def _open_channel() -> str:
    """Listen to the page from within a tab: its kernel takes no message while a cell runs, and no interrupt at all."""
    try:
        from js import BroadcastChannel  # type: ignore[import-not-found]
        from pyodide.ffi import create_proxy  # type: ignore[import-not-found]
    except ImportError:
        return ""
    channel = BroadcastChannel.new(f"minimax-nb-{new_id()}")
    channel.onmessage = create_proxy(lambda _: background.stop())
    return str(channel.name)


def new_id() -> str:
    """Make a name that is short, because each message repeats it, and not met again in another session."""
    return secrets.token_urlsafe(6)


def _static(name: str) -> str:
    return (files(__package__) / "static" / name).read_text(encoding="utf-8")
