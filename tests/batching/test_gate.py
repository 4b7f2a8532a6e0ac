"""The gate: never more in flight than it lets in, fewer after a refusal, more again after clean stretches."""

from __future__ import annotations

import asyncio

import pytest

from minimax_nb.batching.gate import Gate


class Clock:
    now = 100.0

    def __call__(self) -> float:
        return self.now


def opened(most: int) -> tuple[Gate, Clock]:
    clock = Clock()
    return Gate(most, clock=clock), clock


def test_never_more_are_inside_than_may_be() -> None:
    async def main() -> int:
        gate, most = Gate(3), 0

        async def one() -> None:
            nonlocal most
            await gate.enter()
            most = max(most, gate.inside)
            await asyncio.sleep(0)
            gate.leave()

        await asyncio.gather(*(one() for _ in range(50)))
        assert gate.inside == 0
        return most

    assert asyncio.run(main()) == 3


def test_a_refusal_halves_the_limit_once_for_all_of_a_moment() -> None:
    gate, clock = opened(32)
    for _ in range(16):
        gate.narrow()
        clock.now += 0.1
    assert gate.limit == 16
    clock.now += 1
    gate.narrow()
    assert gate.limit == 8
    for _ in range(10):
        clock.now += 2
        gate.narrow()
    assert gate.limit == 1


def test_after_each_clean_stretch_one_more_is_let_in_up_to_the_most() -> None:
    async def main() -> list[int]:
        gate, clock = opened(4)
        gate.narrow()
        limits = []
        for _ in range(40):
            clock.now += 0.25
            await gate.enter()
            gate.leave()
            limits.append(gate.limit)
        return limits

    limits = asyncio.run(main())
    assert limits[:8] == [2] * 7 + [3]
    assert limits[-1] == 4


def test_refusals_all_the_time_never_widen_it() -> None:
    async def main() -> list[int]:
        gate, clock = opened(32)
        limits = []
        for _ in range(200):
            clock.now += 0.1
            await gate.enter()
            gate.leave()  # the answers come before the refusals: neither order may matter
            gate.narrow()
            limits.append(gate.limit)
        return limits

    limits = asyncio.run(main())
    assert limits == sorted(limits, reverse=True)
    assert limits[-1] == 1


def test_a_limit_that_grows_lets_in_those_who_wait() -> None:
    async def main() -> int:
        gate, clock = opened(2)
        gate.narrow()
        await gate.enter()
        waiting = [asyncio.create_task(gate.enter()) for _ in range(3)]
        await asyncio.sleep(0)
        clock.now += 2
        gate.leave()
        for _ in range(5):  # they are called by way of their loop, which may be another
            await asyncio.sleep(0)
        entered = sum(task.done() for task in waiting)
        for task in waiting:
            task.cancel()
        return entered

    assert asyncio.run(main()) == 2


@pytest.mark.parametrize("which", [0, 1])
def test_who_gives_up_waiting_takes_no_place_from_the_next(which: int) -> None:
    async def main() -> bool:
        gate = Gate(1)
        await gate.enter()
        waiting = [asyncio.create_task(gate.enter()) for _ in range(2)]
        await asyncio.sleep(0)
        gate.leave()  # the first is called, and gives up before it has gone in; or the second does
        waiting[which].cancel()
        done, _ = await asyncio.wait(waiting, timeout=1)
        return len(done) == 2 and gate.inside == 1

    assert asyncio.run(main())
