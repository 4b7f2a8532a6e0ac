"""Which kind of front end is watching, how a reply is shown there, and the one way to send it something to show."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Callable, Mapping
from importlib.util import find_spec
from textwrap import fill
from typing import Any, Literal, TypeVar, get_args

from .errors import ConfigurationError

DisplayMode = Literal["live", "static", "text"]

_Way = TypeVar("_Way")

VARIABLE = "MINIMAX_NB_DISPLAY"

_WIDGET_PACKAGES = ("comm", "ipywidgets", "anywidget")

_CLIENT_ID = re.compile(r"_\d+_\d+\Z")
"""How jupyter_client ends its message ids: the process, and a number. Pages send plain UUIDs."""


def display_mode() -> DisplayMode:
    """How a reply is to be shown here and now.

    ``MINIMAX_NB_DISPLAY`` decides when it is set to ``live``, ``static`` or ``text``. Otherwise (``auto``): in a
    kernel whose request came from a page that can be asked for input, somebody is watching, so ``live``. A single
    output, ``static``, where the front end takes no input (nbclient, nbval, papermill and nbconvert say so in the
    request), where the request came through jupyter_client (consoles, Spyder, servers that run cells for their pages:
    none of them replaces an output), and where widgets cannot be. Without a kernel ``text`` on standard output.

    Returns:
        "live", "static" or "text".

    Raises:
        ConfigurationError: the variable holds something else.
    """
    if (chosen := _chosen_mode()) is not None:
        return chosen
    kernel = current_kernel()
    if kernel is None:
        return "text"
    request = running_request(kernel)
    return "live" if _takes_input(request) and not _is_relayed(request) and not _lack_of_widgets() else "static"


def panel_obstacle() -> str | None:
    """Say what a panel lacks here: it needs comms to a page, and a page that somebody sits before.

    Other than for a live display it does not matter who asked: servers that run cells for pages let comms through.

    Returns:
        What is missing and what to do, as a sentence; None where nothing is known to be.

    Raises:
        ConfigurationError: as for ``display_mode``.
    """
    chosen, kernel = _chosen_mode(), current_kernel()
    if chosen in {"static", "text"}:
        return f"{VARIABLE} is {chosen!r}: set it to 'auto' or 'live', and run this cell again."
    if kernel is None:
        what = "this is IPython in a terminal" if current_shell() is not None else "no Jupyter kernel runs this code"
        return f"{what}. Open it as a notebook in JupyterLab, or ask with chat(…)."
    if (lack := _lack_of_widgets()) is not None:
        return lack
    if chosen is None and not _takes_input(running_request(kernel)) and not _is_page_of_its_own():
        return (
            "nobody looked on when this cell ran (allow_stdin: false, as nbclient, papermill and nbconvert say). "
            f"Run it in JupyterLab; where a page shows this all the same, set {VARIABLE} to 'live' first."
        )
    return None


def draws_only_widgets() -> bool:
    """Tell whether the front end gives each cell a frame of its own, in which nothing runs but widgets shown there."""
    return "google.colab" in sys.modules and current_kernel() is not None


def by_display_mode(*, live: _Way, static: _Way, text: _Way) -> _Way:
    """The one of three ways to appear that fits here and now. Whatever has several asks here.

    Raises:
        ConfigurationError: as for ``display_mode``.
    """
    return {"live": live, "static": static, "text": text}[display_mode()]


def current_shell() -> Any | None:
    """The IPython shell of this process, or None outside IPython. Never imports IPython."""
    ipython = sys.modules.get("IPython")
    return ipython.get_ipython() if ipython is not None else None


def tell_reader(line: str) -> None:
    """Print a line of the library's own: below the cell in a notebook, on standard error in a script."""
    stream = sys.stdout if current_shell() is not None else sys.stderr  # a script's output is its own
    if stream is not None:
        print(fill(line, 80, subsequent_indent="  ", break_long_words=False), file=stream)


def current_kernel() -> Any | None:
    """The Jupyter kernel that runs this process, or None."""
    return getattr(current_shell(), "kernel", None)


def running_request(kernel: Any) -> dict[str, Any]:
    """The request of the cell that is running, as the front end sent it; {} where the kernel does not say.

    Kernels differ: ipykernel asks for a channel, xeus-python knows of none.
    """
    ask = getattr(kernel, "get_parent", None)
    if not callable(ask):
        return {}
    try:
        request = ask("shell")
    except TypeError:
        request = ask()
    return dict(request) if isinstance(request, Mapping) else {}


