"""``%load_ext minimax_nb``: ask a model from a cell of its own, and see what there is and what was spent."""

# mypy: disallow-untyped-calls=False
# IPython's magic_arguments has no types.

from __future__ import annotations

import keyword
import os
import shlex
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError
from IPython.core.magic import Magics, cell_magic, line_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments

from .analysis.frames import models, usage
from .chat.chat import Chat
from .client.configure import default_client
from .client.parameters import OMIT_HELP, omitted_names, without
from .render.text.template import fill
from .tools.tool import toolbox

if TYPE_CHECKING:
    import argparse

    import pandas as pd

    from .message.reply import Reply
    from .tools.tool import Tool

_ADDRESS = ("OPENAI_BASE_URL", "OPENAI_API_KEY")


@magics_class
class MinimaxMagics(Magics):
    """``%%minimax``, ``%minimax_models`` and ``%minimax_usage``."""

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self._shell = shell
        self._client: Any = None
        self._address: tuple[str | None, ...] = ()

    @no_var_expand
    @cell_magic
    @magic_arguments()
    @argument("-m", "--model", metavar="MODEL", help="the model to ask; by default MiniMax-M2.7, or that of the chat")
    @argument(
        "-c",
        "--chat",
        metavar="NAME",
        help="go on with the chat in the variable NAME; when there is none, begin one and put it there",
    )
    @argument(
        "-t", "--tools", metavar="NAMES", help="functions of the notebook that the model may call, with commas between"
    )
    @argument("-o", "--output", metavar="VARIABLE", help="put the reply into this variable, besides _ and Out")
    @argument("--system", metavar="TEXT", help="a system message, in quotes; of a chat that begins")
    @argument("--native", action="store_true", help="ask for the thinking inside the answer, as <think>")
    @argument("--omit", metavar="NAMES", help=OMIT_HELP)
    def minimax(self, line: str, cell: str) -> Reply:
        """Ask a model: the cell is the question, the reply streams below it and is the value of the cell.

        {name} and {name:format} are filled with variables of the notebook, in the question, in MODEL and in TEXT.
        For the braces themselves write {{ and }}.
        """
        options = _parsed(self.minimax, line)
        if options.output is not None:
            _check_name(options.output, "--output")
        question = self._filled(cell.strip("\n").rstrip())
        if not question:
            raise UsageError("expected a question below the line of %%minimax, got none; %%minimax? shows how")
        reply = self._chat(options)(question)
        if options.output is not None:
            self._shell.user_ns[options.output] = reply
        return reply

    @no_var_expand
    @line_magic
    @magic_arguments()
    @argument("--served", action="store_true", help="ask the endpoint which of them it serves")
    def minimax_models(self, line: str) -> pd.DataFrame:
        """Show the models: context, output, speed, prices, rules, and who says so; as mm.models() does."""
        served = _parsed(self.minimax_models, line).served
        return models(self._connected() if served else None)

    @no_var_expand
    @line_magic
    @magic_arguments()
    def minimax_usage(self, line: str) -> pd.DataFrame:
        """Show what this notebook has spent: replies, tokens and US dollars by model; as mm.usage() does."""
        _parsed(self.minimax_usage, line)
        return usage()

    def _chat(self, options: argparse.Namespace) -> Chat:
        """The chat to ask: a new one, or the one that the options name."""
        name, values = options.chat, self._shell.user_ns
        if name is None:
            return self._new_chat(options)
        _check_name(name, "--chat")
        chat = values.get(name)
        if chat is None:
            chat = values[name] = self._new_chat(options)
        elif isinstance(chat, Chat):
            self._adapt(chat, options)
        else:
            raise UsageError(f"expected {name} to be a chat, or to be free, got a {type(chat).__name__}")
        return chat

    def _new_chat(self, options: argparse.Namespace) -> Chat:
        system = None if options.system is None else self._filled(options.system)
        tools = self._tools(options).values()
        chat = Chat(self._connected(), system=system, tools=tools, reasoning_split=not options.native)
        if options.model is not None:
            chat.model = self._filled(options.model)
        _leave_out(chat, options)
        return chat

    def _adapt(self, chat: Chat, options: argparse.Namespace) -> None:
        """From here on the chat goes on as the options say."""
        if options.system is not None:
            first = chat.messages[0] if chat.messages else None
            if first != {"role": "system", "content": self._filled(options.system)}:
                raise UsageError(
                    f"expected --system only where a chat begins, and {options.chat} has begun without this one: "
                    f"take another name, or del {options.chat}"
                )
        chat.tools.update(self._tools(options))
        if options.model is not None:
            chat.model = self._filled(options.model)
        if options.native:
            chat.options["extra_body"] = {**(chat.options.get("extra_body") or {}), "reasoning_split": False}
        _leave_out(chat, options)

    def _tools(self, options: argparse.Namespace) -> dict[str, Tool]:
        """The functions that the options name; a name may also stand for a list of them."""
        found: list[Any] = []
        for name in filter(None, map(str.strip, (options.tools or "").split(","))):
            if name not in self._shell.user_ns:
                raise UsageError(_unknown(name, self._shell.user_ns))
            value = self._shell.user_ns[name]
            found += value if isinstance(value, list | tuple) else [value]
        return toolbox(found)

    def _filled(self, text: str) -> str:
        try:
            return fill(text, self._shell.user_ns)
        except (NameError, ValueError) as error:
            raise UsageError(str(error)) from error

    def _connected(self) -> Any:
        """One client for all cells, until ``configure`` or the reader changes where requests go."""
        if self._client is None or self._address != _address():
            self._client = default_client()
            self._address = _address()
        return self._client


def load(shell: Any) -> None:
    """Put the magics into a shell, in the place of those that are there.

    Args:
        shell: the IPython shell.
    """
    unload(shell)
    shell.register_magics(MinimaxMagics)


def unload(shell: Any) -> None:
    """Take the magics out of a shell again; nothing happens when they are not there.

    Args:
        shell: the IPython shell.
    """
    manager = shell.magics_manager
    ours = manager.registry.pop(MinimaxMagics.__name__, None)
    if ours is None:
        return
    for kind, named in ours.magics.items():
        for name, method in named.items():
            if manager.magics[kind].get(name) == method:
                del manager.magics[kind][name]
    shell.configurables.remove(ours)


def _parsed(magic: Any, line: str) -> argparse.Namespace:
    """The options of a line, in which quotes hold words together."""
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise UsageError(f"expected the quotes of the line to pair: {error}") from error
    options: argparse.Namespace = magic.parser.parse_args(words)
    return options


def _leave_out(chat: Chat, options: argparse.Namespace) -> None:
    """From here on, do not send what ``--omit`` names."""
    try:
        names = omitted_names(options.omit)
    except ValueError as error:
        raise UsageError(str(error)) from error
    if names:
        chat.options = without(chat.options, names)


def _check_name(name: str, option: str) -> None:
    if not name.isidentifier() or keyword.iskeyword(name):
        raise UsageError(f"expected the name of a variable after {option}, got {name[:60]!r}")


def _unknown(name: str, values: dict[str, Any]) -> str:
    near = get_close_matches(name, [known for known, value in values.items() if callable(value)], n=1)
    return f"expected a function of the notebook after --tools, found none called {name[:60]!r}" + (
        f"; did you mean {near[0]}?" if near else ""
    )


def _address() -> tuple[str | None, ...]:
    return tuple(os.environ.get(name) for name in _ADDRESS)
