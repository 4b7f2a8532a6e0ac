"""Run the embedded server in the foreground, for any OpenAI client on this machine.

Prints the two variables that a client needs, as a shell reads them, and serves until Ctrl-C. The key is a new one each
time, or the one that --key gives. It answers from tapes, and rehearses where none fits.
"""

from __future__ import annotations

import shlex
import sys
import time
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from minimax_nb.client.validation import checked_key
from minimax_nb.errors import ConfigurationError, TapeFormatError
from minimax_nb.server.quirks.faults import FAULTS
from minimax_nb.server.quirks.quirks import QUIRKS

from . import OK, UnusableInputError
from .arguments import port_number

if TYPE_CHECKING:
    import argparse


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``serve``."""
    parser.add_argument("--port", type=port_number, default=0, help="the port; default: any that is free")
    parser.add_argument(
        "--tapes", type=Path, action="append", default=[], metavar="PATH", help="a folder of tapes, or one; repeatable"
    )
    parser.add_argument("--key", metavar="KEY", help="the key that clients have to send; default: a new one each time")
    parser.add_argument("--strict", action="store_true", help="no rehearsals: what no tape fits is an error")
    parser.add_argument("--speed", metavar="TIMES", help="how many times faster than real time, or max; default: 1")
    parser.add_argument(
        "--quirk", action="append", default=[], choices=sorted(QUIRKS), metavar="NAME", help="see below; repeatable"
    )
    parser.add_argument("--fault", metavar="NAME[:EVENTS][*TIMES]", help="let every request fail; see below")
    parser.epilog = "\n".join(
        [
            _listed("quirks, odd shapes in which replies have been seen to come", QUIRKS),
            _listed("faults, perhaps after so many events, or for so many attempts", FAULTS),
            parser.epilog or "",
        ]
    )


def run(options: argparse.Namespace) -> int:
    """Serve until Ctrl-C."""
    from minimax_nb.server.app import EmbeddedServer

    try:
        server = EmbeddedServer(
            key=None if options.key is None else checked_key(options.key, "--key"),
            tapes=options.tapes,
            port=options.port,
            strict=options.strict,
            quirks=options.quirk,
            fault=options.fault,
            speed=options.speed,
            in_process=False,
        )
    except (ConfigurationError, TapeFormatError, ValueError) as error:  # the latter: no such fault or speed
        raise UnusableInputError(str(error)) from error
    _check_tapes(server.without_tapes, strict=options.strict)
    with server, suppress(KeyboardInterrupt):
        print_exports(server.base_url, server.api_key)
        print("Serving this machine alone. Copy the two lines into another terminal. Ctrl-C stops it.", file=sys.stderr)
        wait_for_ctrl_c()
    return OK


def _check_tapes(empty: list[str], *, strict: bool) -> None:
    """Tell of folders and files that were given as tapes and hold none: with --strict nothing of them would answer."""
    if not empty:
        return
    what = (
        f"expected tapes (files *.json) in {', '.join(map(repr, empty))}, found none; "
        "give a folder that 'minimax-nb record -o' has written into, or one such file"
    )
    if strict:
        raise UnusableInputError(what)
    print(f"minimax-nb: {what}. Replies will be rehearsed.", file=sys.stderr)


def print_exports(base_url: str, api_key: str) -> None:
    """Tell a shell where the server is."""
    print(f"export OPENAI_BASE_URL={base_url}")
    print(f"export OPENAI_API_KEY={shlex.quote(api_key)}", flush=True)


def wait_for_ctrl_c() -> None:
    """Wait; the server works in a thread of its own."""
    while True:
        time.sleep(3600)


def _listed(title: str, table: dict[str, str]) -> str:
    wide = max(map(len, table))
    return "\n".join([f"{title}:", *(f"  {name:{wide}}  {line}" for name, line in table.items()), ""])
