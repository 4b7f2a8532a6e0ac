"""``minimax-nb``: find the command, run it, and turn what goes wrong into a line and an exit code."""

from __future__ import annotations

import argparse
import os
import sys
from contextlib import ExitStack, redirect_stderr, redirect_stdout
from importlib import import_module
from typing import TYPE_CHECKING

from minimax_nb import __version__
from minimax_nb.errors import MinimaxNbError
from minimax_nb.redaction import mask_key

from . import COMMANDS, FAILED, INTERRUPTED, CommandError

if TYPE_CHECKING:
    from collections.abc import Sequence

_ABOUT = "See MiniMax models think, call tools and answer. Without a command it opens the lessons."
_EXIT_CODES = "Exit codes: 0 done, 1 failed, 2 what was given cannot be used, 130 stopped with Ctrl-C."
_OF_THE_PROGRAM = ("-h", "--help", "--version")
_KEYS = ("MINIMAX_API_KEY", "OPENAI_API_KEY")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command.

    Args:
        arguments: the command and its options; None for those of the process. Without a command: ``lab``.

    Returns:
        The exit code: 0 done, 1 failed, 2 what was given cannot be used, 130 stopped with Ctrl-C.

    Raises:
        SystemExit: help was asked for (0), or an option is unknown or malformed (2).
    """
    words = list(sys.argv[1:] if arguments is None else arguments)
    if not words or (words[0].startswith("-") and words[0] not in _OF_THE_PROGRAM):
        words.insert(0, "lab")
    with ExitStack() as stack:
        _open_what_is_closed(stack)
        _let_every_character_out()
        try:
            try:
                return _run(words)
            finally:
                sys.stdout.flush()
        except BrokenPipeError:  # whoever read our output has had enough, as ``| head`` has
            from minimax_nb.display.terminal import let_go

            for stream in (sys.stdout, sys.stderr):
                let_go(stream)
            return FAILED


def _run(words: list[str]) -> int:
    options = build_parser().parse_args(words)
    try:
        code: int = import_module(f".{options.command}", __package__).run(options)
    except CommandError as error:
        return _say(error, error.exit_code)
    except BrokenPipeError:
        raise
    except (MinimaxNbError, OSError) as error:
        return _say(error, FAILED)
    except KeyboardInterrupt:
        return INTERRUPTED
    return code


def build_parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser = argparse.ArgumentParser(prog="minimax-nb", description=_ABOUT, epilog=_EXIT_CODES)
    parser.add_argument("--version", action="version", version=f"minimax-nb {__version__}")
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    for name, line in COMMANDS.items():
        module = import_module(f".{name}", __package__)
        command = commands.add_parser(
            name,
            help=line,
            description=module.__doc__,
            epilog=_EXIT_CODES,
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        module.add_arguments(command)
    return parser


def _say(error: Exception, code: int) -> int:
    """Tell what went wrong on standard error, without any key."""
    text = str(error) or type(error).__name__
    for name in _KEYS:
        text = mask_key(text, os.environ.get(name, "").strip())
    print(f"minimax-nb: {text}", file=sys.stderr)
    return code


def _open_what_is_closed(stack: ExitStack) -> None:
    """Let what goes to a stream that the shell has closed (``>&-``) go nowhere: Python has None in its place."""
    for name, redirect in (("stdout", redirect_stdout), ("stderr", redirect_stderr)):
        if getattr(sys, name) is None:
            nowhere = stack.enter_context(open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
            stack.enter_context(redirect(nowhere))


def _let_every_character_out() -> None:
    """Write what the terminal's or the pipe's encoding lacks as an escape instead of failing on it."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
