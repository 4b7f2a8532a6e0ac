"""The public API as a type checker sees it: checked by mypy (strict) with the library, never run."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, assert_type

import minimax_nb as mm

if TYPE_CHECKING:
    import pandas as pd
    from openai import AsyncOpenAI, OpenAI

    from minimax_nb.history.check import Findings
    from minimax_nb.message.reply import PartialReason


def clients() -> None:
    assert_type(mm.connect(), OpenAI)
    assert_type(mm.connect(region="china", timeout=5), OpenAI)
    assert_type(mm.aconnect(), AsyncOpenAI)


async def replies(client: OpenAI, aclient: AsyncOpenAI) -> None:
    messages: list[Any] = [{"role": "user", "content": "Hi"}]
    stream = client.chat.completions.create(model="MiniMax-M2.7", messages=messages, stream=True)
    assert_type(mm.show(stream), mm.Reply)
    assert_type(mm.collect(stream), mm.Reply)
    astream = aclient.chat.completions.create(model="MiniMax-M2.7", messages=messages, stream=True)
    assert_type(await mm.ashow(astream), mm.Reply)
    reply = await mm.acollect(astream)
    assert_type(reply.message, dict[str, Any])
    assert_type(reply.content, str)
    assert_type(reply.reasoning, str)
    assert_type(reply.tool_calls, tuple[mm.ToolCall, ...])
    assert_type(reply.tool_calls[0].parsed, dict[str, Any])
    assert_type(reply.usage, mm.Usage)
    assert_type(reply.timing, mm.Timing)
    assert_type(reply.usage.prompt_tokens, int | None)
    assert_type(reply.timing.tokens_per_s, float | None)
    assert_type(reply.partial_reason, "PartialReason | None")
    assert_type(reply.cost, float | None)
    assert_type(mm.last_reply(), mm.Reply | None)


def weather(city: str) -> str:
    """Say how warm it is."""
    return city


async def conversations(client: OpenAI) -> None:
    chat = mm.Chat(client, model="MiniMax-M2.7", tools=[weather], temperature=0.5)
    assert_type(chat("Hi"), mm.Reply)
    assert_type(await chat.ask("Hi"), mm.Reply)
    assert_type(chat.messages, list[Any])
    assert_type(chat.trace, mm.Trace)
    assert_type(chat.trace[0], mm.Step)
    assert_type(chat.trace.frame(), "pd.DataFrame")
    assert_type(chat.trace.to_html(), str)
    assert_type(mm.panel(client), mm.Chat)


def servers() -> None:
    with mm.mcp("uvx mcp-server-time", only=["now"]) as tools:
        assert_type(tools[0], mm.Tool)
        assert_type(tools["now"], mm.Tool)
        assert_type(tools[:2], list[mm.Tool])
        mm.Chat(tools=[*tools, weather])


def histories(messages: list[dict[str, Any]]) -> None:
    findings = mm.check_history(messages)
    assert_type(findings, "Findings")
    assert_type(findings[0], mm.Finding)
    assert_type(findings[0].index, int | None)
    assert_type(mm.repair_history(messages), list[dict[str, Any]])


async def figures(client: OpenAI) -> None:
    assert_type(mm.models(client), "pd.DataFrame")
    assert_type(mm.usage(), "pd.DataFrame")
    comparison = mm.compare("Hi", models=["MiniMax-M2.7", "MiniMax-M3"])
    assert_type(comparison, mm.Comparison)
    assert_type(comparison["MiniMax-M3"], mm.Reply)
    assert_type(await mm.acompare("Hi", models=["MiniMax-M2.7"]), mm.Comparison)
    assert_type(mm.measure_speed("MiniMax-M2.7", runs=1), "pd.DataFrame")


def errors() -> None:
    try:
        mm.configure()
    except mm.StreamServiceError as error:
        assert_type(error.code, int | None)
        assert_type(error.reply, mm.Reply | None)
    except mm.StreamInterrupted as stopped:
        assert_type(stopped.reply, mm.Reply | None)
    with mm.recording("tapes"), mm.replaying("tapes", strict=False) as tapes:
        tapes.stop()
    mm.replaying("tapes").start().stop()
