"""Where requests go: to the service with a key, to the embedded server without one."""

import minimax_nb as mm

# %% configure
from openai import OpenAI

mm.configure()  # from here on a plain OpenAI() knows where to go
with OpenAI() as client:
    print([model.id for model in client.models.list()][:2])
    # > ['MiniMax-M3.1-Flash', 'MiniMax-M3']

# %% connect
with mm.connect(timeout=60) as client:
    completion = client.chat.completions.create(
        model="MiniMax-M2.7",
        messages=[{"role": "user", "content": "Hi, how are you?"}],
    )
print(completion.choices[0].finish_reason)
# > stop

# %% aconnect
import asyncio


async def main():
    async with mm.aconnect() as client:
        return await client.chat.completions.create(
            model="MiniMax-M2.7",
            messages=[{"role": "user", "content": "Hi, how are you?"}],
        )


completion = asyncio.run(main())  # in a notebook: await main()
print(completion.choices[0].finish_reason)
# > stop
