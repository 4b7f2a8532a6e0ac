"""Say what is configured, where requests would go, what answers there, which versions are installed, and what to do.

It sends one request, for the list of models, and waits a few seconds at most. It never prints a key.
"""

from __future__ import annotations

import io
import os
import platform
import time
from contextlib import redirect_stderr
from importlib.metadata import PackageNotFoundError, version
from typing import TYPE_CHECKING, Any

from minimax_nb import __version__
from minimax_nb.client.configure import connect, user_environment
from minimax_nb.client.endpoint import VARIABLES as ADDRESSES
from minimax_nb.client.endpoint import region_problem
from minimax_nb.client.proxies import unusable
from minimax_nb.errors import ConfigurationError
from minimax_nb.frontend import VARIABLE, display_mode
from minimax_nb.hosts import host_of, is_loopback

from . import FAILED, OK
from .text_table import columns

if TYPE_CHECKING:
    import argparse
    from collections.abc import Iterator

_TIMEOUT_S = 5.0
_PACKAGES = (
    "openai",
    "jupyterlab",
    "ipykernel",
    "ipython",
    "ipywidgets",
    "anywidget",
    "pandas",
    "starlette",
    "uvicorn",
)
_VARIABLES = (*ADDRESSES, VARIABLE, "MINIMAX_NB_SPEED")
_PROXIES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY")
_MOST_NAMES = 20
_LONGEST = 600


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """``doctor`` has no options."""


def run(options: argparse.Namespace) -> int:  # noqa: ARG001 (every command takes them)
    """Look, ask once, and say what to do."""
    advice: list[str] = []
    _section("Versions", [("minimax_nb", __version__), ("python", _python()), *_installed(advice)])
    _section("Configured", [(name, _whether_set(name)) for name in _names()])
    healthy = _display_is_valid(advice)
    healthy = _requests(advice) and healthy
    print("What to do")
    for line in advice or ["nothing: all is well. minimax-nb lab opens the lessons"]:
        print(columns([("-", line)], indent="  "))
    return OK if healthy else FAILED


def _section(title: str, rows: list[tuple[str, str]]) -> None:
    print(f"{title}\n{columns(rows, indent='  ')}\n", flush=True)


def _python() -> str:
    return f"{platform.python_version()} on {platform.system()} {platform.machine()}"


def _installed(advice: list[str]) -> Iterator[tuple[str, str]]:
    for name in _PACKAGES:
        try:
            yield name, version(name)
        except PackageNotFoundError:
            yield name, "not installed"
            advice.append(f"{name} is missing: pip install 'minimax-nb{'[lab]' if name == 'jupyterlab' else ''}'")


def _names() -> list[str]:
    """The variables that matter, and those of proxies where they are set in either spelling."""
    spelled = [spelling for name in _PROXIES for spelling in (name, name.lower())]
    return [*_VARIABLES, *(name for name in spelled if os.environ.get(name))]


def _whether_set(name: str) -> str:
    """Never the value: what stands there may be a key in the wrong place."""
    value = os.environ.get(name)
    return "not set" if value is None else "set" if value.strip() else "set, but empty"


def _display_is_valid(advice: list[str]) -> bool:
    try:
        display_mode()
    except ConfigurationError as error:
        advice.append(str(error))
        return False
    return True


def _requests(advice: list[str]) -> bool:
    """Work out where requests go, send one, tell both."""
    try:
        with redirect_stderr(io.StringIO()) as said:
            client = connect(timeout=_TIMEOUT_S, max_retries=0)
    except ConfigurationError as error:
        _section("Requests", [("go", "nowhere: what is configured cannot work")])
        advice.append(str(error))
        return False
    if is_loopback(host_of(str(client.base_url))):
        advice += [
            f"{problem} Until then only requests to this machine work."
            for problem in unusable(user_environment()).values()
        ]
    goes = said.getvalue().strip().removeprefix("minimax_nb: ").partition(" Besides: ")[0]
    began = time.monotonic()
    answer, fine = _ask(client, advice)
    _section("Requests", [("go", goes), ("answer", f"{answer} ({time.monotonic() - began:.1f} s)")])
    if "no key found" in goes or "belongs to another service" in goes:
        advice.append("set MINIMAX_API_KEY to talk to the service; everything works without it too, as a rehearsal")
        if problem := region_problem(user_environment()):
            advice.append(problem)
            return False
    if fine:
        advice.append("minimax-nb lab opens the lessons")
    return fine


def _ask(client: Any, advice: list[str]) -> tuple[str, bool]:
    """Ask for the list of models."""
    from openai import APIStatusError, OpenAIError

    try:
        names = [str(model.id) for model in client.models.list().data]
    except APIStatusError as error:
        if error.status_code in (404, 405):
            return f"yes, but it does not list its models (HTTP {error.status_code})", True
        advice.append(_hint(error))
        return f"refused: {_shortened(error)}", False
    except OpenAIError as error:
        advice.append(_hint(error))
        return f"none: {_shortened(error)}", False
    except (AttributeError, TypeError, ValueError):
        advice.append("check that the base URL is the one of an OpenAI-compatible API; many end in /v1")
        return "something that is no list of models", False
    more = f" and {len(names) - _MOST_NAMES:,} more" if len(names) > _MOST_NAMES else ""
    return f"{len(names):,} models: {', '.join(names[:_MOST_NAMES])}{more}"[:_LONGEST], True


def _hint(error: Exception) -> str:
    return getattr(error, "hint", "") or "try again; then look at the page of the service's status"


def _shortened(error: Exception) -> str:
    """The error's own first line, without the hint that stands below it."""
    return str(error).partition("\n")[0][:_LONGEST]
