"""The pace over simulated hours: it holds, it is used, it drops when the service refuses and rises when it is free."""

from __future__ import annotations

import heapq
import threading
from collections import deque
from typing import TYPE_CHECKING, Any

import pytest

from minimax_nb.batching.pacer import BURST, Pacer, shared_pacer

if TYPE_CHECKING:
    from collections.abc import Callable

HOUR_S = 3600.0


class Clock:
    now = 1000.0

    def __call__(self) -> float:
        return self.now


class Simulation:
    """Workers who ask as the sender does: one waits for a place, the others for their answers.

    Attributes:
        sent: when a request was sent, in seconds from the start.
        refused: when one was refused.
        tokens: when one was accepted, and what it cost.
    """

    def __init__(
        self,
        pacer: Pacer,
        clock: Clock,
        seconds: float,
        *,
        workers: int = 32,
        latency_s: float = 1.0,
        estimate: int = 400,
        cost: int = 400,
        accepts: Callable[[float], bool] = lambda _: True,
        pause_s: float | None = None,
    ) -> None:
        self.sent: list[float] = []
        self.refused: list[float] = []
        self.tokens: list[tuple[float, int]] = []
        start, waiting, going = clock.now, workers, False
        events: list[tuple[float, int, str, Any]] = []

        def push(after_s: float, kind: str, generation: int = 0) -> None:
            heapq.heappush(events, (clock.now + after_s, len(self.sent) * 10**6 + len(events), kind, generation))

        while True:
            if not going and waiting:
                generation = pacer.generation
                push(pacer.place(estimate), "go", generation)
                waiting, going = waiting - 1, True
            at, _, kind, generation = heapq.heappop(events)
            if at > start + seconds:
                break
            clock.now = max(clock.now, at)
            if kind == "go":
                going = False
                if generation != pacer.generation:
                    pacer.settle(estimate, 0)
                    waiting += 1
                    continue
                accepted = accepts(clock.now - start)
                self.sent.append(clock.now - start)
                if accepted:
                    self.tokens.append((clock.now - start, cost))
                push(latency_s if accepted else 0.05, "answer" if accepted else "refusal", generation)
                continue
            waiting += 1
            if kind == "answer":
                pacer.answered()
                pacer.settle(estimate, cost)
            else:
                self.refused.append(clock.now - start)
                pacer.refused(generation, pause_s)
                pacer.settle(estimate, 0)

    def between(self, begin: float, end: float) -> int:
        return sum(begin <= at < end for at in self.sent)


def busiest(events: list[tuple[float, int]], window_s: float = 60.0) -> int:
    """The most that falls into any window."""
    most = total = first = 0
    for at, weight in events:
        total += weight
        while events[first][0] <= at - window_s:
            total -= events[first][1]
            first += 1
        most = max(most, total)
    return most


def ones(times: list[float]) -> list[tuple[float, int]]:
    return [(at, 1) for at in times]


@pytest.mark.parametrize(("workers", "latency_s"), [(32, 0.5), (128, 10.0), (1, 0.01)])
@pytest.mark.parametrize("rpm", [20, 200, 500])
def test_no_minute_of_an_hour_holds_more_than_allowed_and_nearly_all_is_used(
    rpm: int, workers: int, latency_s: float
) -> None:
    clock = Clock()
    run = Simulation(Pacer(rpm, None, clock=clock), clock, HOUR_S, workers=workers, latency_s=latency_s)
    assert busiest(ones(run.sent)) <= rpm + BURST
    assert busiest(ones(run.sent), 1.0) <= rpm / 60 + BURST + 1
    assert len(run.sent) >= 0.95 * rpm * 60


def test_after_a_rest_there_is_one_burst_and_no_more() -> None:
    clock = Clock()
    pacer = Pacer(60, None, clock=clock)
    pacer.place()
    clock.now += 1000
    waits = [pacer.place() for _ in range(12)]
    assert waits == [0.0] * 8 + [1.0, 2.0, 3.0, 4.0]


