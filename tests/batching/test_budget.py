"""The budget: reserved before sending, settled after, overshot by what is in flight at most."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from minimax_nb.batching.budget import Budget
from minimax_nb.errors import ConfigurationError
from minimax_nb.message.reply import Reply, Usage

MODEL = "MiniMax-M2.7"


def reply(prompt: int, completion: int) -> Reply:
    return replace(Reply(), usage=Usage(prompt, completion), model=MODEL)


def test_without_limits_nothing_is_ever_spent() -> None:
    budget = Budget("unknown", None, None)
    assert all(budget.reserve(budget.estimate(10**9)) for _ in range(100))
    budget.add(Usage(10**9, 10**9), None)
    assert not budget.spent


def test_money_without_a_price_is_refused_with_what_to_do() -> None:
    with pytest.raises(ConfigurationError, match="got 'my-model': use max_tokens_total instead"):
        Budget("my-model", 1.0, None)
    Budget("my-model", None, 100)


@pytest.mark.parametrize(("cost", "tokens"), [(0.0, None), (None, 0)])
def test_a_budget_of_nothing_is_spent_already(cost: float | None, tokens: int | None) -> None:
    budget = Budget(MODEL, cost, tokens)
    assert budget.spent
    assert not budget.reserve(budget.estimate(1))


def test_costs_that_are_not_known_count_by_the_list_price() -> None:
    budget = Budget(MODEL, 1.0, None)
    budget.add(Usage(1_000_000, 0), None)
    assert budget.dollars == pytest.approx(0.30)
    budget.add(Usage(1_000_000, 0), 0.05)  # what is billed goes before
    assert budget.dollars == pytest.approx(0.35)
    assert budget.tokens == 2_000_000


def test_what_is_reserved_is_not_given_twice_and_comes_back() -> None:
    budget = Budget(MODEL, None, 1000)
    one = budget.estimate(0)
    assert budget.reserve(one)
    assert budget.reserve(one)
    assert not budget.reserve(one)  # 3 × 401
    budget.release(one)
    assert budget.reserve(one)


def test_a_single_request_may_go_however_dear_it_looks() -> None:
    budget = Budget(MODEL, None, 10)
    dear = budget.estimate(100_000)
    assert budget.reserve(dear)
    assert not budget.reserve(dear)
    budget.release(dear)
    budget.count(reply(9, 0))
    assert budget.reserve(dear)
    budget.release(dear)
    budget.count(reply(1, 0))
    assert budget.spent
    assert not budget.reserve(dear)


def test_the_estimate_learns_from_prompts_and_replies() -> None:
    budget = Budget(MODEL, None, None)
    assert budget.estimate(3000).tokens == 1001 + 400
    for _ in range(4):
        budget.count(reply(600, 50), characters=3000)
    assert budget.estimate(3000).tokens == 601 + 50
    assert budget.estimate(1500).dollars == pytest.approx((301 * 0.30 + 50 * 1.20) / 1e6)


@given(st.lists(st.tuples(st.integers(0, 5000), st.integers(0, 5000)), min_size=1), st.integers(1, 20_000))
def test_it_is_overshot_by_what_is_in_flight_at_most(costs: list[tuple[int, int]], most: int) -> None:
    budget = Budget(MODEL, None, most)
    waiting, last = list(costs), 0
    while waiting and not budget.spent:
        flying = []
        while waiting and len(flying) < 4 and budget.reserve(wanted := budget.estimate(3 * waiting[0][0])):
            flying.append((wanted, *waiting.pop(0)))
        assert flying  # a budget that is not spent lets one go, so nobody waits for ever
        last = 0
        for wanted, prompt, completion in flying:
            budget.release(wanted)
            budget.count(reply(prompt, completion), 3 * prompt)
            last += prompt + completion
    assert budget.tokens - last < most
    assert budget.spent or not waiting
