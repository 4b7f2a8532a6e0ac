"""Where an MCP server is: a command to start, or an address; read from what a user gives, and from config files."""

from __future__ import annotations

import json
import os
import re
import shlex
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import parse_qsl, urlsplit

from minimax_nb.errors import ConfigurationError, short
from minimax_nb.hosts import address_of, host_of, is_private

_SERVER_TABLES = ("mcpServers", "servers", "mcp_servers")
"""Under which name programs keep their servers: Claude Desktop, Cursor and most others; VS Code; a few."""
_HOLE = re.compile(r"\$\{(?:env:)?([A-Za-z_]\w*)\}")
_LONG = 16
"""Letters from which a part of an address's path may be a secret."""
_EXPECTED = 'expected an MCP server as a command ("uvx some-server"), an address ("https://…/mcp") or a config file'


@dataclass(frozen=True, slots=True)
class ServerSource:
    """One server, and how to reach it.

    Attributes:
        name: what it is called in messages.
        command: the words of the command that starts it; empty for one that is reached at an address.
        url: the address; "" for a command.
        env: variables that a command gets besides the usual ones; they may hold secrets.
        headers: what each HTTP request carries; likewise.
    """

    name: str
    command: tuple[str, ...] = ()
    url: str = ""
    env: Mapping[str, str] = field(default_factory=dict, repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)

    @property
    def secrets(self) -> list[str]:
        """Values that are to stand in no message; an address of one's own carries its key in the path or the query."""
        address = urlsplit(self.url)
        values = (*self.env.values(), *self.headers.values(), *dict(parse_qsl(address.query)).values())
        words = [word for value in values for word in (value, *value.split())]
        return words + [part for part in (*address.path.split("/"), address.password or "") if len(part) >= _LONG]


class _Extra(NamedTuple):
    """What the caller adds to each server."""

    env: Mapping[str, str]
    headers: Mapping[str, str]


def read_sources(
    given: Any, *, env: Mapping[str, str] | None = None, headers: Mapping[str, str] | None = None
) -> list[ServerSource]:
    """Read what a user gives as one server or several.

    Args:
        given: a command as a text or as a list of words, an http(s) address, the path of a config file, or what stands
            in one.
        env: variables for a command, on top of those of a config file.
        headers: headers for an address, likewise.

    Raises:
        ConfigurationError: it is none of these, or says something that cannot be.
    """
    extra = _Extra(dict(env or {}), dict(headers or {}))
    for name, values in (("env", extra.env), ("headers", extra.headers)):
        if not all(isinstance(key, str) and isinstance(value, str) for key, value in values.items()):
            raise ConfigurationError(f"expected {name} to map texts to texts, got {sorted(map(repr, values))}")
    if isinstance(given, Mapping):
        return _of_config(given, "the config", extra)
    if isinstance(given, os.PathLike) or (isinstance(given, str) and given.strip().lower().endswith(".json")):
        return _of_file(Path(given).expanduser(), extra)
    if isinstance(given, str) and re.match(r"(?i)https?://", given.strip()):
        return [_checked(ServerSource(address_of(given.strip()), url=given.strip(), headers=extra.headers))]
    if isinstance(given, str):
        try:
            words = shlex.split(given, posix=os.name != "nt")
        except ValueError as error:
            raise ConfigurationError(f"{_EXPECTED}, got {short(given)}: {error}") from error
    elif isinstance(given, Sequence) and all(isinstance(word, str | os.PathLike) for word in given):
        words = [os.fspath(word) for word in given]
    else:
        raise ConfigurationError(f"{_EXPECTED}, got {type(given).__name__} {short(given)}")
    if not words:
        raise ConfigurationError(f"{_EXPECTED}, got {given!r}")
    return [_checked(ServerSource(_name_of(words), tuple(words), env=extra.env))]


def _name_of(words: Sequence[str]) -> str:
    """What a command is called: the first word that is neither a runner nor an option."""
    runners = {"uvx", "npx", "uv", "run", "docker", "node", "python", "python3", "pipx", "bunx", "deno"}
    plain = [word for word in words if not word.startswith("-")]
    names = [Path(word).stem if os.sep in word else word for word in plain]
    return next((name for name in names if name.lower() not in runners), names[0] if names else words[0])


