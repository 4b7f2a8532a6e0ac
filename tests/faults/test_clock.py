"""A clock that jumps back or far ahead, in a stream and in a batch: no negative time, no crash, no wait without end."""

from __future__ import annotations

import re
import sys
import time
from email.utils import formatdate
from types import ModuleType, SimpleNamespace
from typing import TYPE_CHECKING, Any

import pytest

import minimax_nb as mm
from minimax_nb.batching.gate import Gate
from minimax_nb.batching.pacer import Pacer
from minimax_nb.batching.run import BatchRun
from minimax_nb.client.sdk import Client
from minimax_nb.stream.accumulator import StreamAccumulator

from ..support.chat_service import Asked, Said, Service, chat_service, echo, refuses
from ..support.faults import HELLO, Wire, events_of, wire_server
from ..support.scripted import call, client_of, message
from ..support.scripted import chunks as as_chunks

if TYPE_CHECKING:
    from collections.abc import Iterator

HOUR, YEAR = 3600.0, 31_536_000.0
JUMPS = {
    "a-second-back": -1.0,
    "an-hour-back": -HOUR,
    "a-year-back": -YEAR,
    "an-hour-ahead": HOUR,
    "a-year-ahead": YEAR,
}
EACH_JUMP = pytest.mark.parametrize("seconds", JUMPS.values(), ids=JUMPS)


class Clock:
    """Every clock that the library reads; ``jump`` moves them all."""

    def __init__(self) -> None:
        self._ahead = 0.0

    def jump(self, seconds: float) -> None:
        self._ahead += seconds

    def monotonic(self) -> float:
        return time.monotonic() + self._ahead

    def perf_counter(self) -> float:
        return time.perf_counter() + self._ahead

    def time(self) -> float:
        return time.time() + self._ahead


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    """The clock in the place of ``time`` in every module of the library, and of every default that is one."""
    found = Clock()
    module = SimpleNamespace(**{name: getattr(time, name) for name in dir(time) if not name.startswith("_")})
    module.monotonic, module.perf_counter, module.time = found.monotonic, found.perf_counter, found.time
    assert BatchRun.__module__ in sys.modules  # and with it all that a batch needs
    for name, loaded in list(sys.modules.items()):
        if name.startswith("minimax_nb.") and isinstance(getattr(loaded, "time", None), ModuleType):
            monkeypatch.setattr(loaded, "time", module)
    for kind, clock in ((StreamAccumulator, found.perf_counter), (Pacer, found.monotonic), (Gate, found.monotonic)):
        defaults = kind.__init__.__kwdefaults__ or {}
        assert "clock" in defaults
        monkeypatch.setitem(defaults, "clock", clock)
    return found


def numbers_in(value: Any) -> list[float]:
    """Every number in JSON values."""
    if isinstance(value, dict):
        return [number for each in value.values() for number in numbers_in(each)]
    if isinstance(value, list | tuple):
        return [number for each in value for number in numbers_in(each)]
    return [float(value)] if isinstance(value, int | float) and not isinstance(value, bool) else []


@EACH_JUMP
@pytest.mark.parametrize("at", [1, 2, 3, 4, 5, 6, 7])
def test_in_a_turn_with_a_tool(at: int, seconds: float, clock: Clock, capsys: pytest.CaptureFixture[str]) -> None:
    moments = iter(range(1, 100))

    def moment() -> None:
        if next(moments) == at:
            clock.jump(seconds)

    def double(x: int) -> int:
        """Double a number."""
        moment()
        return 2 * x

    def create(**request: Any) -> Iterator[Any]:
        last = request["messages"][-1]["role"] == "tool"
        answer = message("Four.") if last else message("", call("double", '{"x": 2}'), reasoning_content="Hm.")
        for chunk in as_chunks(answer):
            moment()
            yield chunk

    chat = mm.Chat(client_of(create), "MiniMax-M2.7", tools=[double])
    reply = chat("Double 2.")
    assert reply.content == "Four."
    trace = chat.trace
    assert min(numbers_in([step.to_dict() for step in trace]), default=0) >= 0
    assert min(numbers_in([one.to_dict() for one in trace.rounds]), default=0) >= 0
    assert min(numbers_in(reply.to_dict())) >= 0
    shown = f"{capsys.readouterr().out}{trace}{trace.to_html()}"
    assert not re.search(r"[-−]\d[\d.,]*\s*(?:ms|s|min|h)\b", re.sub(r"<style.*?</style>", "", shown, flags=re.DOTALL))


