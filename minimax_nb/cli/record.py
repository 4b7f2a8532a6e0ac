"""Record what the service answers, for lessons and tests that run without a key.

With a command after --, runs it with its requests going through the recorder, and ends with its exit code. Without one,
prints the two variables that a client needs, and records until Ctrl-C. No key is ever written. To play the tapes:
minimax-nb serve --tapes DIR
"""

from __future__ import annotations

import os
import subprocess
import sys
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from minimax_nb.client.endpoint import VARIABLES, resolve
from minimax_nb.client.proxies import changes_for, check_proxies
from minimax_nb.hosts import is_loopback

from . import OK, CommandError, UnusableInputError
from .arguments import port_number
from .serve import print_exports, wait_for_ctrl_c

if TYPE_CHECKING:
    import argparse
    from collections.abc import Mapping

_SIGNALLED = 128


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of ``record``."""
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="DIR", help="the folder for the tape")
    parser.add_argument("--port", type=port_number, default=0, help="the recorder's port; default: any that is free")
    parser.add_argument("words", nargs="*", metavar="-- COMMAND", help="what to run and record, after --")


def run(options: argparse.Namespace) -> int:
    """Record one command, or until Ctrl-C."""
    endpoint = resolve(os.environ)
    if endpoint is None:
        raise CommandError("expected a key for the service that is to be recorded, found none; set MINIMAX_API_KEY")
    if not is_loopback(endpoint.host):
        check_proxies(os.environ)
    from minimax_nb.server.recording.recorder import RecordingServer

    server = RecordingServer(endpoint.base_url, endpoint.api_key, options.output, port=options.port, in_process=False)
    with server:
        code = _recorded(server.base_url, server.api_key, endpoint.host, options.words)
    what = f"{server.recorded} recorded in {server.tape}" if server.recorded else "no whole reply came, so no tape"
    print(f"minimax-nb: {what}", file=sys.stderr)
    return code


def _recorded(base_url: str, api_key: str, host: str, words: list[str]) -> int:
    if words:
        return _run(words, {"OPENAI_BASE_URL": base_url, "OPENAI_API_KEY": api_key})
    print_exports(base_url, api_key)
    with suppress(KeyboardInterrupt):
        print(f"Recording {host}. Copy the two lines into another terminal. Ctrl-C stops it.", file=sys.stderr)
        wait_for_ctrl_c()
    return OK


def _run(words: list[str], variables: Mapping[str, str]) -> int:
    """Run a command to its end, which Ctrl-C may bring about: the terminal sends that to the command too."""
    environment = {name: value for name, value in os.environ.items() if name not in VARIABLES}
    past_proxies = changes_for("127.0.0.1", os.environ)
    try:
        command = subprocess.Popen(words, env={**environment, **past_proxies, **variables})  # noqa: S603 (asked for)
    except (OSError, ValueError) as error:
        raise UnusableInputError(f"expected a command to run after --, got {words[0][:60]!r}: {error}") from error
    with command:
        while True:
            with suppress(KeyboardInterrupt):
                code = command.wait()
                return code if code >= 0 else _SIGNALLED - code
