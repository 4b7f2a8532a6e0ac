"""What each contender runs in the kernel, written as its users write it. A function takes a client and a model's name.

This file is imported in the kernel, so each contender imports what it needs itself; a contender that cannot be imported
is left out.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from typing import Any

MESSAGES = [{"role": "user", "content": "Go on."}]


def draining(client: Any, model: str) -> None:
    """Read the stream and throw it away: what everything else is measured against."""
    for _ in _stream(client, model):
        pass


def printing(client: Any, model: str) -> None:
    """Print every piece, as documentation pages do."""
    for piece in _pieces(client, model):
        print(piece, end="", flush=True)


def update_display(client: Any, model: str) -> None:
    """IPython's own way: the whole Markdown again for every piece."""
    from IPython.display import Markdown, display

    text = ""
    handle = display(Markdown(text), display_id=True)
    for piece in _pieces(client, model):
        text += piece
        handle.update(Markdown(text))


def html_widget(client: Any, model: str) -> None:
    """An ``ipywidgets.HTML`` whose value grows."""
    from html import escape

    import ipywidgets
    from IPython.display import display

    widget = ipywidgets.HTML("")
    display(widget)
    for piece in _pieces(client, model):
        widget.value += escape(piece)


def rich_live(client: Any, model: str) -> None:
    """``rich.live.Live`` with its own pace: four pictures a second."""
    from rich.live import Live
    from rich.markdown import Markdown

    text = ""
    with Live(Markdown(text)) as live:
        for piece in _pieces(client, model):
            text += piece
            live.update(Markdown(text))


def rich_live_every(client: Any, model: str) -> None:
    """``rich.live.Live`` with a picture for every piece, as chatlas drives it in a terminal."""
    from rich.live import Live
    from rich.markdown import Markdown

    text = ""
    with Live(Markdown(text), auto_refresh=False) as live:
        for piece in _pieces(client, model):
            text += piece
            live.update(Markdown(text), refresh=True)


def chatlas(client: Any, model: str) -> None:
    """The chat library nearest in purpose."""
    from chatlas import ChatOpenAICompletions

    chat = ChatOpenAICompletions(base_url=str(client.base_url), api_key="benchmark", model=model)
    chat.chat("Go on.")


def show(client: Any, model: str) -> None:
    """This project."""
    from minimax_nb import show as mm_show

    mm_show(_stream(client, model))


def collect(client: Any, model: str) -> None:
    """This project without display."""
    from minimax_nb import collect as mm_collect

    mm_collect(_stream(client, model))


def iter_bytes(client: Any, model: str) -> None:
    """Read the decoded bytes and take the events apart here."""
    for _ in _documents(_stream(client, model).response.iter_bytes()):
        pass


def iter_raw(client: Any, model: str) -> None:
    """The same from the bytes before any content decoding."""
    for _ in _documents(_stream(client, model).response.iter_raw()):
        pass


def iter_bytes_unread(client: Any, model: str) -> None:
    """Read the bytes and look at none: what is left is HTTP."""
    for _ in _stream(client, model).response.iter_bytes():
        pass


def napping(client: Any, model: str) -> None:
    """As ``iter_bytes``, with a nap of 40 ms after each wait, so that the next events come several at once."""
    response = _stream(client, model).response

    def data() -> Iterator[bytes]:
        asked = time.perf_counter()
        for piece in response.iter_bytes():
            waited = time.perf_counter() - asked
            yield piece
            if waited > 0.001:
                time.sleep(0.04)
            asked = time.perf_counter()

    for _ in _documents(data()):
        pass


def reader_thread(client: Any, model: str) -> None:
    """A thread reads the bytes into a queue, this one takes the events apart every 40 ms."""
    import queue
    import threading

    pieces: queue.SimpleQueue[bytes] = queue.SimpleQueue()
    response = _stream(client, model).response

    def read() -> None:
        for piece in response.iter_bytes():
            pieces.put(piece)
        pieces.put(b"")

    def data() -> Iterator[bytes]:
        while True:
            found = [pieces.get()]
            time.sleep(0.04)
            while not pieces.empty():
                found.append(pieces.get())
            yield b"".join(found)
            if found[-1] == b"":
                return

    thread = threading.Thread(target=read)
    thread.start()
    for _ in _documents(data()):
        pass
    thread.join()


Contender = Callable[[Any, str], None]

PEERS: dict[str, Contender] = {
    "draining": draining,
    "print": printing,
    "update_display": update_display,
    "ipywidgets.HTML": html_widget,
    "rich.Live": rich_live,
    "rich.Live each": rich_live_every,
    "chatlas": chatlas,
    "mm.show": show,
}
READERS: dict[str, Contender] = {
    "draining": draining,
    "iter_bytes": iter_bytes,
    "iter_raw": iter_raw,
    "bytes unread": iter_bytes_unread,
    "napping": napping,
    "reader thread": reader_thread,
    "mm.collect": collect,
}
EVERY = PEERS | READERS

# Quadratic in the length, and slow: beyond these many tokens one run takes minutes, so it is left out.
CAPS = {"rich.Live": 4_000, "rich.Live each": 1_000}


def run(name: str, url: str, model: str) -> float:
    """Run a contender once.

    Args:
        name: which, a key of ``EVERY``.
        url: the loopback server.
        model: what to stream, as ``loopback.Request.model``.

    Returns:
        The processor time of this process while it ran, all threads, in seconds.
    """
    from openai import OpenAI

    with OpenAI(base_url=f"{url}/v1", api_key="benchmark", max_retries=0, timeout=60) as client:
        started = time.process_time()
        EVERY[name](client, model)
        return time.process_time() - started


def _stream(client: Any, model: str) -> Any:
    return client.chat.completions.create(model=model, messages=MESSAGES, stream=True)


def _pieces(client: Any, model: str) -> Iterator[str]:
    for chunk in _stream(client, model):
        if chunk.choices and (piece := chunk.choices[0].delta.content):
            yield piece


def _documents(data: Iterator[bytes]) -> Iterator[Any]:
    """The JSON documents of an event stream whose events are single ``data:`` lines."""
    import json

    rest = b""
    for piece in data:
        *events, rest = (rest + piece).split(b"\n\n")
        for event in events:
            if event != b"data: [DONE]":
                yield json.loads(event[6:])
