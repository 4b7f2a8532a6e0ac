"""A stream, a completion or a list of chunks, read into a reply."""

import minimax_nb as mm

request = {
    "model": "MiniMax-M2.7",
    "messages": [{"role": "user", "content": "Hi, how are you?"}],
    "extra_body": {"reasoning_split": True},
}

# %% show
with mm.connect() as client:
    stream = client.chat.completions.create(**request, stream=True)
    reply = mm.show(stream)
    # > [thinking]
    # > The user greets me and asks how I am. It is small talk, so a short and friendly answer fits. I should be honest that I have no moods of my own, without making a lecture of it, and then offer help.
    # >
    # > [answer]
    # > Hi! I'm doing well, thank you for asking, as well as a language model can. No good days or bad days here, just ready ones.
    # >
    # > How are you? And what would you like to look at together: a question, some code, or an idea you want to think through?

# %% collect
with mm.connect() as client:
    stream = client.chat.completions.create(**request, stream=True)
    reply = mm.collect(stream)
print(reply.reasoning[:40])
# > The user greets me and asks how I am. It
print(reply.content[:50])
# > Hi! I'm doing well, thank you for asking, as well

# %% last_reply
with mm.connect() as client:
    mm.collect(client.chat.completions.create(**request))
print(mm.last_reply().content[:50])
# > Hi! I'm doing well, thank you for asking, as well

# %% ashow
import asyncio


async def main():
    async with mm.aconnect() as client:
        return await mm.ashow(client.chat.completions.create(**request, stream=True))
        # > [thinking]
        # > The user greets me and asks how I am. It is small talk, so a short and friendly answer fits. I should be honest that I have no moods of my own, without making a lecture of it, and then offer help.
        # >
        # > [answer]
        # > Hi! I'm doing well, thank you for asking, as well as a language model can. No good days or bad days here, just ready ones.
        # >
        # > How are you? And what would you like to look at together: a question, some code, or an idea you want to think through?


reply = asyncio.run(main())  # in a notebook: await main()

# %% acollect
import asyncio


async def main():
    async with mm.aconnect() as client:
        return await mm.acollect(client.chat.completions.create(**request, stream=True))


reply = asyncio.run(main())  # in a notebook: await main()
print(reply.content[:50])
# > Hi! I'm doing well, thank you for asking, as well

# %% Reply
with mm.connect() as client:
    reply = mm.collect(client.chat.completions.create(**request, stream=True))
print(reply.complete, reply.finish_reason, reply.model)
# > True stop MiniMax-M2.7
messages = [*request["messages"], reply.message]  # as received: the thinking goes back with it
print(sorted(reply.message))
# > ['audio_content', 'content', 'name', 'reasoning_content', 'reasoning_details', 'role']

# %% ToolCall
reply = mm.collect(
    {
        "choices": [
            {
                "finish_reason": "tool_calls",
                "message": {
                    "role": "assistant",
                    "tool_calls": [
                        {
                            "id": "call_1",
                            "type": "function",
                            "function": {"name": "get_weather", "arguments": '{"city": "Ulm"}'},
                        }
                    ],
                },
            }
        ]
    }
)
[call] = reply.tool_calls
print(call)
# > ToolCall(id='call_1', name='get_weather', arguments='{"city": "Ulm"}')
print(call.parsed["city"])
# > Ulm

# %% Usage
with mm.connect() as client:
    usage = mm.collect(client.chat.completions.create(**request)).usage
print(usage.prompt_tokens, usage.completion_tokens, usage.reasoning_tokens)
# > 34 110 49

# %% Timing
with mm.connect() as client:
    options = {"stream": True, "stream_options": {"include_usage": True}}
    timing = mm.collect(client.chat.completions.create(**request, **options)).timing
print(timing.first_token_s, timing.tokens_per_s)
# > 0.5 59.459459

# %% Origin
with mm.connect() as client:
    origin = mm.collect(client.chat.completions.create(**request)).origin
print(origin.kind, origin.tape)
# > authored 01_quick_start
