"""What holds after any fault: clear words, a history that can be sent, and a next question that is answered."""

from __future__ import annotations

import asyncio
import json
import re
import socket
import threading
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import openai

import minimax_nb as mm
from minimax_nb.client.sdk import Client
from minimax_nb.server.app import EmbeddedServer
from minimax_nb.server.service.handler import Handler
from minimax_nb.server.tape import read as tape
from minimax_nb.sse import encode_event
from minimax_nb.tools.tool import Tool

if TYPE_CHECKING:
    from collections.abc import Iterator

    import pytest

MODEL = "MiniMax-M2.7"
WEATHER = "How's the weather in San Francisco?"
HELLO = "Hi, how are you?"
LEFT_BEHIND = re.compile(r"Traceback| object at 0x|errno", re.IGNORECASE)
_PATIENCE_S = 20.0
_SHORTEST = 4  # words of a sentence


def get_weather(location: str) -> str:
    """Get the weather of a place.

    Args:
        location: the city and country
    """
    return "24℃, sunny"


@dataclass(frozen=True)
class Seen:
    """What became of a question.

    Attributes:
        reply: what was returned, else the part that arrived; None where nothing did.
        error: what was raised, or None.
        shown: what stood on the terminal.
    """

    reply: mm.Reply | None
    error: BaseException | None
    shown: str

    @property
    def words(self) -> str:
        """What the reader is told: the error's words, else the problem of the reply."""
        return str(self.error) if self.error is not None else (self.reply and self.reply.problem) or ""


def chat_with(server: Any, *, timeout: float = 10.0, **settings: Any) -> mm.Chat:
    """A chat that asks a server as a notebook does, and never twice."""
    client = Client(base_url=server.base_url, api_key=getattr(server, "api_key", "k"), max_retries=0, timeout=timeout)
    return mm.Chat(client, MODEL, **settings)


def ask(chat: mm.Chat, question: str, capsys: pytest.CaptureFixture[str], *, asynchronous: bool = False) -> Seen:
    """Ask, whatever comes of it."""
    capsys.readouterr()
    before = mm.last_reply()
    reply, error = None, None
    try:
        reply = asyncio.run(_asked(chat, question)) if asynchronous else chat(question)
    except (mm.MinimaxNbError, openai.OpenAIError, KeyboardInterrupt) as raised:
        error = raised
        reply = getattr(raised, "reply", None)
        if reply is None and mm.last_reply() is not before:
            reply = mm.last_reply()
    return Seen(reply, error, capsys.readouterr().out)


async def _asked(chat: mm.Chat, question: str) -> mm.Reply:
    return await chat.ask(question)


def is_told(seen: Seen) -> None:
    """The reader is told in a sentence, once and nowhere else than where they look."""
    assert len(seen.words.split()) >= _SHORTEST, seen
    assert not LEFT_BEHIND.search(seen.words), seen.words
    if seen.error is None:
        assert seen.reply is not None
        assert not seen.reply.complete, seen
    marks = re.findall(r"^\[(?:Cut off|Failed|Stopped|Interrupted)\b.*", seen.shown, re.MULTILINE)
    assert len(marks) == 1, seen.shown


def goes_on(chat: mm.Chat, question: str = HELLO) -> None:
    """The history can be sent, and the next question is answered."""
    can_be_sent(chat)
    assert not chat.answering
    reply = chat(question)
    assert reply.complete, reply
    assert reply.content
    can_be_sent(chat)
    assert chat.messages[-1] == reply.message


def can_be_sent(chat: mm.Chat) -> None:
    """The service would take the history; one that is empty is taken with the next question."""
    if chat.messages:
        findings = mm.check_history(chat.messages, model=chat.model)
        assert not findings.refused, findings
    json.dumps(chat.messages)


def events_of(question: str, *, split: bool = True) -> list[bytes]:
    """A built-in tape's reply to the weather's question, or any other, as the events of its stream."""
    handler = Handler(tape.built_in(), speed=float("inf"))
    request: dict[str, Any] = {"model": MODEL, "messages": [{"role": "user", "content": question}], "stream": True}
    request["reasoning_split"] = split
    if question == WEATHER:
        request["tools"] = [Tool.of(get_weather).schema]
    response = handler.handle("POST", "/v1/chat/completions", {}, json.dumps(request).encode())
    assert response.events is not None
    return [encode_event(event.body) for event in response.events]


def text_in(events: list[bytes]) -> tuple[str, str]:
    """The thinking and the answer that whole events hold, by what stands on the wire alone."""
    deltas = [json.loads(event.removeprefix(b"data: ")) for event in events]
    found = [choice.get("delta") or {} for one in deltas for choice in one.get("choices") or ()]
    return tuple("".join(delta.get(key) or "" for delta in found) for key in ("reasoning_content", "content"))  # type: ignore[return-value]


@dataclass(frozen=True)
class Wire:
    """An answer as bytes.

    Attributes:
        pieces: what is sent, one after the other.
        ending: "end" for a whole body, "drop" to break the connection, "hang" for silence.
        content_type: what it says it is.
        status: the status line's code and reason.
    """

    pieces: tuple[bytes, ...]
    ending: str = "end"
    content_type: str = "text/event-stream"
    status: str = "200 OK"


class WireServer:
    """A server that answers each request with the next of these answers; then with the last one.

    Attributes:
        base_url: what an OpenAI client takes as its base URL.
    """

    def __init__(self, answers: tuple[Wire, ...], base_url: str) -> None:
        self.base_url = base_url
        self._answers = list(answers)
        self._over = threading.Event()

    def talk(self, connection: socket.socket) -> None:
        """Answer one request."""
        with connection, suppress(OSError), connection.makefile("rb") as reader:
            _read_request(reader)
            answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
            head = f"HTTP/1.1 {answer.status}\r\nContent-Type: {answer.content_type}\r\n"
            connection.sendall(f"{head}Connection: close\r\nTransfer-Encoding: chunked\r\n\r\n".encode())
            for piece in filter(None, answer.pieces):
                connection.sendall(b"%x\r\n%s\r\n" % (len(piece), piece))
            if answer.ending == "hang":
                self._over.wait(_PATIENCE_S)
            elif answer.ending == "end":
                connection.sendall(b"0\r\n\r\n")

    def end(self) -> None:
        """Let go of whoever waits in silence."""
        self._over.set()


@contextmanager
def wire_server(*answers: Wire) -> Iterator[WireServer]:
    """Run such a server on a free port of 127.0.0.1."""
    threads: list[threading.Thread] = []

    def accept() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            connection.settimeout(_PATIENCE_S)
            threads.append(threading.Thread(target=server.talk, args=(connection,), daemon=True))
            threads[-1].start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        server = WireServer(answers, f"http://127.0.0.1:{listener.getsockname()[1]}/v1")
        acceptor = threading.Thread(target=accept, daemon=True)
        acceptor.start()
        try:
            yield server
        finally:
            server.end()
            with suppress(OSError):
                listener.shutdown(socket.SHUT_RDWR)
            for thread in (acceptor, *threads):
                thread.join(_PATIENCE_S)


def _read_request(reader: Any) -> None:
    length = 0
    while (line := reader.readline()).strip():
        if line.lower().startswith(b"content-length:"):
            length = int(line.partition(b":")[2])
    reader.read(length)


@contextmanager
def tape_server() -> Iterator[EmbeddedServer]:
    """The embedded server with its built-in tapes, at once and without waiting."""
    with EmbeddedServer(speed="max") as server:
        yield server
