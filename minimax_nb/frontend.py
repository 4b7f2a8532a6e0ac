"""Which kind of front end is watching, how a reply is shown there, and the one way to send it something to show."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from typing import Any, Literal, TypeVar, get_args

from .errors import ConfigurationError

DisplayMode = Literal["live", "static", "text"]

_Way = TypeVar("_Way")

VARIABLE = "MINIMAX_NB_DISPLAY"


def display_mode() -> DisplayMode:
    """How a reply is to be shown here and now.

    ``MINIMAX_NB_DISPLAY`` decides when it is set to ``live``, ``static`` or ``text``. Otherwise (``auto``): in a
    kernel whose front end can be asked for input somebody is watching, so ``live``; in one whose front end cannot
    (nbclient, nbval, papermill and nbconvert say so in the execute request) ``static``, a single output; without a
    kernel ``text`` on standard output.

    Returns:
        "live", "static" or "text".

    Raises:
        ConfigurationError: the variable holds something else.
    """
    wanted = os.environ.get(VARIABLE, "").strip().lower() or "auto"
    if wanted in get_args(DisplayMode):
        return _as_mode(wanted)
    if wanted != "auto":
        raise ConfigurationError(
            f"expected {VARIABLE} to be 'auto', 'live', 'static' or 'text', got {wanted[:60]!r}: "
            "set it to one of these, or remove it"
        )
    kernel = current_kernel()
    if kernel is None:
        return "text"
    return "live" if _somebody_watches(kernel) else "static"


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


_just_shown: tuple[object, int] | None = None


def remember_shown(value: object) -> None:
    """This cell need not show its value again: a reply, or a comparison of some, is on show already."""
    global _just_shown
    _just_shown = (value, _cell())


def shown_by_this_cell(value: object) -> bool:
    """Whether this cell has just shown its value; asked once, when the value is about to be shown."""
    global _just_shown
    before, _just_shown = _just_shown, None
    return before is not None and before[0] is value and before[1] == _cell()


def _cell() -> int:
    """Which cell of the session is running."""
    return getattr(current_shell(), "execution_count", 0)


def _as_mode(name: str) -> DisplayMode:
    return "live" if name == "live" else "static" if name == "static" else "text"


def _somebody_watches(kernel: Any) -> bool:
    """Whether the front end of the running cell takes input; without a request to ask, assume that it does."""
    return bool((running_request(kernel).get("content") or {}).get("allow_stdin", True))
