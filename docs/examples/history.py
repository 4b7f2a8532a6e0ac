"""What the service would refuse in a history, and how it is mended."""

import minimax_nb as mm

# A call that nobody has answered.
broken = [
    {"role": "user", "content": "How is the weather in Ulm?"},
    {
        "role": "assistant",
        "content": "",
        "tool_calls": [
            {
                "id": "call_1",
                "type": "function",
                "function": {"name": "get_weather", "arguments": '{"city": "Ulm"}'},
            }
        ],
    },
    {"role": "user", "content": "And tomorrow?"},
]

# %% check_history
for finding in mm.check_history(broken):
    print(finding.index, finding.message)
    # > 1 the call 'call_1' of 'get_weather' has no result

# %% repair_history
mended = mm.repair_history(broken)
print([message["role"] for message in mended])
# > ['user', 'assistant', 'tool', 'user']
print(len(mm.check_history(mended)))
# > 0

# %% trim_history
talk = [
    {"role": "system", "content": "Be brief."},
    {"role": "user", "content": "Why is the sky blue?"},
    {"role": "assistant", "content": "Short waves scatter more."},
    {"role": "user", "content": "And on Mars?"},
    {"role": "assistant", "content": "There it is the dust."},
]
short = mm.trim_history(talk, keep_turns=1)
print([message["content"] for message in short])
# > ['Be brief.', 'And on Mars?', 'There it is the dust.']

# %% Finding
finding = mm.check_history(broken)[0]
print(finding.code, "at", finding.index)
# > missing-result at 1
print(finding.answer)
# > HTTP 400, invalid params, tool call result does not follow tool call (2013)
print(finding.fix)
# > answer every call of the message, directly after it, also the ones that failed
