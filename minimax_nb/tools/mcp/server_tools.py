"""``mcp``: the tools of MCP servers, for a ``Chat`` or any other place that takes tools."""

from __future__ import annotations

import difflib
import re
import weakref
from collections.abc import Iterable, Mapping, Sequence
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Self, overload

from minimax_nb.errors import ConfigurationError, ToolError
from minimax_nb.frontend import tell_reader
from minimax_nb.runtime import background
from minimax_nb.tools.tool import Tool

from .results import read_result
from .session import Session
from .source import read_sources

if TYPE_CHECKING:
    import os
    from types import TracebackType

_LONGEST_NAME = 64
_SHOWN = 20


class McpTools(Sequence[Tool]):
    """The tools of one or several MCP servers, which run until ``close()``, the end of a ``with``, or of the kernel.

    A sequence of ``Tool``: ``mm.Chat(tools=[*tools, my_function])``. A tool is found by its name too:
    ``tools["get_time"].call({"timezone": "UTC"})``.
    """

    def __init__(self, sessions: Sequence[Session], only: Iterable[str] | None) -> None:
        self._sessions = list(sessions)
        self._end = weakref.finalize(self, _close_all, self._sessions)
        self._tools = _by_name(self, only)

    def close(self) -> None:
        """End the sessions, and the servers that were started for them. Calls then fail with a ``ToolError``."""
        self._end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __len__(self) -> int:
        return len(self._tools)

    @overload
    def __getitem__(self, place: int | str) -> Tool: ...

    @overload
    def __getitem__(self, place: slice) -> list[Tool]: ...

    def __getitem__(self, place: int | str | slice) -> Tool | list[Tool]:
        if isinstance(place, str):
            if place not in self._tools:
                raise KeyError(_no_tool(place, self._tools))
            return self._tools[place]
        return list(self._tools.values())[place]

    def __repr__(self) -> str:
        servers = ", ".join(session.server or session.source.name for session in self._sessions)
        state = "" if self._end.alive else ", closed"
        lines = [f"{tool.name}: {_line(tool.description)}".rstrip(": ") for tool in self[:_SHOWN]]
        more = [f"… and {len(self) - _SHOWN:,} more"] if len(self) > _SHOWN else []
        head = f"McpTools({_line(servers)}{state}): {len(self):,} tool{'' if len(self) == 1 else 's'}"
        return "\n".join([head, *(f"  {line}" for line in (*lines, *more))])


def mcp(
    source: str | os.PathLike[str] | Sequence[str] | Mapping[str, Any],
    *,
    env: Mapping[str, str] | None = None,
    headers: Mapping[str, str] | None = None,
    only: Iterable[str] | None = None,
    timeout: float = 60.0,
    start_timeout: float = 60.0,
) -> McpTools:
    """Start an MCP server, or connect to one, and take its tools: ``with mm.mcp("uvx some-server") as tools: …``.

    Without ``with`` it runs until ``tools.close()`` or the end of the kernel. Needs the extra ``mcp``. A server is a
    program of somebody else's: what it does on this machine, it does as you; what its tools return, the model reads.

    Args:
        source: a command that starts a server and speaks over its standard input and output; an address
            (``https://…/mcp``, streamable HTTP); a config file with ``mcpServers``, or what stands in one. Of several
            servers with tools of the same name, the later ones' are called ``server_tool``.
        env: variables for the command; of this process's own it gets PATH, HOME, proxies and
            certificates alone, and so no key.
        headers: what each HTTP request carries, such as ``{"Authorization": "Bearer …"}``.
        only: names of the tools to take; without it all of them.
        timeout: seconds that a call may take.
        start_timeout: seconds until it has started and told its tools; the first time much may have to be fetched.

    Returns:
        The tools, for ``mm.Chat(tools=[*tools, f])``, ``mm.run_tools`` or ``mm.batch``.

    Raises:
        ConfigurationError: there is no such command or file, the server cannot be reached or does not speak MCP, or
            the package ``mcp`` is missing.
    """
    if not background.THREADS:
        raise ConfigurationError(
            "expected a machine that starts programs and connects to servers, and a browser tab does neither: "
            "run this on your machine, such as with minimax-nb lab"
        )
    if find_spec("mcp") is None:
        raise ConfigurationError("expected the package mcp, found none: pip install 'minimax-nb[mcp]'")
    for name, seconds in (("timeout", timeout), ("start_timeout", start_timeout)):
        if isinstance(seconds, bool) or not isinstance(seconds, int | float) or not 0 < seconds < float("inf"):
            raise ConfigurationError(f"expected {name} in seconds, above 0, got {seconds!r:.40}")
    if isinstance(only, str):
        only = [only]
    sessions: list[Session] = []
    try:
        for one in read_sources(source, env=env, headers=headers):
            sessions.append(Session(one, timeout, start_timeout))  # noqa: PERF401 - those that run are to be ended
        return McpTools(sessions, only)
    except BaseException:
        _close_all(sessions)
        raise


def _by_name(owner: McpTools, only: Iterable[str] | None) -> dict[str, Tool]:
    wanted = None if only is None else list(only)
    found: dict[str, Tool] = {}
    unused = [words for session in owner._sessions for words in session.left_out]  # noqa: SLF001 - it is being made
    known: set[str] = set()
    for session in owner._sessions:  # noqa: SLF001
        for offered in session.tools:
            known.add(offered.name)
            if wanted is not None and offered.name not in wanted:
                continue
            name = _free_name(offered.name, session.source.name, found)
            try:
                found[name] = _tool(owner, session, offered, name)
            except ToolError as error:
                unused.append(f"{offered.name!r:.60} ({error})")
    if unused:
        more = f" and {len(unused) - 3:,} more" if len(unused) > 3 else ""
        tell_reader(f"minimax_nb: left out, for no model could call them: {'; '.join(unused[:3])}{more}")
    for name in wanted or ():
        if name not in known:
            raise ConfigurationError(f"only={name!r}: {_no_tool(name, known)}")
    return found


def _tool(owner: McpTools, session: Session, offered: Any, name: str) -> Tool:
    async def call(**arguments: Any) -> Any:
        _ = owner  # whoever holds a tool holds the server
        return read_result(await session.call(offered.name, arguments))

    about = offered.description or offered.title or ""
    return Tool.with_schema(name, about, offered.input_schema, call)


def _free_name(name: str, server: str, taken: Mapping[str, Tool]) -> str:
    """A name that the API takes, and that no other tool has."""
    plain = _plain(name)
    if plain not in taken:
        return plain
    with_server = _plain(f"{server}_{name}")
    numbers = (f"{with_server[: _LONGEST_NAME - 6]}_{number}" for number in range(2, 100_000))
    return next(each for each in (with_server, *numbers) if each not in taken)


def _plain(name: str) -> str:
    return re.sub(r"[^A-Za-z0-9_-]", "_", name)[:_LONGEST_NAME] or "tool"


def _no_tool(name: str, known: Iterable[str]) -> str:
    names = sorted(known)
    near = difflib.get_close_matches(name, names, n=1)
    meant = f"did you mean {near[0]!r}? " if near else ""
    return f"there is no tool {name!r:.60}; {meant}there are {', '.join(names[:_SHOWN]) or 'none'}"


def _line(text: str) -> str:
    """The first line of what a server says, without what cannot be seen."""
    line = next((line for line in text.splitlines() if line.strip()), "").strip()
    return "".join(character if character.isprintable() else "·" for character in line)


def _close_all(sessions: Iterable[Session]) -> None:
    for session in sessions:
        session.close()
