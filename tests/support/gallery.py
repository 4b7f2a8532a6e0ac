"""A notebook that shows each kind of display there is, in each of its states, without a pause."""

from __future__ import annotations

from pathlib import Path

SETUP = f"""
import sys
sys.path.insert(0, {str(Path(__file__).parent)!r})
import minimax_nb as mm
from IPython.display import display
from fake_stream import ANSWER, THOUGHTS, chunks
from pictures import file, noise
from scripted import Script, call, client_of, message
from minimax_nb.display.run_view import LiveRun
from minimax_nb.message.events import ApprovalRequested, RoundEnded, RoundStarted, ToolResult, ToolStarted
from minimax_nb.render.transcript import exchange_bundle, transcript_bundle
from minimax_nb.stream.accumulator import StreamAccumulator
from minimax_nb.widgets.live_columns import LiveColumns

CALL = call("get_weather", '{{"location": "Paris"}}', "a")
WEATHER = {{"name": "get_weather", "arguments": '{{"location": "Paris"}}'}}

def get_weather(location: str) -> str:
    '''Get weather of a location.'''
    return "24 degrees"

def forecast(days: int = 2) -> object:
    '''List the temperatures of the days to come.'''
    import pandas as pd
    return pd.DataFrame({{"day": ["Monday", "Tuesday"], "t": [24, 22]}})

def broken() -> str:
    '''Fail.'''
    raise RuntimeError("the sensor is gone")

def feed(view, *pieces):
    accumulator = StreamAccumulator()
    for chunk in pieces:
        for event in accumulator.feed(chunk):
            view.feed(event)
    return accumulator.finish()

def some(reasoning=THOUGHTS, content=ANSWER, **more):
    '''A reply that goes on.'''
    return list(chunks(reasoning, content, pause=0, **more))[:-2]

def calling():
    '''A turn that has called a tool.'''
    view = LiveRun()
    view.feed(RoundStarted(1))
    reply = feed(view, *chunks("I look it up.", "One moment.", calls=[WEATHER], pause=0, finish="tool_calls"))
    view.feed(RoundEnded(1, reply, 1.0))
    return view, reply.tool_calls[0]

def create(**request):
    return iter(list(chunks(pause=0)))

async def acreate(**request):
    '''Answers a chat box: 'Weather?' with a call, 'Wait?' with half an answer.'''
    words = request["messages"][-1]["content"]
    async def stream():
        import asyncio
        for number, chunk in enumerate(chunks(calls=[WEATHER] if words == "Weather?" else [], pause=0)):
            await asyncio.sleep(600 if number == 100 and words == "Wait?" else 0)
            yield chunk
    return stream()

def conversation(chat):
    '''What a panel leaves in the file.'''
    display(transcript_bundle(map(exchange_bundle, chat.exchanges()), hint="Run this cell to go on."), raw=True)

client = client_of(create)
"""

LIVE = {
    "waiting": "view = LiveRun()",
    "thinking": "view = LiveRun()\n_ = feed(view, *some(content=''))",
    "answering": "view = LiveRun()\n_ = feed(view, *some())",
    "writing a call": (
        "view = LiveRun()\n"
        "_ = feed(view, *some('', '', calls=[{'name': 'get_weather', 'arguments': '{\"location\": \"'}]))"
    ),
    "asking": "view, asked = calling()\nview.feed(ApprovalRequested(0, asked))",
    "working": "view, asked = calling()\nview.feed(ToolStarted(0, asked))",
    "resuming": (
        "view, asked = calling()\nview.feed(ToolStarted(0, asked))\n"
        "view.feed(ToolResult(0, asked, '24 degrees', duration_s=1.0))\n"
        "view.feed(RoundStarted(2))\n_ = feed(view, *some())"
    ),
    "columns": (
        "columns = LiveColumns(['MiniMax-M3', 'MiniMax-M2.7'])\n"
        "for view in columns.views:\n    feed(view, *some(content='Tides are\\n\\n- one'))"
    ),
    "batch running": (
        "from minimax_nb.batching.watch import LiveProgress\n"
        "LiveProgress().show(Progress(40, 40, 12, 3, 0, 0, 900, 0.01, 70.0, 30.0, '1002 rate limit', 4.0,"
        " kinds=[('1026: sensitive', 3)], running=True))"
    ),
}
"""What is shown while something goes on; each stands still."""

