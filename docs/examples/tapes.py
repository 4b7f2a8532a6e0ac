"""What a model answers, kept on tapes and played without a key."""

import minimax_nb as mm

# %% recording
from minimax_nb.server.app import EmbeddedServer

with EmbeddedServer() as service:  # in the place of the real one
    mm.configure(base_url=service.base_url, api_key=service.api_key)
    with mm.recording("my_tapes") as tapes:
        mm.Chat(model="MiniMax-M2.7", display=False)("Hi, how are you?")
mm.configure()
with mm.replaying("my_tapes"):
    reply = mm.Chat(model="MiniMax-M2.7", display=False)("Hi, how are you?")
print(reply.origin.kind)
# > recorded

# %% replaying
import json
from pathlib import Path

turn = {
    "request": {"messages": [{"role": "user", "content": "Who are you?"}]},
    "reply": {"reasoning": "A simple question.", "content": "A tape."},
}
tape = {"provenance": {"kind": "authored"}, "turns": [turn]}
Path("mine.json").write_text(json.dumps(tape))

with mm.replaying("mine.json"):
    reply = mm.Chat(model="MiniMax-M2.7", display=False)("Who are you?")
print(reply.content)
# > A tape.
