"""When frames go: three limits, on a clock of our own."""

from __future__ import annotations

from itertools import pairwise

import pytest

from minimax_nb.widgets.throttle import BYTES_PER_TEXT_BYTE, HOLDS, INTERVAL_S, RENDER_SHARE, Throttle


def frames(throttle: Throttle, *, rate: float, seconds: float, size: int = 90, busy: float = 0.0005) -> list[float]:
    """The moments at which frames go while ``rate`` bytes of text arrive a second."""
    went, now = [], 0.0
    while now < seconds:
        throttle.text = int(rate * now)
        if (delay := throttle.delay(now)) > 0:
            now += delay
            continue
        throttle.went(now, busy, size)
        went.append(now)
        now += 1e-6
    return went


def gaps(moments: list[float]) -> list[float]:
    return [after - before for before, after in pairwise(moments)]


def test_the_first_frame_goes_at_once() -> None:
    assert Throttle().delay(12.5) == 0


def test_frames_keep_the_smallest_interval() -> None:
    assert min(gaps(frames(Throttle(), rate=100_000, seconds=5))) >= INTERVAL_S - 1e-9


def test_slow_rendering_makes_frames_rare() -> None:
    first, *others = gaps(frames(Throttle(), rate=100_000, seconds=20, busy=0.02))
    assert first < min(others)
    assert min(others) >= 0.02 / RENDER_SHARE - 1e-9


def test_a_single_slow_frame_does_not_stop_the_view() -> None:
    throttle = Throttle(text=10_000)
    for busy in (0.001, 0.5, 0.001):
        throttle.went(0.0, busy, 90)
        assert throttle.delay(INTERVAL_S) == 0


@pytest.mark.parametrize("rate", [200, 450, 1800])
def test_the_bytes_stay_in_proportion_to_the_text(rate: int) -> None:
    throttle = Throttle()
    frames(throttle, rate=rate, seconds=60)
    assert throttle.sent <= BYTES_PER_TEXT_BYTE * throttle.text + HOLDS[1][0]


def test_a_reply_begins_at_once_though_its_opening_is_not_paid_for() -> None:
    moments = frames(Throttle(sent=750), rate=450, seconds=2)
    assert moments[0] == 0
    assert max(gaps(moments)) <= HOLDS[1][1] + INTERVAL_S


def test_text_is_held_back_for_half_a_second_at_most() -> None:
    throttle = Throttle(sent=10_000_000)
    throttle.went(0.0, 0.0, 0)
    moments = frames(throttle, rate=1, seconds=10)
    assert max(gaps(moments)) <= HOLDS[-1][1] + INTERVAL_S


def test_one_large_frame_does_not_stop_the_view() -> None:
    throttle = Throttle()
    before = frames(throttle, rate=450, seconds=20)
    throttle.went(20.0, 0.001, 1500)
    throttle.size = 90
    assert throttle.delay(20.2) == 0
    assert len(before) > 60
