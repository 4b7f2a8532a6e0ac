"""Python functions that a model may call, and the loop that runs them."""

import minimax_nb as mm


def get_weather(city: str) -> str:
    """Say what the weather is like in a city."""
    return f"24 degrees and sunny in {city}"


# %% run_tools
messages = [{"role": "user", "content": "How is the weather in Ulm?"}]
with mm.connect() as client:
    create = client.chat.completions.create
    for event in mm.run_tools(create, messages, [get_weather], model="MiniMax-M2.7"):
        if type(event).__name__ == "ToolResult":
            print(event.call.name, "->", event.text)
            # > get_weather -> 24 degrees and sunny in Ulm
print([message["role"] for message in messages])
# > ['user', 'assistant', 'tool', 'assistant']

# %% arun_tools
import asyncio

messages = [{"role": "user", "content": "How is the weather in Ulm?"}]


async def main():
    async with mm.aconnect() as client:
        create = client.chat.completions.create
        async for event in mm.arun_tools(create, messages, [get_weather], model="MiniMax-M2.7"):
            if type(event).__name__ == "Finished":
                print(event.reply.finish_reason)
                # > stop


asyncio.run(main())  # in a notebook: await main()

# %% Tool
tool = mm.Tool.of(get_weather)
print(tool.name, "-", tool.description)
# > get_weather - Say what the weather is like in a city.
print(tool.schema["function"]["parameters"]["required"])
# > ['city']
print(tool.call({"city": "Ulm"}))
# > 24 degrees and sunny in Ulm

# %% mcp
import sys
from pathlib import Path

Path("tides.py").write_text('''
from mcp.server import MCPServer

server = MCPServer("tides")

@server.tool()
def next_high_tide(place: str) -> str:
    """Tell when the next high tide is."""
    return f"14:05 at {place}"

server.run()
''')
with mm.mcp([sys.executable, "tides.py"]) as tools:  # or "uvx some-server", or an address
    print(tools["next_high_tide"].call({"place": "Husum"}).text)
    # > 14:05 at Husum

# %% parse_tool_calls
text = """Let me look.
<minimax:tool_call>
<invoke name="get_weather">
<parameter name="city">Ulm</parameter>
</invoke>
</minimax:tool_call>"""
parsed = mm.parse_tool_calls(text, tools=[get_weather])
print(parsed.content.strip())
# > Let me look.
print(parsed.tool_calls[0].parsed)
# > {'city': 'Ulm'}
