"""Every error comes out of another process as it went in: its class, its words, what it holds."""

from __future__ import annotations

import importlib
import pickle
import pkgutil
from typing import Any

import pytest

import minimax_nb
from minimax_nb import errors
from minimax_nb.batching.checkpoint import CheckpointInUseError
from minimax_nb.batching.rows import RowError
from minimax_nb.client.sdk import OutsideBlockError, TapeMissError
from minimax_nb.client.unreadable import UnreadableBodyError
from minimax_nb.message.reply import Reply, Usage
from minimax_nb.server.recording.proxy import httpx

REPLY = Reply(model="m", content="half", usage=Usage(3, 4), partial_reason="cut")

MADE = [
    errors.MinimaxNbError("words"),
    errors.ConfigurationError("words"),
    errors.StreamError("words", reply=REPLY),
    errors.StreamCutError("words", reply=REPLY),
    errors.StreamTimeoutError("words", reply=REPLY),
    errors.StreamFormatError("words", reply=REPLY),
    errors.StreamServiceError("words", reply=REPLY, code=1002),
    errors.HistoryError("words", findings=["a finding"]),
    errors.ToolError("words"),
    errors.UnknownToolError("words"),
    errors.ToolArgumentsError("words"),
    errors.TurnLimitError("words", messages=[{"role": "user", "content": "?"}]),
    errors.ResponseFormatError("words", reply=REPLY),
    errors.BatchError("words", result={"reply": ["a"]}),
    errors.TapeError("words"),
    errors.TapeFormatError("words", path="turns[0]"),
    errors.NoMatchError("words"),
    CheckpointInUseError("words"),
    RowError("7", "expected a value"),
    UnreadableBodyError("words", reply=REPLY),
]


def _by_status(kind: Any) -> Any:
    asked = httpx.Request("POST", "http://127.0.0.1/v1/chat/completions")
    return kind("words", response=httpx.Response(404, request=asked, json={}), body={"error": "words"})


def _kinds(root: type) -> set[type]:
    return {root}.union(*(_kinds(kind) for kind in root.__subclasses__()))


@pytest.mark.parametrize("error", MADE, ids=lambda error: type(error).__name__)
def test_an_error_is_the_same_after_pickling(error: errors.MinimaxNbError) -> None:
    error.__dict__["hint"] = "do this"
    found = pickle.loads(pickle.dumps(error))
    assert type(found) is type(error)
    assert str(found) == str(error)
    assert found.args == error.args
    assert found.__dict__ == error.__dict__


@pytest.mark.parametrize("kind", [TapeMissError, OutsideBlockError])
def test_errors_that_are_openai_s_too_are_the_same_after_pickling(kind: Any) -> None:
    error = _by_status(kind)
    found = pickle.loads(pickle.dumps(error))
    assert type(found) is kind
    assert (str(found), found.body, found.status_code) == (str(error), error.body, 404)


def test_an_interrupt_keeps_its_reply() -> None:
    found = pickle.loads(pickle.dumps(errors.StreamInterrupted(REPLY)))
    assert found.reply == REPLY
    assert str(found) == str(errors.StreamInterrupted(REPLY))


def test_no_error_of_the_library_is_left_out() -> None:
    for module in pkgutil.walk_packages(minimax_nb.__path__, "minimax_nb."):
        if not module.name.endswith("__main__"):
            importlib.import_module(module.name)
    tried = {type(error) for error in MADE} | {TapeMissError, OutsideBlockError}
    ours = {kind for kind in _kinds(errors.MinimaxNbError) if kind.__module__.startswith("minimax_nb")}
    assert ours == tried
