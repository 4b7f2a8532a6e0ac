"""recording, replaying: keep what a model answers on tapes, and let a notebook run from them without a key."""

from __future__ import annotations

import atexit
import warnings
from abc import abstractmethod
from contextlib import AbstractContextManager, ContextDecorator, suppress
from typing import TYPE_CHECKING, Self

from minimax_nb.errors import ConfigurationError, MinimaxNbError, TapeError
from minimax_nb.hosts import is_loopback

from .configure import detoured, user_environment
from .detours import Detour, lasting_keys
from .endpoint import Endpoint
from .proxies import check_proxies

if TYPE_CHECKING:
    from pathlib import Path
    from types import TracebackType

    from minimax_nb.server.app import EmbeddedServer
    from minimax_nb.server.recording.recorder import RecordingServer


def recording(folder: str | Path) -> Recording:
    """Record what the model answers: inside of a ``with`` block, or from ``start()`` to ``stop()``.

    ::

        with mm.recording("my_tapes"):
            chat = mm.Chat()
            chat("Why is the sky blue?")

    Requests of a plain ``openai.OpenAI()``, of ``mm.connect()``, ``mm.aconnect()`` and ``mm.Chat()`` go where they
    would have gone, through a recorder on this machine. Each whole reply is kept with its timing, and is on disk before
    you have all of it: a kernel that dies loses none. An error, and a reply that breaks off, is passed on and not kept.
    Every block writes one new tape, a readable JSON file. No key, header or parameter is written, and keys that a
    prompt or a reply repeats are taken out.

    A client that was made inside goes on in the next block that records or replays, and outside of one says so. A
    client that was made before the first block goes where it always went, and is not recorded.

    Args:
        folder: where the tape goes; made where it is missing.

    Raises:
        ConfigurationError: at the start: there is no real endpoint to record, or no tape can be written in the folder.
        TapeError: at the end: not everything could be written.
    """
    return Recording(folder)


def replaying(folder: str | Path, *, strict: bool = True) -> Replaying:
    """Answer from tapes as if the model had answered again: inside of a ``with`` block, or for a whole notebook.

    ::

        with mm.replaying("my_tapes"):                 # for this block
            mm.Chat()("Why is the sky blue?")

        tapes = mm.replaying("my_tapes").start()       # for all cells from here on
        tapes.stop()                                   # until here

    No key is needed, and nothing leaves this machine, whatever is configured. Timing is the recorded one; with the
    environment variable ``MINIMAX_NB_SPEED=max`` nobody waits for it, and ``reply.timing`` is still the same. Where
    several recorded tapes answer, the newest does. A recorded reply answers requests in its own wire form: streamed or
    not, ``reasoning_split`` or not.

    A client that was made inside goes on in the next block that records or replays, and outside of one says so. A
    client that was made before the first block goes where it always went.

    Args:
        folder: a folder of tapes, or one tape.
        strict: answer what no tape fits with an error, which names the nearest one and the field that differs. Else
            it is rehearsed, and says so.

    Raises:
        TapeFormatError: at the start: there is no such folder, or a tape in it is broken.
        ConfigurationError: at the start: the server that plays the tapes cannot start.
    """
    return Replaying(folder, strict=strict)


class _Switch(AbstractContextManager["_Switch"], ContextDecorator):
    """On inside of a ``with`` block, or from ``start()`` to ``stop()``; any number of times."""

    _verb = ""

    def __init__(self, folder: str | Path) -> None:
        self._folder = folder
        self._detoured: AbstractContextManager[None] | None = None
        self._has_been_on = False

    def __repr__(self) -> str:
        return f"{self.label} ({'on' if self._detoured else 'off'})"

    @property
    def label(self) -> str:
        """How it is written."""
        return f"mm.{self._verb}({str(self._folder)!r})"

    def __enter__(self) -> Self:
        if self._detoured is not None:
            raise ConfigurationError(
                f"expected {self.label} to be off, it is on already. stop() ends it; for a block inside of the block "
                f"write mm.{self._verb}(…) anew."
            )
        self._turn_on()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._turn_off(failed=kind is not None)

    def start(self) -> Self:
        """Turn it on for all that follows, until ``stop()``; nothing happens when it is on already.

        One is on at a time: what another ``start()`` has turned on before ends with this one, so that a cell may be run
        again.

        Returns:
            The same object.

        Raises:
            ConfigurationError: as for the block.
            TapeFormatError: as for the block.
            TapeError: what was being recorded before could not be written.
        """
        global _started
        if self._detoured is not None:
            return self
        if _started is not None:
            _started.stop()
        self._turn_on()
        _started = self
        return self

    def stop(self) -> None:
        """Turn it off; nothing happens when it is off again already.

        Raises:
            ConfigurationError: it was never on.
            TapeError: what was recorded could not be written.
        """
        if self._detoured is None and not self._has_been_on:
            if _started is not None and _started.label == self.label:
                _started.stop()  # the same, written once more
                return
            on = f"on is {_started.label}" if _started else "nothing is"
            raise ConfigurationError(
                f"expected {self.label} to be on, it never was; {on}. Keep what start() returns, and stop that."
            )
        self._turn_off(failed=False)

    def _turn_on(self) -> None:
        self._open()
        self._detoured = detoured(Detour(self.label, self._server, self._line))
        try:
            self._detoured.__enter__()
        except BaseException:
            self._detoured = None
            self._close()
            raise
        self._has_been_on = True

    def _turn_off(self, *, failed: bool) -> None:
        global _started
        if self._detoured is None:
            return
        if _started is self:
            _started = None
        before, self._detoured = self._detoured, None
        try:
            before.__exit__(None, None, None)
        finally:
            problems, remark = self._close()
            if problems and not failed:
                raise TapeError(" ".join(problems))
        if remark and not failed:
            warnings.warn(remark, stacklevel=3)  # the line that ends the block, or that stops it

    @abstractmethod
    def _open(self) -> None:
        """Start what is needed from the beginning."""

    @abstractmethod
    def _close(self) -> tuple[list[str], str]:
        """End all; gives what went wrong, and a remark or ""."""

    @abstractmethod
    def _server(self, asked: Endpoint | None) -> Endpoint:
        """The server that answers in the place of an endpoint."""

    @abstractmethod
    def _line(self, line: str) -> str:
        """The line that says where requests go."""


