"""What can go wrong, as a tree of classes, and what to do about it.

An error that the service answers with an HTTP status stays one of openai's own classes. In the examples the embedded
server plays the faults.
"""

import minimax_nb as mm


def ask(fault, **options):
    """Ask a server that fails in a certain way."""
    with mm.connect(max_retries=0, **options) as client:
        stream = client.chat.completions.create(
            model="MiniMax-M2.7",
            messages=[{"role": "user", "content": "Hi, how are you?"}],
            stream=True,
            extra_body={"minimax_nb": {"fault": fault}},
        )
        return mm.collect(stream)


# %% explain
import openai

try:
    ask("rate-limit")
except openai.RateLimitError as error:
    print(mm.explain(error))
    # > Too many requests or tokens a minute. Wait about a minute, then send fewer at once.

# %% MinimaxNbError
try:
    ask("cut:6")
except mm.MinimaxNbError as error:  # whatever this library raises
    print(type(error).__name__)
    # > StreamCutError

# %% ConfigurationError
try:
    mm.configure(region="mars")
except mm.ConfigurationError as error:
    print(str(error).partition(". ")[0])
    # > expected region to be 'global' (https://api.minimax.io/v1) or 'china' (https://api.minimaxi.com/v1), got 'mars'

# %% HistoryError
chat = mm.Chat(model="MiniMax-M2.7", display=False)
chat.messages.append({"role": "tool", "tool_call_id": "call_7", "content": "24 degrees"})
try:
    chat("And tomorrow?")
except mm.HistoryError as error:
    print([finding.code for finding in error.findings])
    # > ['orphan-result']


# %% TurnLimitError
def get_weather(city: str) -> str:
    """Say what the weather is like in a city."""
    return f"24 degrees and sunny in {city}"


chat = mm.Chat(model="MiniMax-M2.7", tools=[get_weather], max_rounds=1, display=False)
try:
    chat("How is the weather in Ulm?")
except mm.TurnLimitError as error:
    print(str(error).partition(";")[0])
    # > expected an answer within 1 rounds, the model still calls tools
    print(mm.check_history(error.messages) == [])
    # > True

# %% BatchError
try:
    mm.batch(["Hi", ""], "{text}", model="MiniMax-M2.7", on_error="raise", max_concurrency=1, progress=False)
except mm.BatchError as error:
    print(error)
    # > the batch stopped with 1 of 2 rows answered: row 1: expected a prompt, got ''
    # > What was answered is in .result

# %% ResponseFormatError
from typing import Literal

chat = mm.Chat(model="MiniMax-M2.7", display=False)
try:
    chat("Where should I go for nothing at all?", response=Literal["Paris", "Rome"])
except mm.ResponseFormatError as error:
    print(error.reply.content)
    # > I have no trip to offer.

# %% StreamError
try:
    ask("cut:6")
except mm.StreamError as error:
    print(error.reply.partial_reason)
    # > cut
    print(error.reply.reasoning[:20])
    # > The user greets me a

# %% StreamCutError
try:
    ask("cut:6")
except mm.StreamCutError as error:
    print(str(error).partition(";")[0])
    # > the connection dropped before the reply was whole (RemoteProtocolError)

# %% StreamTimeoutError
try:
    ask("hang:6", timeout=0.5)
except mm.StreamTimeoutError as error:
    print(str(error).partition(";")[0])
    # > the service fell silent for 0.5 s, the client's read timeout

# %% StreamFormatError
try:
    mm.collect("Hello")
except mm.StreamFormatError as error:
    print(str(error).partition(";")[2].strip())
    # > got str 'Hello'

# %% StreamServiceError
try:
    ask("midstream-error:6")
except mm.StreamServiceError as error:
    print(error.code)
    # > 2064
    print(mm.explain(error))
    # > The service is overloaded. This passes: wait a little and send it again.


# %% StreamInterrupted
def stop(_event):
    """Do what the stop button does."""
    raise KeyboardInterrupt


chunks = [{"choices": [{"delta": {"content": "Hi"}}]}]
try:
    mm.collect(chunks, on_event=stop)
except mm.StreamInterrupted as stopped:
    print(stopped.reply.content, "-", stopped.reply.partial_reason)
    # > Hi - interrupted

# %% ToolError
try:
    mm.Tool.of(print)
except mm.ToolError as error:
    print(error)
    # > tool 'print': argument '*args' takes any number of values: take one list instead

# %% ToolArgumentsError
call = mm.ToolCall(id="call_1", name="get_weather", arguments='{"city": ')
try:
    print(call.parsed)
except mm.ToolArgumentsError as error:
    print(str(error).partition(": they")[0])
    # > expected the arguments of 'get_weather' to be a JSON object, got '{"city": '


# %% UnknownToolError
def run(call, functions):
    """Run a call in a loop of your own; ``run_tools`` tells the model instead, and goes on."""
    if call.name not in functions:
        raise mm.UnknownToolError(f"there is no tool {call.name!r}; there are: {', '.join(functions)}")
    return functions[call.name](**call.parsed)


try:
    run(mm.ToolCall(id="call_1", name="get_wether", arguments="{}"), {"get_weather": str})
except mm.UnknownToolError as error:
    print(error)
    # > there is no tool 'get_wether'; there are: get_weather

# %% TapeError
try:
    with mm.replaying("nowhere"):
        pass
except mm.TapeError as error:
    print(type(error).__name__)
    # > TapeFormatError

# %% TapeFormatError
from pathlib import Path

Path("mine.json").write_text('{"provenance": {"kind": "authored"}, "turns": [{"reply": {}}]}')
try:
    with mm.replaying("mine.json"):
        pass
except mm.TapeFormatError as error:
    print(error.path)
    # > turns[0]
    print(error)
    # > tape 'mine', turns[0]: expected a field 'request', got {'reply': {}}

# %% NoMatchError
import json
from pathlib import Path

turn = {"request": {"messages": [{"role": "user", "content": "Who are you?"}]}, "reply": {"content": "A tape."}}
Path("mine.json").write_text(json.dumps({"provenance": {"kind": "authored"}, "turns": [turn]}))
with mm.replaying("mine.json"):
    try:
        mm.Chat(model="MiniMax-M2.7", display=False)("Who is he?")
    except mm.NoMatchError as error:
        print(str(error).partition(";")[0])
        # > no tape answers this request
