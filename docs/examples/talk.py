"""A conversation, its panel, and what a question may hold besides words."""

import minimax_nb as mm

# %% Chat
chat = mm.Chat(model="MiniMax-M2.7", display=False)
reply = chat("Hi, how are you?")
print(reply.content[:50])
# > Hi! I'm doing well, thank you for asking, as well
chat("And tomorrow?")
print([message["role"] for message in chat.messages])
# > ['user', 'assistant', 'user', 'assistant']

# %% panel
chat = mm.panel(model="MiniMax-M2.7")  # in a notebook: a chat box under the cell
# > No question yet.
# >
# > [No box to type in here: no Jupyter kernel runs this code. Open it as a notebook in JupyterLab, or ask with chat(…). This is the conversation so far.]

# %% picture
part = mm.picture("https://example.com/tides.png", detail="low")
print(part)
# > <picture https://example.com/tides.png>
question = ["What does the chart show?", part]  # as in mm.Chat(model="MiniMax-M3")(question)

# %% video
part = mm.video("https://example.com/waves.mp4", fps=1)
print(part)
# > <video https://example.com/waves.mp4, 1 frames a second>
question = ["What happens?", part]  # as in mm.Chat(model="MiniMax-M3")(question)
