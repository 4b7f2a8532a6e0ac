"""The commands of ``minimax-nb``, one file each: ``add_arguments(parser)`` and ``run(options) -> exit code``."""

from __future__ import annotations

COMMANDS: dict[str, str] = {
    "lab": "open the lessons in JupyterLab, in a folder of your own (the default)",
    "ask": "ask a model, and watch it think and answer in the terminal",
    "batch": "ask a prompt for each row of a file, and go on where it stopped",
    "serve": "run the embedded server, for any OpenAI client on this machine",
    "record": "record what the service answers, for lessons that run without a key",
    "check": "find what is wrong in a file of messages, and mend it, or in a tape",
    "lesson": "make lessons that run without a key, check them, and give them away, without the answers if need be",
    "doctor": "say what is configured, where requests go, what answers, and what to do",
}
"""Every command with its line of help; the README's table is held to it by a test."""

OK, FAILED, USAGE, INTERRUPTED = 0, 1, 2, 130
"""The exit codes: done; it was tried and failed; what was given cannot be used; stopped with Ctrl-C."""


class CommandError(Exception):
    """It was tried and failed; the message says why and what to do. It never leaves the command line."""

    exit_code = FAILED


class UnusableInputError(CommandError):
    """What was given on the command line, in a file or through a pipe cannot be used. Nothing was done."""

    exit_code = USAGE