@EACH_JUMP
def test_in_a_reply_of_the_sdk(seconds: float, clock: Clock) -> None:
    untimed = (event.replace(b'"minimax_nb"', b'"other"') for event in events_of(HELLO))  # its own times are not ours
    with wire_server(Wire(tuple(untimed))) as server:
        client = Client(base_url=server.base_url, api_key="k", max_retries=0)
        source = client.chat.completions.create(
            model="MiniMax-M2.7", messages=[{"role": "user", "content": HELLO}], stream=True
        )
        heard: list[object] = []

        def hear(event: object) -> None:
            heard.append(event)
            if len(heard) == 3:
                clock.jump(seconds)

        reply = mm.collect(source, on_event=hear)
    assert reply.complete
    assert reply.timing.first_token_s is not None
    assert min(numbers_in(reply.timing.to_dict())) >= 0


@pytest.fixture
def rows() -> Iterator[Service]:
    with chat_service() as service:
        yield service


def asked(service: Service, **settings: Any) -> Any:
    texts = [f"row {number}" for number in range(12)]
    options = {"max_concurrency": 2, "progress": False, **settings}
    return mm.batch(texts, "{text}", client=service.client(), model="MiniMax-M2.7", **options)


@EACH_JUMP
@pytest.mark.parametrize("pace", [None, 60_000], ids=["unpaced", "paced"])
def test_in_a_batch(seconds: float, pace: int | None, rows: Service, clock: Clock) -> None:
    def answer(one: Asked) -> Said:
        if one.text == "row 4":
            clock.jump(seconds)
        return echo(one)

    rows.answer = answer
    out = asked(rows, requests_per_minute=pace, tokens_per_minute=None)
    assert list(out.reply) == [f"ROW {number}" for number in range(12)]
    assert (out.seconds >= 0).all()
    assert not (out.tokens_per_s < 0).any()
    assert out.attrs["minimax_nb"]["stopped"] == "complete"


@EACH_JUMP
def test_in_a_batch_that_is_told_to_wait(
    seconds: float, rows: Service, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("minimax_nb.batching.pacer._FIRST_PAUSE_S", 0.02)
    monkeypatch.setattr("minimax_nb.batching.pacer._LONGEST_SPACE_S", 0.01)
    refused: list[str] = []

    def answer(one: Asked) -> Said:
        if one.text == "row 4" and not refused:
            refused.append(one.text)
            clock.jump(seconds)
            return refuses(1002, "rate limit")
        return echo(one)

    rows.answer = answer
    out = asked(rows, requests_per_minute=None, tokens_per_minute=None)
    assert refused
    assert list(out.reply) == [f"ROW {number}" for number in range(12)]
    assert (out.seconds >= 0).all()


@EACH_JUMP
def test_a_date_to_wait_for_is_read_by_the_services_own_clock(
    seconds: float, rows: Service, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("minimax_nb.batching.sender._FIRST_BACKOFF_S", 0.01)
    clock.jump(seconds)
    now = time.time()
    refused: list[str] = []

    def answer(one: Asked) -> Said:
        if not refused:
            refused.append(one.text)
            until = formatdate(now, usegmt=True)
            return refuses(1000, "busy", status=500, Retry_After=until, Date=until)
        return echo(one)

    rows.answer = answer
    out = asked(rows)
    assert refused
    assert out.reply.notna().all()
