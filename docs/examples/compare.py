"""Models in a table, side by side, and timed."""

import minimax_nb as mm

# %% models
models = mm.models()
print(models.loc["MiniMax-M2.7", ["context_window", "tokens_per_s"]].to_dict())
# > {'context_window': 204800, 'tokens_per_s': 60}

# %% compare
duel = mm.compare("Hi, how are you?", models=["MiniMax-M2.7", "MiniMax-M2.5"], display=False)
print(duel.frame()[["total_s", "finish"]])
# >               total_s finish
# > model
# > MiniMax-M2.7     2.35   stop
# > MiniMax-M2.5     2.35   stop

# %% acompare
import asyncio


async def main():
    return await mm.acompare("Hi, how are you?", models=["MiniMax-M2.7", "MiniMax-M2.5"], display=False)


duel = asyncio.run(main())  # in a notebook: await main()
print(list(duel))
# > ['MiniMax-M2.7', 'MiniMax-M2.5']

# %% Comparison
duel = mm.compare("Hi, how are you?", models=["MiniMax-M2.7", "MiniMax-M9"], display=False)
print(duel["MiniMax-M2.7"].finish_reason)
# > stop
print(list(duel.errors))
# > ['MiniMax-M9']

# %% measure_speed
with mm.connect() as client:
    speeds = mm.measure_speed("MiniMax-M2.7", runs=2, client=client)
print(speeds[["runs", "origin"]])
# >               runs    origin
# > model
# > MiniMax-M2.7     2  practice