def publish(
    data: Mapping[str, Any],
    *,
    metadata: dict[str, Any] | None = None,
    display_id: str | None = None,
    update: bool = False,
) -> None:
    """Puts a MIME bundle on show, or in the place of the one with the same id; outside IPython prints its plain text.

    Args:
        data: the bundle.
        metadata: the output's metadata.
        display_id: a name under which the output can be replaced.
        update: replace the output of that name instead of making a new one.
    """
    if (shell := current_shell()) is None:
        print(data["text/plain"])  # noqa: T201 - what the caller asked to see
        return
    transient = {} if display_id is None else {"display_id": display_id}
    shell.display_pub.publish(data=data, metadata=metadata or {}, transient=transient, update=update)


_just_shown: tuple[object, int | None] | None = None


def remember_shown(value: object) -> None:
    """This cell need not show its value again: a reply, or a comparison of some, is on show already."""
    global _just_shown
    _just_shown = (value, _cell())


def _forget_shown() -> None:
    global _just_shown
    _just_shown = None


class RichDisplay:
    """A value that shows itself in any notebook, by the methods that front ends ask for; nothing has to be registered.

    As the value of a cell that has just shown it, it stays silent.
    """

    __slots__ = ()

    def _forms(self) -> Mapping[str, Any] | None:
        """Write the MIME bundle; None where another way of showing has to do."""
        raise NotImplementedError

    def _repr_mimebundle_(self, *_wanted: Any, **_more: Any) -> dict[str, Any] | None:
        # Without metadata, which IPython takes, and not every kernel.
        forms = self._forms()
        return None if forms is None else dict(forms)

    def _repr_html_(self) -> str | None:
        return (self._forms() or {}).get("text/html")

    def _repr_markdown_(self) -> str | None:
        return (self._forms() or {}).get("text/markdown")

    @property
    def _ipython_display_(self) -> Callable[[], None]:
        """What front ends call in place of asking for the forms: missing, but in the cell that has shown the value."""
        if _just_shown is None or _just_shown[0] is not self or _just_shown[1] is None or _just_shown[1] != _cell():
            raise AttributeError("_ipython_display_")
        return _forget_shown


def _cell() -> int | None:
    """Which cell of the session is running; None outside IPython, where nobody counts them."""
    count = getattr(current_shell(), "execution_count", None)
    return count if isinstance(count, int) else None


def _as_mode(name: str) -> DisplayMode:
    return "live" if name == "live" else "static" if name == "static" else "text"


def _chosen_mode() -> DisplayMode | None:
    """The mode that the environment asks for; None for ``auto``."""
    wanted = os.environ.get(VARIABLE, "").strip().lower() or "auto"
    if wanted in get_args(DisplayMode):
        return _as_mode(wanted)
    if wanted != "auto":
        raise ConfigurationError(
            f"expected {VARIABLE} to be 'auto', 'live', 'static' or 'text', got {wanted[:60]!r}: "
            "set it to one of these, or remove it"
        )
    return None


def _takes_input(request: Mapping[str, Any]) -> bool:
    """Whether the front end of the running cell takes input; without a request to ask, assume that it does."""
    return bool((request.get("content") or {}).get("allow_stdin", True))


def _is_page_of_its_own() -> bool:
    """Whether Voilà runs the kernel: it executes cells as nbclient does, and then shows their widgets to a reader."""
    return os.environ.get("SERVER_SOFTWARE", "").startswith("voila/")


def _is_relayed(request: Mapping[str, Any]) -> bool:
    """Whether jupyter_client sent the request: no page follows the outputs from there to the end."""
    name = (request.get("header") or {}).get("msg_id")
    return isinstance(name, str) and _CLIENT_ID.search(name) is not None


def _is_there(package: str) -> bool:
    """Whether a package can be imported; a kernel may have put in one of its own, which has no spec."""
    return sys.modules[package] is not None if package in sys.modules else find_spec(package) is not None


def _lack_of_widgets() -> str | None:
    """What widgets lack in this process, and what to do; None where they can be made."""
    if missing := [name for name in _WIDGET_PACKAGES if not _is_there(name)]:
        return f"{' and '.join(missing)} cannot be imported: pip install {' '.join(missing)}, and restart the kernel."
    import comm

    # Each kernel puts comms of its own in the place of those that lead nowhere.
    if comm.create_comm is getattr(comm, "_create_comm", None):
        return (
            "this kernel has no comms, through which a box and its page talk: "
            "choose one that has them, such as ipykernel, or ask with chat(…)."
        )
    return None