class Recording(_Switch):
    """What ``mm.recording`` gives: ``with``, or ``start()`` and ``stop()``."""

    _verb = "recording"

    def __init__(self, folder: str | Path) -> None:
        super().__init__(folder)
        self._recorders: dict[Endpoint, RecordingServer] = {}

    def _open(self) -> None:
        self._recorders = {}

    def _close(self) -> tuple[list[str], str]:
        problems = [problem for server in self._recorders.values() if (problem := _stopped(server))]
        if any(server.recorded for server in self._recorders.values()):
            return problems, ""
        return problems, "nothing was recorded: no reply came whole, or the client was made before"

    def _server(self, asked: Endpoint | None) -> Endpoint:
        if asked is None:
            raise ConfigurationError(
                "expected a real endpoint to record, found no key. Set MINIMAX_API_KEY, or OPENAI_BASE_URL with "
                "OPENAI_API_KEY, or call mm.configure(api_key=…) first."
            )
        if asked not in self._recorders:
            self._recorders[asked] = _recorder(asked, self._folder)
        server = self._recorders[asked]
        return Endpoint(server.base_url, server.api_key, "detour")

    def _line(self, line: str) -> str:
        return f"{line.removesuffix('.')}; what comes back is recorded in {self._folder}."


class Replaying(_Switch):
    """What ``mm.replaying`` gives: ``with``, or ``start()`` and ``stop()``."""

    _verb = "replaying"

    def __init__(self, folder: str | Path, *, strict: bool) -> None:
        super().__init__(folder)
        self._strict = strict
        self._player: EmbeddedServer | None = None

    def _open(self) -> None:
        self._open_player()

    def _open_player(self) -> EmbeddedServer:
        from minimax_nb.server.app import EmbeddedServer

        if self._player is None:
            try:
                self._player = EmbeddedServer(tapes=[self._folder], built_in=False, strict=self._strict).start()
            except (OSError, ValueError) as error:
                raise ConfigurationError(f"the server that plays the tapes cannot start: {error}") from error
        return self._player

    def _close(self) -> tuple[list[str], str]:
        if self._player is not None:
            self._player.stop()
            self._player = None
        return [], ""

    def _server(self, asked: Endpoint | None) -> Endpoint:  # noqa: ARG002 (no endpoint is asked)
        player = self._open_player()
        return Endpoint(player.base_url, player.api_key, "detour")

    def _line(self, line: str) -> str:  # noqa: ARG002 (nor told)
        return f"minimax_nb: the tapes in {self._folder} answer; nothing is sent anywhere."


_started: _Switch | None = None
"""What ``start()`` has turned on, and nothing has turned off."""


def _recorder(endpoint: Endpoint, folder: str | Path) -> RecordingServer:
    from minimax_nb.server.recording.recorder import RecordingServer

    if not is_loopback(endpoint.host):
        check_proxies(user_environment())
    server = RecordingServer(endpoint.base_url, endpoint.api_key, folder, unwritten=lasting_keys)
    try:
        return server.start()
    except OSError as error:
        raise ConfigurationError(
            f"expected to record in {str(folder)!r}, which cannot be done: {error}. Give a folder that can be written."
        ) from error


def _stopped(server: RecordingServer) -> str:
    """Stop a recorder; what went wrong with its tape, or ""."""
    try:
        server.stop()
    except OSError as error:
        return str(error)
    return ""


@atexit.register
def _stop_started() -> None:
    """Fold what is being recorded into its tape when the process ends."""
    if _started is not None:
        with suppress(MinimaxNbError), warnings.catch_warnings(action="ignore"):
            _started.stop()