def _of_file(path: Path, extra: _Extra) -> list[ServerSource]:
    try:
        data = json.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise ConfigurationError(
            f"expected a config file of MCP servers, {path} cannot be read: {error.strerror or error}"
        ) from error
    except ValueError as error:
        raise ConfigurationError(f"expected a config file of MCP servers, {path} is not JSON: {error}") from error
    if not isinstance(data, Mapping):
        raise ConfigurationError(f'expected {{"mcpServers": {{…}}}} in {path}, got {short(data)}')
    return _of_config(data, str(path), extra)


def _of_config(data: Mapping[str, Any], where: str, extra: _Extra) -> list[ServerSource]:
    if "command" in data or "url" in data:
        return [_of_entry("", data, where, extra)]
    table = next((data[name] for name in _SERVER_TABLES if name in data), None)
    if not isinstance(table, Mapping):
        raise ConfigurationError(
            f'expected {{"mcpServers": {{name: {{"command": …}} or {{"url": …}}}}}} in {where}, got {short(dict(data))}'
        )
    entries = {str(name): entry for name, entry in table.items() if not (_is_object(entry) and entry.get("disabled"))}
    if not entries:
        raise ConfigurationError(f"expected at least one server in {where}, got none that is switched on")
    return [_of_entry(name, entry, f"{where}, server {name!r}", extra) for name, entry in entries.items()]


def _is_object(value: Any) -> bool:
    return isinstance(value, Mapping)


def _of_entry(name: str, entry: Any, where: str, extra: _Extra) -> ServerSource:
    if not isinstance(entry, Mapping) or not ("command" in entry or "url" in entry):
        raise ConfigurationError(
            f'expected {{"command": …, "args": […]}} or {{"url": …}} in {where}, got {short(entry)}'
        )
    if entry.get("type") == "sse":
        raise ConfigurationError(
            f"expected a server that speaks streamable HTTP or stdio in {where}, got the older sse: most servers have "
            "both, at another path such as /mcp"
        )
    if "url" in entry:
        url = _filled(_text(entry["url"], "url", where), where)
        headers = {**_texts(entry.get("headers", {}), "headers", where), **extra.headers}
        return _checked(ServerSource(name or address_of(url), url=url, headers=headers))
    args = entry.get("args", [])
    if not isinstance(args, list):
        raise ConfigurationError(f"expected args to be a list of texts in {where}, got {short(args)}")
    words = [_filled(_text(word, "command", where), where) for word in (entry["command"], *args)]
    env = {**_texts(entry.get("env", {}), "env", where), **extra.env}
    return _checked(ServerSource(name or _name_of(words), tuple(words), env=env))


def _texts(value: Any, key: str, where: str) -> dict[str, str]:
    if not isinstance(value, Mapping):
        raise ConfigurationError(f"expected {key} to be an object of texts in {where}, got {type(value).__name__}")
    return {str(name): _filled(_text(text, f"{key}.{name}", where), where) for name, text in value.items()}


def _text(value: Any, key: str, where: str) -> str:
    if not isinstance(value, str) or "\0" in value:
        raise ConfigurationError(f"expected {key} to be a text in {where}, got {type(value).__name__}")
    return value


def _filled(text: str, where: str) -> str:
    """A text with ``${NAME}`` filled in from the environment, as the programs that share the file do it."""

    def value_of(hole: re.Match[str]) -> str:
        if (value := os.environ.get(hole[1])) is None:
            raise ConfigurationError(f"expected the variable {hole[1]} to be set, which {where} names: set it first")
        return value

    return _HOLE.sub(value_of, text)


def _checked(source: ServerSource) -> ServerSource:
    if source.headers and source.url.lower().startswith("http://") and not is_private(host_of(source.url)):
        raise ConfigurationError(
            f"expected https:// for {source.name}, got http://: the headers would travel in clear text"
        )
    return source