def test_without_limits_nobody_waits() -> None:
    clock = Clock()
    pacer = Pacer(None, None, clock=clock)
    assert [pacer.place(10**9) for _ in range(1000)] == [0.0] * 1000


@pytest.mark.parametrize(
    ("estimate", "cost", "latency_s"),
    [(4_000, 4_000, 5.0), (3_500, 4_000, 20.0), (4_500, 4_000, 20.0), (2_000, 4_000, 1.0)],
)
def test_tokens_hold_and_are_used_where_the_estimate_is_off(estimate: int, cost: int, latency_s: float) -> None:
    clock = Clock()
    tpm, workers = 1_000_000, 100
    run = Simulation(
        Pacer(None, tpm, clock=clock),
        clock,
        HOUR_S,
        workers=workers,
        latency_s=latency_s,
        estimate=estimate,
        cost=cost,
    )
    most = busiest(run.tokens)
    assert most <= tpm * (64 / 60) + workers * max(cost - estimate, 0) + cost
    settled = [event for event in run.tokens if event[0] > 120]
    assert busiest(settled) <= tpm * 1.15
    assert sum(weight for _, weight in run.tokens) >= 0.95 * tpm * 60


def test_tokens_that_were_used_beyond_the_estimate_are_waited_for_however_late_it_shows() -> None:
    clock = Clock()
    pacer = Pacer(None, 60_000, clock=clock)  # 1,000 a second, 4,000 at once
    assert pacer.place(1_000) == 0
    clock.now += 30  # the answer took so long
    pacer.settle(1_000, 21_000)
    assert pacer.place(1_000) == pytest.approx(16.0)


def test_tokens_that_were_not_used_are_given_back() -> None:
    clock = Clock()
    pacer = Pacer(None, 60_000, clock=clock)
    assert pacer.place(10_000) == 0
    pacer.settle(10_000, 1_000)
    assert pacer.place(1_000) == 0


@pytest.mark.parametrize("rpm", [500, None], ids=["paced", "not paced"])
@pytest.mark.parametrize("a_second", [1, 2, 5])
def test_refused_it_slows_down_within_seconds_and_free_again_it_speeds_up(a_second: int, rpm: int | None) -> None:
    clock, accepted = Clock(), deque[float]()

    def accepts(at: float) -> bool:
        if not 300 <= at < 900:
            return True
        while accepted and accepted[0] <= at - 1:
            accepted.popleft()
        if len(accepted) >= a_second:
            return False
        accepted.append(at)
        return True

    pacer = Pacer(rpm, None, clock=clock, jitter=lambda: 0.5)
    run = Simulation(pacer, clock, 1500, accepts=accepts)
    assert run.between(305, 315) <= 12 * a_second  # it came to hundreds before
    assert len(run.refused) <= 100  # in ten minutes
    answered = run.between(320, 900) - sum(at >= 320 for at in run.refused)
    assert answered >= 0.45 * a_second * 580
    assert run.between(980, 990) >= 0.9 * min((rpm or 10**6) / 60, 32) * 10
    assert busiest(ones([at for at in run.sent if at >= 900])) <= (rpm or 10**6) + BURST


def test_a_service_that_refuses_everything_is_asked_less_and_less_but_still_asked() -> None:
    clock = Clock()
    run = Simulation(Pacer(500, None, clock=clock, jitter=lambda: 0.5), clock, HOUR_S, accepts=lambda _: False)
    assert 30 <= len(run.sent) <= 150
    gaps = [later - sooner for sooner, later in zip(run.sent[20:], run.sent[21:], strict=False)]
    assert max(gaps) <= 100