DONE = {
    "reply": "reply = mm.show(chunks(pause=0))",
    "cut": "mm.Reply(content='Half a sen', reasoning='Hm.', partial_reason='cut')",
    "error": "mm.Reply(content='- Half', partial_reason='error', problem='no such model\\nHint: there are seven')",
    "length": "mm.Reply(reasoning=THOUGHTS, partial_reason='length')",
    "full window": (
        "mm.Reply(content='Yes.', model='MiniMax-M2.7', usage=mm.Usage(prompt_tokens=190_000, completion_tokens=9))"
    ),
    "tools": (
        "script = Script(message('', CALL, call('forecast', '{}', 'b'),"
        " call('broken', '{}', 'c'), reasoning_content='I look it up.'), message(ANSWER, reasoning_content=THOUGHTS))\n"
        "chat = mm.Chat(client_of(script), tools=[get_weather, forecast, broken])\nreply = chat('How is the weather?')"
    ),
    "trace": "chat.trace",
    "conversation": "conversation(chat)",
    "models": "mm.models()",
    "usage": "mm.usage()",
    "compare": "mm.compare('Tides?', ['MiniMax-M3', 'MiniMax-M2.7'], client=client)",
    "batch": "mm.batch(['one', 'two'], 'About? {text}', client=mm.connect(), progress=True)['reply'].notna().all()",
    "batch failed": (
        "from minimax_nb.render.progress import Progress, progress_bundle\n"
        "display(progress_bundle(Progress(9, 9, 5, 3, 1, 0, 90, None, kinds=[('1026: sensitive', 3)],"
        " stopped='refused', problem='1004: no such key')), raw=True)"
    ),
    "findings": (
        "mm.check_history([{'role': 'user', 'content': 'Hi'}, {'role': 'assistant', 'content': '', 'tool_calls':"
        " [CALL]}, {'role': 'user', 'content': 'And?'}])"
    ),
    "pictures": (
        "chat = mm.Chat(client, model='MiniMax-M3', system='Be brief.')\n"
        "reply = chat(['What is it?', mm.picture(file(noise(300, 200)))])"
    ),
    "question": "conversation(chat)",
    "parsed": (
        "mm.Reply(content='{\"name\": \"Ann\", \"age\": 4}', parsed={'name': 'Ann', 'age': 4, 'tags': ['a', 'b']})"
    ),
    "parsed rows": "mm.Reply(content='[…]', parsed=[{'name': 'Ann', 'age': 4}, {'name': 'Bob', 'age': 5}])",
    "documents": (
        "mm.Reply(content='# One\\n\\n## Two\\n\\n- [x] done\\n- [ ] open\\n\\n![pic](https://example.org/a.png)"
        " [link](https://example.org/)\\n\\n> quoted `code`\\n\\n$$\\\\int_0^1 x^2 dx$$\\n\\n```diff\\n-a\\n+b\\n```"
        "\\n\\n```html\\n<!-- c --><a href=\"x\">y</a>\\n```\\n\\n' + ANSWER, reasoning='[link](https://example.org/)"
        " and\\n\\n```python\\nx = 1  # one\\n```\\n')"
    ),
}
"""What stays."""

PANEL = "mm.Chat(client_of(acreate), tools=[get_weather], model='MiniMax-M3').panel()"
PANELS = {
    "panel empty": PANEL,
    "panel asked": PANEL,
    "panel answering": PANEL,
    "panel asking": PANEL.replace("tools=", "approve=True, tools="),
    "panel attached": PANEL,
    "panel cleared": PANEL,
}
"""Chat boxes, into which something is then typed."""
CELLS = {"setup": SETUP, **DONE, **LIVE, **PANELS}
