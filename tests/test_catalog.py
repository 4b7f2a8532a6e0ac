from __future__ import annotations

import re
from dataclasses import FrozenInstanceError

import pytest

from minimax_nb import Origin, Reply, Usage
from minimax_nb.catalog import FORMER_NAMES, MODELS, Model, cost_usd, find

from .support.recordings import SHARED

PAGE = SHARED / "reference" / "openai-compatible-api-page.txt"


@pytest.mark.skipif(not PAGE.exists(), reason="the page is not part of this checkout")
def test_the_table_of_the_page_stands_first_in_its_order_and_figures() -> None:
    rows = re.findall(r"^\| (MiniMax-\S+) \| ([\d,]+) \| (.*) \|$", PAGE.read_text(encoding="utf-8"), re.MULTILINE)
    on_page = [
        (name, int(window.replace(",", "")), int(speed[1]) if (speed := re.search(r"(\d+) tps", text)) else None)
        for name, window, text in rows
    ]
    assert len(on_page) == 7
    assert [(m.name, m.context_window, m.tokens_per_s) for m in MODELS[:7]] == on_page
    assert [m.on_page for m in MODELS] == [True] * 7 + [False] * (len(MODELS) - 7)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_every_figure_has_a_source_with_a_date(model: Model) -> None:
    said = {name for source in model.sources for name in source.says.split(", ")}
    given = {
        name for name in ("context_window", "max_output", "prices", "temperature", "thinking") if getattr(model, name)
    }
    assert given <= said
    assert "status" in said
    assert said <= set(Model.__slots__)
    assert all(source.who and re.fullmatch(r"2026-\d\d(-\d\d)?", source.date) for source in model.sources)


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model.name)
def test_figures_hang_together(model: Model) -> None:
    assert model.max_output is not None
    assert model.max_output <= model.context_window
    for price in model.prices:
        assert price.cache_read is not None
        assert 0 < price.cache_read < price.input < price.output


def test_models_are_found_in_any_case_and_unknown_ones_are_not() -> None:
    assert find("minimax-m2.7 ") is MODELS[0]
    assert find("MiniMax-M9") is None
    assert find("") is None


def test_former_names_lead_to_models_of_today() -> None:
    assert all(find(old) is None and find(new) for old, new in FORMER_NAMES.items())


def test_a_model_cannot_be_changed() -> None:
    with pytest.raises(FrozenInstanceError):
        MODELS[0].context_window = 1  # type: ignore[misc]


@pytest.mark.parametrize(
    ("model", "prompt", "completion", "cached", "dollars"),
    [
        ("MiniMax-M2.7", 1_000_000, 0, None, 0.30),
        ("MiniMax-M2.7", 0, 1_000_000, None, 1.20),
        ("MiniMax-M2.7", 1_000_000, 1_000_000, 1_000_000, 0.06 + 1.20),
        ("MiniMax-M2.7", 769, 100, 443, (326 * 0.30 + 443 * 0.06 + 100 * 1.20) / 1e6),
        ("MiniMax-M2.7-highspeed", 1_000, 1_000, 0, (0.60 + 2.40) / 1e3),
        ("minimax-m2.1", 1_000, 1_000, 500, (0.15 + 0.015 + 1.20) / 1e3),
        ("MiniMax-M3", 512_000, 0, None, 0.512 * 0.30),
        ("MiniMax-M3", 600_000, 1_000, 100_000, (500_000 * 0.60 + 100_000 * 0.12 + 1_000 * 2.40) / 1e6),
        ("MiniMax-M3.1-Flash", 30_418, 10, 30_416, (2 * 0.15 + 30_416 * 0.015 + 10 * 0.60) / 1e6),
        ("MiniMax-M2", 0, 0, 0, 0.0),
    ],
)
def test_a_reply_costs_what_the_prices_say(
    model: str, prompt: int, completion: int, cached: int | None, dollars: float
) -> None:
    usage = Usage(prompt_tokens=prompt, completion_tokens=completion, cached_tokens=cached)
    assert cost_usd(model, usage) == pytest.approx(dollars)
    assert cost_usd(find(model), usage) == cost_usd(model, usage)


@pytest.mark.parametrize(
    ("model", "usage"),
    [
        ("MiniMax-M9", Usage(1, 1)),
        (None, Usage(1, 1)),
        ("MiniMax-M2", Usage()),
        ("MiniMax-M2", Usage(prompt_tokens=1)),
        ("MiniMax-M2", Usage(completion_tokens=1)),
        ("MiniMax-M2", Usage(10, 1, cached_tokens=11)),
        ("MiniMax-M2", Usage(10, 1, cached_tokens=-1)),
        ("MiniMax-M2", Usage(-10, 1)),
        ("MiniMax-M2", Usage(10, -1)),
        ("MiniMax-M3", Usage(512_001, 1)),
        ("MiniMax-M3", Usage(524_288, 1)),
        (Model("no prices", 1, ""), Usage(1, 1)),
    ],
)
def test_what_is_not_known_costs_none_rather_than_a_guess(model: str | Model | None, usage: Usage) -> None:
    assert cost_usd(model, usage) is None


USED = Usage(prompt_tokens=1_000_000, completion_tokens=1_000_000)


@pytest.mark.parametrize(
    ("origin", "cost"),
    [
        (None, 1.50),
        (Origin("service"), 1.50),
        (Origin("service", "api.minimax.io"), 1.50),
        (Origin("service", "api-uw.minimax.io"), 1.50),
        (Origin("service", "api.minimaxi.com"), None),
        (Origin("service", "api.minimax.cn"), None),
        (Origin("service", "openrouter.ai"), None),
        (Origin("service", "127.0.0.1"), None),
        (Origin("service", "notminimax.io"), None),
        (Origin("service", "minimax.io.evil.example"), None),
        (Origin("recorded", "api.minimax.io"), 0.0),
        (Origin("authored"), 0.0),
        (Origin("practice"), 0.0),
    ],
)
def test_a_reply_knows_what_it_cost_where_it_came_from(origin: Origin | None, cost: float | None) -> None:
    assert Reply(model="MiniMax-M2.7", usage=USED, origin=origin).cost == cost


def test_a_reply_without_counts_or_of_an_unknown_model_has_no_known_cost() -> None:
    assert Reply(model="MiniMax-M2.7").cost is None
    assert Reply(model="gpt", usage=USED).cost is None
    assert Reply(usage=USED).cost is None