def test_a_pause_that_the_service_asks_for_holds_for_all() -> None:
    clock = Clock()
    pacer = Pacer(500, None, clock=clock)
    before = pacer.generation
    assert pacer.refused(before, 30.0) == 30.0
    assert pacer.held_s == 30.0
    assert pacer.generation > before  # places given out are none any more
    assert pacer.refused(before, 5.0) == 30.0  # a shorter one does not end it
    assert pacer.refused(before) == 30.0
    waits = [pacer.place() for _ in range(3)]
    assert waits[0] == 30.0
    assert waits[1] > 30.0  # no herd when it ends
    clock.now += 31
    assert pacer.held_s == 0


def test_refusals_of_a_moment_count_once() -> None:
    clock = Clock()
    one, many = (Pacer(None, None, clock=clock, jitter=lambda: 0.5) for _ in range(2))
    for pacer in (one, many):
        for _ in range(32):
            pacer.place()
    clock.now += 0.1
    sent = one.generation
    one.refused(sent)
    for _ in range(32):
        many.refused(sent)
        clock.now += 0.25  # long after the pause has ended, and nothing was sent meanwhile
    assert many.generation == one.generation == sent + 1
    waits = [many.place() for _ in range(3)]
    assert waits == [pytest.approx(0.00625 * at, abs=0.003) for at in range(3)]  # twice what it was, and no more


def test_pauses_grow_while_nothing_is_answered() -> None:
    clock = Clock()
    pacer = Pacer(None, None, clock=clock, jitter=lambda: 0.5)
    pauses = []
    for _ in range(9):
        pauses.append(pacer.refused(pacer.generation))
        clock.now += pauses[-1]
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    pacer.answered()
    assert pacer.refused(pacer.generation) == 1


@pytest.mark.parametrize("rpm", [1, 2])
def test_a_limit_below_one_a_refusal_is_kept(rpm: int) -> None:
    clock = Clock()
    run = Simulation(Pacer(rpm, None, clock=clock), clock, HOUR_S, accepts=lambda at: at > 60)
    assert busiest(ones(run.sent)) <= rpm + BURST
    assert busiest(ones([at for at in run.sent if at > 600])) <= rpm + BURST


def test_after_an_outage_it_is_soon_as_fast_as_before() -> None:
    clock = Clock()
    run = Simulation(
        Pacer(500, None, clock=clock, jitter=lambda: 0.5), clock, 400, accepts=lambda at: not 100 <= at < 200
    )
    assert run.between(100, 200) <= 20
    assert run.between(250, 300) >= 0.95 * 500 / 60 * 50


def test_an_account_has_one_pacer_whatever_the_run() -> None:
    one = shared_pacer("me", "m", 500, None)
    assert shared_pacer("me", "m", 500, None) is one
    assert shared_pacer("you", "m", 500, None) is not one
    assert shared_pacer("me", "n", 500, None) is not one


def test_threads_share_it() -> None:
    clock = Clock()
    pacer = Pacer(60, None, clock=clock)
    waits: list[float] = []

    def ask() -> None:
        waits.extend(pacer.place() for _ in range(100))

    threads = [threading.Thread(target=ask) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(10)
    assert sorted(waits) == [0.0] * 8 + [float(second) for second in range(1, 393)]


@pytest.mark.parametrize("start", [-1e9, 0.0, 1e9])
@pytest.mark.parametrize("back_s", [0.5, HOUR_S, 1e8])
def test_a_clock_that_is_set_back_makes_nobody_wait_longer(start: float, back_s: float) -> None:
    clock = Clock()
    clock.now = start
    pacer = Pacer(60, 60_000, burst=1, clock=clock, jitter=lambda: 0.5)
    assert pacer.place(100) == 0.0
    clock.now -= back_s
    assert pacer.place(100) == pytest.approx(1.0)
    pause = pacer.refused(pacer.generation)
    clock.now -= back_s
    assert pacer.held_s == pytest.approx(pause)
    clock.now += pause
    assert pacer.held_s == pytest.approx(0.0, abs=1e-6)
    assert pacer.place(100) <= 2.1
