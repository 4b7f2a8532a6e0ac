"""recording, replaying: keep what a model answers on tapes, and let a notebook run from them without a key."""

from __future__ import annotations

import warnings
from contextlib import contextmanager
from typing import TYPE_CHECKING

from minimax_nb.errors import ConfigurationError, TapeError
from minimax_nb.hosts import is_loopback

from .configure import detoured, user_environment
from .endpoint import Endpoint
from .proxies import check_proxies

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from minimax_nb.server.recording.recorder import RecordingServer


@contextmanager
def recording(folder: str | Path) -> Iterator[None]:
    """Record what the model answers to the clients that are made inside.

    ::

        with mm.recording("my_tapes/"):
            client = mm.connect()
            reply = mm.show(client.chat.completions.create(...))

    Requests of a plain ``openai.OpenAI()``, of ``mm.connect()`` and of ``mm.aconnect()`` go where they would have
    gone, through a recorder on this machine. Each whole reply is kept with its timing, and is on disk before you have
    all of it: a kernel that dies loses none. An error, and a reply that breaks off, is passed on and not kept. Every
    block writes one new tape, a readable JSON file. No key, header or parameter is written, and keys that a prompt or a
    reply repeats are taken out.

    A client that was made before the block is not recorded.

    Args:
        folder: where the tape goes; made where it is missing.

    Raises:
        ConfigurationError: there is no real endpoint to record, or no tape can be written in the folder.
        TapeError: at the end: not everything could be written.
    """
    recorders: dict[Endpoint, RecordingServer] = {}

    def way(found: Endpoint | None, line: str) -> tuple[Endpoint, str]:
        if found is None:
            raise ConfigurationError(
                "expected a real endpoint to record, found no key. Set MINIMAX_API_KEY, or OPENAI_BASE_URL with "
                "OPENAI_API_KEY, or call mm.configure(api_key=…) first."
            )
        if found not in recorders:
            recorders[found] = _recorder(found, folder)
        server = recorders[found]
        through = Endpoint(server.base_url, server.api_key, "recorder")
        return through, f"{line.removesuffix('.')}; what comes back is recorded in {folder}."

    failed = True
    try:
        with detoured(way):
            yield
        failed = False
    finally:
        problems = [problem for server in recorders.values() if (problem := _stopped(server))]
        if problems and not failed:
            raise TapeError(" ".join(problems))
    if not any(server.recorded for server in recorders.values()):
        warnings.warn(
            "nothing was recorded: no reply came whole, or the client was made outside of the with block", stacklevel=3
        )


@contextmanager
def replaying(folder: str | Path, *, strict: bool = True) -> Iterator[None]:
    """Answer the clients that are made inside from tapes, as if the model had answered again.

    ::

        with mm.replaying("my_tapes/"):
            client = mm.connect()
            reply = mm.show(client.chat.completions.create(...))

    No key is needed, and nothing leaves this machine, whatever is configured. Timing is the recorded one; with the
    environment variable ``MINIMAX_NB_SPEED=max`` nobody waits for it, and ``reply.timing`` is still the same. Where
    several recorded tapes answer, the newest does. A recorded reply answers requests in its own wire form: streamed or
    not, ``reasoning_split`` or not.

    A client that was made before the block goes where it always went.

    Args:
        folder: a folder of tapes, or one tape.
        strict: answer what no tape fits with an error, which names the nearest one and the field that differs. Else
            it is rehearsed, and says so.

    Raises:
        TapeFormatError: there is no such folder, or a tape in it is broken.
        ConfigurationError: the server that plays the tapes cannot start.
    """
    from minimax_nb.server.app import EmbeddedServer

    try:
        server = EmbeddedServer(tapes=[folder], built_in=False, strict=strict).start()
    except (OSError, ValueError) as error:
        raise ConfigurationError(f"the server that plays the tapes cannot start: {error}") from error

    def way(found: Endpoint | None, line: str) -> tuple[Endpoint, str]:  # noqa: ARG001 (no endpoint is asked)
        told = f"minimax_nb: the tapes in {folder} answer; nothing is sent anywhere."
        return Endpoint(server.base_url, server.api_key, "tapes"), told

    try:
        with detoured(way):
            yield
    finally:
        server.stop()


def _recorder(endpoint: Endpoint, folder: str | Path) -> RecordingServer:
    from minimax_nb.server.recording.recorder import RecordingServer

    if not is_loopback(endpoint.host):
        check_proxies(user_environment())
    server = RecordingServer(endpoint.base_url, endpoint.api_key, folder)
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
