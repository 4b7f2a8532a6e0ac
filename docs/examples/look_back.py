"""What happened in a run, step by step, and what it has cost."""

import minimax_nb as mm


def get_weather(city: str) -> str:
    """Say what the weather is like in a city."""
    return f"24 degrees and sunny in {city}"


# %% Trace
chat = mm.Chat(model="MiniMax-M2.7", tools=[get_weather], display=False)
chat("How is the weather in Ulm?")
print([step.kind for step in chat.trace])
# > ['user', 'think', 'call', 'result', 'think', 'answer']
print(chat.trace.frame()[["kind", "duration_s"]].dropna().head(2))
# >        kind  duration_s
# > step
# > 2     think        0.95
# > 3      call        0.15

# %% Step
chat = mm.Chat(model="MiniMax-M2.7", tools=[get_weather], display=False)
chat("How is the weather in Ulm?")
step = chat.trace[2]
print(step.kind, step.name, step.arguments)
# > call get_weather {"city": "Ulm"}

# %% Round
chat = mm.Chat(model="MiniMax-M2.7", tools=[get_weather], display=False)
chat("How is the weather in Ulm?")
for turn in chat.trace.rounds:
    print(turn.number, turn.finish_reason, turn.usage.completion_tokens)
    # > 1 tool_calls 68
    # > 2 stop 93

# %% usage
mm.Chat(model="MiniMax-M2.7", display=False)("Hi, how are you?")
spent = mm.usage()
print(list(spent.columns[:4]))
# > ['origin', 'replies', 'prompt_tokens', 'cached_tokens']

# %% to_frame
chat = mm.Chat(model="MiniMax-M2.7", display=False)
replies = [chat("Hi, how are you?"), chat("And tomorrow?")]
print(mm.to_frame(replies)[["model", "completion_tokens"]])
# >           model  completion_tokens
# > 0  MiniMax-M2.7                110
# > 1  MiniMax-M2.7                270
