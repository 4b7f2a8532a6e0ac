"""A prompt for each row of a table, with a checkpoint that loses nothing."""

import minimax_nb as mm

notes = ["The lid was cracked.", "Lovely tea!", "Do you post to Norway?"]
options = {"model": "MiniMax-M2.7", "max_concurrency": 1, "progress": False}

# %% batch
from typing import Literal

Label = Literal["praise", "complaint", "question"]
out = mm.batch(notes, "What is this? {text}", response=Label, **options)
print(out["parsed"].tolist())
# > ['complaint', 'question', 'complaint']
print(out.attrs["minimax_nb"]["answered"])
# > 3

# %% abatch
import asyncio


async def main():
    return await mm.abatch(notes, "What is this? {text}", **options)


out = asyncio.run(main())  # in a notebook: await main()
print(out["error"].isna().tolist())
# > [True, True, True]

# %% read_batch
mm.batch(notes, "What is this? {text}", checkpoint="notes.jsonl", limit=2, **options)
saved = mm.read_batch("notes.jsonl")
print(len(saved))
# > 2
print(saved["messages"][0][0]["content"])
# > What is this? The lid was cracked.
again = mm.batch(notes, "What is this? {text}", checkpoint="notes.jsonl", **options)
print(again["from_checkpoint"].tolist())
# > [True, True, False]
