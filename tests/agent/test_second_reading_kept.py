"""After a second reading by the schema the history holds what was run, and the reply what was received."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pydantic
import pytest

from minimax_nb import arun_tools, check_history, run_tools
from minimax_nb.message.events import RoundEnded, ToolResult

from ..support.scripted import AsyncScript, Script, call, message


class Point(pydantic.BaseModel):
    a: int = 0


def f(
    p: Point | None = None,
    xs: list[int] | None = None,
    names: list[str] | None = None,
    points: list[Point] | None = None,
    rows: list[list[int]] | None = None,
    s: str = "",
) -> str:
    """Take many things."""
    return "ok"


QUESTION = {"role": "user", "content": "Go"}
READ: list[tuple[Any, Any]] = [
    ({"p": '{"a": 1}'}, {"p": {"a": 1}}),
    ({"p": "{'a': 1}"}, {"p": {"a": 1}}),
    ({"xs": "[1, 2]"}, {"xs": [1, 2]}),
    ({"xs": {"item": [1, 2]}}, {"xs": [1, 2]}),
    ({"xs": {"item": 1}}, {"xs": [1]}),
    ({"xs": {"item": "[1,2]"}}, {"xs": [1, 2]}),
    ({"xs": {"items": " [1, 2]\n"}}, {"xs": [1, 2]}),
    ({"xs": {"item": {"item": [1, 2]}}}, {"xs": [1, 2]}),
    ({"xs": {"item": [{"item": 1}, {"item": 2}]}}, {"xs": [1, 2]}),
    ({"xs": [{"item": 1}, {"item": 2}]}, {"xs": [1, 2]}),
    ({"xs": '{"item": [{"item": 1}]}'}, {"xs": [1]}),
    ({"names": {"item": [{"item": "x"}, {"item": "y"}]}}, {"names": ["x", "y"]}),
    ({"names": {"item": "[1]"}}, {"names": ["[1]"]}),
    ({"points": {"item": [{"item": {"a": 1}}, {"a": 2}]}}, {"points": [{"a": 1}, {"a": 2}]}),
    ({"points": {"item": '[{"a": 1}]'}}, {"points": [{"a": 1}]}),
    ({"points": {"item": '{"a": 1}'}}, {"points": [{"a": 1}]}),
    ({"rows": {"item": [{"item": [1]}, {"item": 2}]}}, {"rows": [[1], [2]]}),
    ({"rows": {"item": "[[1], [2]]"}}, {"rows": [[1], [2]]}),
]
SAME: list[Any] = [{"p": {"a": 1}}, {"s": '{"a": 1}'}, {"xs": [1]}, {"p": {"a": "1"}}, {"nope": "[1]"}, {"xs": "no"}]


def played(given: Any, kind: str, stream: bool) -> tuple[list[Any], RoundEnded, ToolResult]:
    messages: list[Any] = [dict(QUESTION)]
    answer = message("", call("f", given))
    options: dict[str, Any] = {"model": "m", "stream": stream}
    if kind == "async":

        async def main() -> list[Any]:
            create = AsyncScript(answer, message("Done."))
            return [event async for event in arun_tools(create, messages, [f], model="m", stream=False)]

        events = asyncio.run(main())
    else:
        events = list(run_tools(Script(answer, message("Done.")), messages, [f], **options))
    ended = next(event for event in events if isinstance(event, RoundEnded))
    return messages, ended, next(event for event in events if isinstance(event, ToolResult))


@pytest.mark.parametrize(("kind", "stream"), [("sync", False), ("sync", True), ("async", False)])
@pytest.mark.parametrize(("given", "run"), READ)
def test_the_history_holds_what_was_run(given: Any, run: Any, kind: str, stream: bool) -> None:
    text = json.dumps(given)
    messages, ended, result = played(text, kind, stream)
    assert result.text == "ok"
    assert json.loads(messages[1]["tool_calls"][0]["function"]["arguments"]) == run
    assert [one.arguments for one in ended.reply.tool_calls] == [text]
    assert result.call.arguments == text
    assert check_history(messages) == []


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("given", SAME, ids=repr)
def test_what_fits_or_fits_neither_way_stays_as_received(given: Any, stream: bool) -> None:
    text = json.dumps(given, indent=1)
    messages, ended, _ = played(text, "sync", stream)
    assert messages[1]["tool_calls"][0]["function"]["arguments"] == text
    assert ended.reply.message is messages[1]
