"""``%load_ext minimax_nb``: ask a model from a cell of its own, and see what there is and what was spent."""

# mypy: disallow-untyped-calls=False
# IPython's magic_arguments has no types.

from __future__ import annotations

import keyword
import os
import re
import shlex
from difflib import get_close_matches
from typing import TYPE_CHECKING, Any

from IPython.core.error import UsageError
from IPython.core.inputtransformer2 import TokenTransformBase, assemble_continued_line, find_end_of_continued_line
from IPython.core.magic import Magics, line_cell_magic, line_magic, magics_class, no_var_expand
from IPython.core.magic_arguments import argument, magic_arguments

from .analysis.frames import models, usage
from .chat.chat import Chat
from .client.configure import default_client
from .client.parameters import OMIT_HELP, omitted_names, without
from .render.text.template import fill
from .tools.toolbox import toolbox

if TYPE_CHECKING:
    import argparse

    import pandas as pd

    from .message.reply import Reply
    from .tools.tool import Tool

_OPTION = re.compile(r"\s*(?P<name>--?[A-Za-z][\w-]*)(?P<value>=\S*)?(?=\s|$)")
_WORD = re.compile(r"""\s*(?:"[^"]*"|'[^']*'|[^\s"'])*""")
_ADDRESS = ("OPENAI_BASE_URL", "OPENAI_API_KEY")


@magics_class
class MinimaxMagics(Magics):
    """``%%minimax``, ``%minimax_models`` and ``%minimax_usage``."""

    def __init__(self, shell: Any) -> None:
        super().__init__(shell)
        self._shell = shell
        self._client: Any = None
        self._address: tuple[str | None, ...] = ()
        self._raw = False

    @no_var_expand
    @line_cell_magic
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
    @argument(
        "-r",
        "--response",
        metavar="TYPE",
        help="the type that the answer is to have, of the notebook: City, 'list[City]'",
    )
    @argument("--raw", action="store_true", help="fill nothing in: every brace is itself")
    @argument("-h", "--help", action="store_true", help="show this")
    def minimax(self, line: str, cell: str | None = None) -> Reply | None:
        """Ask a model: the cell is the question, the reply streams below it and is the value of the cell.

        A short question may stand on the line itself, behind the options: %minimax Why is the sky blue?

        {expression} and {expression:format} are filled in as in an f-string, in the question, in MODEL and in TEXT:
        {name}, {df.head()}, {rows[0]["city"]}, {price:.2f}. Braces without a name stay, as in JSON, in blocks of code
        and behind a command of LaTeX. For the braces themselves write {{ and }}, or --raw.
        """
        line, question = (line, cell) if cell is not None else _split_off_question(self.minimax, line)
        options = _parsed(self.minimax, line)
        if options.help:
            print(str(self.minimax.__doc__).removeprefix("::\n\n"))  # noqa: T201 (what was asked for)
            return None
        self._raw = options.raw
        if options.output is not None:
            _check_name(options.output, "--output")
        question = self._filled(question.strip("\n").rstrip())
        if not question:
            raise UsageError("expected a question below the line of %%minimax, got none; %%minimax? shows how")
        reply = self._chat(options)(question, response=self._type(options.response))
        if options.output is not None:
            self._shell.user_ns[options.output] = reply
        return reply

    minimax.__doc__ = str(minimax.__doc__).replace("%minimax [", "%%minimax [", 1)

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
        model = None if options.model is None else self._filled(options.model)
        chat = Chat(self._connected(), model, system=system, tools=tools, reasoning_split=not options.native)
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

    def _type(self, text: str | None) -> Any:
        """The type that an option names, of the notebook or of Python."""
        if text is None:
            return None
        try:
            return self._shell.ev(text)
        except Exception as error:
            raise UsageError(
                f"expected a type of this notebook behind --response, got {text!r}: {type(error).__name__}: {error}"
            ) from error

    def _filled(self, text: str) -> str:
        if self._raw:
            return text
        try:
            return fill(text, self._shell.user_ns)
        except (NameError, ValueError) as error:
            raise UsageError(f"{error} (--raw fills nothing in)") from error

    def _connected(self) -> Any:
        """One client for all cells, until ``configure`` or the reader changes where requests go."""
        if self._client is None or self._address != _address():
            self._client = default_client()
            self._address = _address()
        return self._client


class _LineThatAsks(TokenTransformBase):
    """``%minimax …?`` as the magic that it is: IPython takes a line that ends with ``?`` for a question to itself."""

    priority = 4
    """Before IPython's own, which has 5."""

    def __init__(self, start: tuple[int, int], sign: tuple[int, int]) -> None:
        super().__init__(start)
        self._sign = (sign[0] - 1, sign[1])

    @classmethod
    def find(cls, tokens_by_line: Any) -> _LineThatAsks | None:
        """Find the first such line, on which a variable may take the reply."""
        for tokens in tokens_by_line:
            words = [token for token in tokens if token.string.strip()]
            at = next((n for n, token in enumerate(words) if token.string == "%"), 0)
            named = [token.string for token in words[at : at + 2]] == ["%", "minimax"]
            alone = at == 0 or words[at - 1].string == "="
            if named and alone and words[-1].string == "?" and words[at + 2 :] != words[-1:]:
                return cls(words[0].start, words[at].start)
        return None

    def transform(self, lines: list[str]) -> list[str]:
        """Call the magic in the line's place."""
        start, column = self._sign
        end = find_end_of_continued_line(lines, start)
        _, _, question = assemble_continued_line(lines, self._sign, end).partition("minimax")
        call = f"get_ipython().run_line_magic('minimax', {question.strip()!r})\n"
        return [*lines[:start], lines[start][:column] + call, *lines[end + 1 :]]


def _one_line_cell(lines: list[str]) -> list[str]:
    """A cell that is the one line ``%%minimax …`` as ``%minimax …``: IPython refuses a cell magic without a cell."""
    if len(lines) == 1 and lines[0].split()[:1] == ["%%minimax"]:
        return [f"get_ipython().run_line_magic('minimax', {lines[0].removeprefix('%%minimax').strip()!r})\n"]
    return lines


def load(shell: Any) -> None:
    """Put the magics into a shell, in the place of those that are there.

    Args:
        shell: the IPython shell.
    """
    unload(shell)
    shell.register_magics(MinimaxMagics)
    reader = shell.input_transformer_manager
    reader.token_transformers.append(_LineThatAsks)
    reader.cleanup_transforms.append(_one_line_cell)


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
    reader = shell.input_transformer_manager
    for steps in (reader.token_transformers, reader.cleanup_transforms):
        steps[:] = [step for step in steps if getattr(step, "__module__", "") != __name__]


def _parsed(magic: Any, line: str) -> argparse.Namespace:
    """The options of a line, in which quotes hold words together."""
    try:
        words = shlex.split(line)
    except ValueError as error:
        raise UsageError(f"expected the quotes of the line to pair: {error}") from error
    options: argparse.Namespace = magic.parser.parse_args(words)
    return options


def _split_off_question(magic: Any, line: str) -> tuple[str, str]:
    """The options at the beginning of a line, and the question behind them, as it was written."""
    options = magic.parser._actions  # noqa: SLF001 (argparse has no other way to ask)
    takes_value = {name: each.nargs != 0 for each in options for name in each.option_strings}
    end = 0
    while option := _OPTION.match(line, end):
        name, value = option["name"], option["value"]
        end = option.end() if value or not takes_value.get(name, False) else _WORD.match(line, option.end()).end()  # type: ignore[union-attr]
    return line[:end], line[end:].lstrip()


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
