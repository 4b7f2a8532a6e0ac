from __future__ import annotations

import threading
from typing import Any

import pytest

import minimax_nb as mm
from minimax_nb import Origin, Reply, StreamCutError, Usage
from minimax_nb.analysis import frames
from minimax_nb.message import usage_log as ledger
from minimax_nb.stream import last_reply

from ..support.scripted import chunks, completion, message

USAGE = Usage(1000, 500, reasoning_tokens=200, cached_tokens=None, total_tokens=1500)


@pytest.fixture(autouse=True)
def fresh(monkeypatch: pytest.MonkeyPatch) -> ledger.UsageLog:
    """A ledger of this test alone."""
    session = ledger.UsageLog()
    for module in (ledger, last_reply, frames):
        monkeypatch.setattr(module, "session", session)
    return session


def reply(name: str | None = "MiniMax-M2.7", *, kind: Any = "service", **more: object) -> Reply:
    host = "api.minimax.io" if kind == "service" else None
    given: dict[str, Any] = {"content": "Hi.", "model": name, "usage": USAGE, "origin": Origin(kind, host), **more}
    return Reply(**given)


def test_a_session_that_read_nothing_has_an_empty_table() -> None:
    table = mm.usage()
    assert len(table) == 0
    assert table.index.name == "model"
    assert list(table.columns)[:2] == ["origin", "replies"]


def test_each_reply_is_counted_once_however_often_it_is_read() -> None:
    stream = chunks(message("Hi."))
    first = mm.collect(stream)
    mm.collect(stream)
    mm.collect(first)
    mm.collect(Reply.from_dict(first.to_dict()))
    assert mm.usage().loc["MiniMax-M2.7", "replies"] == 1
    mm.collect(completion(message("Hi."), "stop") | {"id": "another"})
    assert mm.usage().loc["MiniMax-M2.7", "replies"] == 2


def test_a_reply_of_which_only_a_value_is_shown_is_not_counted() -> None:
    mm.collect(reply(id="from a file"))
    assert len(mm.usage()) == 0


def test_tokens_and_dollars_add_up_by_model_and_origin(fresh: ledger.UsageLog) -> None:
    for number, each in enumerate((reply(), reply(), reply("MiniMax-M2"), reply(kind="practice"), reply(None))):
        fresh.count(Reply.from_dict({**each.to_dict(), "id": str(number)}))
    table = mm.usage().reset_index()
    assert list(table["model"]) == ["MiniMax-M2.7", "MiniMax-M2", "MiniMax-M2.7", "unknown"]
    assert list(table["origin"]) == ["service", "service", "practice", "service"]
    assert list(table["replies"]) == [2, 1, 1, 1]
    assert list(table["completion_tokens"]) == [1000, 500, 500, 500]
    assert table["cached_tokens"].isna().all()
    assert table.loc[0, "cost_usd"] == pytest.approx(2 * (1000 * 0.30 + 500 * 1.20) / 1e6)
    assert table.loc[2, "cost_usd"] == 0
    assert table.loc[3].isna()["cost_usd"]
    assert list(table["unpriced"]) == [0, 0, 0, 1]


def test_a_reply_without_counts_is_told_apart(fresh: ledger.UsageLog) -> None:
    fresh.count(reply())
    with pytest.raises(StreamCutError):
        mm.collect(_cut())
    table = mm.usage().reset_index()
    assert list(table["uncounted"]) == [0, 1]
    assert table["prompt_tokens"].isna().tolist() == [False, True]


def _cut() -> object:
    yield chunks(message("Half an"))[0]
    raise ConnectionError("gone")


@pytest.mark.parametrize("garbage", [[], [{"hello": 1}], ["data: no\n"]])
def test_what_was_no_reply_is_not_counted(garbage: list[object]) -> None:
    with pytest.raises(mm.StreamFormatError):
        mm.collect(garbage)
    assert len(mm.usage()) == 0


def test_replies_without_an_id_are_all_counted(fresh: ledger.UsageLog) -> None:
    fresh.count(reply())
    fresh.count(reply())
    assert mm.usage().loc["MiniMax-M2.7", "replies"] == 2


def test_threads_count_together(fresh: ledger.UsageLog) -> None:
    threads = [
        threading.Thread(target=lambda n=n: [fresh.count(reply(id=f"{n}-{i % 50}")) for i in range(200)])
        for n in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    assert sum(one.replies for one in fresh.spent()) == 4 * 50


def test_fresh_replies_are_counted_whatever_their_id_and_leave_nothing_behind(fresh: ledger.UsageLog) -> None:
    for _ in range(1000):
        fresh.count(reply(id="the same for all"), fresh=True)
    assert mm.usage().loc["MiniMax-M2.7", "replies"] == 1000
    assert not fresh._known
    assert len(fresh.spent()) == 1


def test_what_was_spent_is_told_as_of_now(fresh: ledger.UsageLog) -> None:
    fresh.count(reply(id="1"))
    (before,) = fresh.spent()
    fresh.count(reply(id="2"))
    assert before.replies == 1
