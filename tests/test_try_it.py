"""Each thing that a lesson proposes under "Try it" can be done without a key, behind the lesson's own cells."""

from __future__ import annotations

import re
import shutil
from dataclasses import dataclass
from typing import TYPE_CHECKING

import pytest

from notebooks.offline import lessons

from .support import notebook_files

if TYPE_CHECKING:
    from pathlib import Path

pytestmark = pytest.mark.timeout(300)

STOP = "import _thread, threading\nthreading.Timer(0.5, _thread.interrupt_main).start()\n"
ASK = (
    'client.chat.completions.create(model="MiniMax-M2.7", stream=True, '
    'messages=[{"role": "user", "content": "Tell me more."}], extra_body={"minimax_nb": {"speed": 1}})'
)


@dataclass(frozen=True)
class Try:
    """What a reader would type for one point of the list.

    Attributes:
        point: how the point begins in the lesson.
        code: what is typed; a cell.
        shows: what has to stand among its outputs.
    """

    point: str
    code: str
    shows: str


TRIES = {
    "00": [
        Try(
            "Change the question in step 2",
            'question["content"] = "What are tides?"\nmm.show(client.chat.completions.create(model="MiniMax-M2.7", '
            'messages=[question], stream=True, extra_body={"reasoning_split": True}))',
            "This is a rehearsal",
        ),
        Try(
            "Press the stop button",
            f"{STOP}try:\n    mm.show({ASK})\nexcept mm.StreamInterrupted as stopped:\n"
            "    print(stopped.reply.partial_reason)",
            "interrupted",
        ),
    ],
    "01": [
        Try(
            "Change `MODEL` in step 2",
            'mm.show(OpenAI().chat.completions.create(model="MiniMax-M2.1-highspeed", '
            'messages=[{"role": "user", "content": "Hi, how are you?"}]))',
            "MiniMax-M2.1-highspeed",
        ),
        Try("Print `response.model_dump_json", "print(response.model_dump_json(indent=2))", "base_resp"),
    ],
    "02": [
        Try(
            "Stream something long",
            f"{STOP}try:\n    mm.show({ASK})\nexcept mm.StreamInterrupted:\n    pass\n"
            "print(mm.last_reply().partial_reason)",
            "interrupted",
        ),
        Try(
            "Feed a stream to `mm.collect`",
            "mm.collect(client.chat.completions.create(**request))\n"
            "for chunk in client.chat.completions.create(**request):\n    print(chunk)",
            "ChatCompletionChunk(",
        ),
    ],
    "03": [
        Try(
            "Let `get_weather` raise an error",
            'def get_weather(location: str) -> str:\n    """Get the weather of a place."""\n'
            '    raise RuntimeError("no connection")\nchat = mm.Chat(tools=[get_weather])\n'
            'chat("How\'s the weather in San Francisco?")\nprint(chat.messages[2]["content"])',
            "Error: RuntimeError: no connection",
        ),
        Try(
            "Give `get_weather` a second argument",
            "from typing import Literal\n"
            'def get_weather(location: str, unit: Literal["celsius", "fahrenheit"] = "celsius") -> str:\n'
            '    """Get the weather of a place."""\nmm.Tool.of(get_weather).schema',
            "fahrenheit",
        ),
    ],
    "04": [
        Try(
            "Write a tool that reads a file",
            'from pathlib import Path\nPath("notes.txt").write_text("Buy milk.")\ndef read_file(path: str) -> str:\n'
            '    """Read a file."""\n    return Path(path).read_text()\n'
            'mm.Chat(tools=[read_file])("What stands in the file notes.txt?")',
            "Buy milk.",
        ),
        Try(
            "Make `forecast` an `async def`",
            "import asyncio\nwaiting = []\nasync def forecast(city: str) -> pd.DataFrame:\n"
            '    """Get the forecast of a city."""\n    waiting.append(city)\n'
            "    await asyncio.sleep(1)\n    together.append(len(waiting))\n"
            '    return pd.DataFrame({"day": DAYS, "celsius": FORECASTS[city]})\ntogether = []\n'
            "chat = mm.Chat(client, tools=[forecast, draw_forecasts])\n"
            'await chat.ask("Which of Oslo, Rome and Cairo will be warmest, and by how much? Draw it, too.")\n'
            'print("together:", together)',
            "together: [3, 3, 3]",
        ),
    ],
    "05": [
        Try("Mend the last list", "print(mm.repair_history(messages))", '"location":'),
        Try(
            "Take a history of your own",
            'mm.check_history([{"role": "user", "content": "Hi"}, {"role": "tool", "content": "24"}])',
            "tool",
        ),
    ],
    "06": [
        Try(
            "`mm.explain(error)` works",
            "from openai import OpenAI\ntry:\n"
            '    OpenAI().chat.completions.create(model="MiniMax-M9", messages=question)\n'
            "except openai.APIError as error:\n    print(mm.explain(error))",
            "serves",
        ),
        Try(
            "Write a loop that asks three times",
            "def persistent(fault):\n    for attempt in range(3):\n        try:\n            return ask(fault)\n"
            '        except openai.APIStatusError as error:\n            if "will not help" in error.hint:\n'
            '                return print(fault, "gave up after", attempt + 1)\n'
            '    return print(fault, "gave up after", 3)\n'
            'persistent("overload")\npersistent("balance")',
            "overload gave up after 3\nbalance gave up after 1",
        ),
    ],
    "07": [
        Try(
            "Open the tape in an editor",
            'path.write_text(path.read_text().replace("blue", "green"))\nwith mm.replaying("my_tapes"):\n'
            '    changed = ask(mm.connect(), "Why is the sky green, and the sunset red?")\nprint(changed.origin.kind)',
            "recorded",
        ),
        Try(
            "Record a conversation with a tool",
            "other = EmbeddedServer().start()\nmm.configure(base_url=other.base_url, api_key=other.api_key)\n"
            'def get_weather(location: str) -> str:\n    """Get the weather of a place."""\n    return "sunny"\n'
            'with mm.recording("tool_tapes"):\n    mm.Chat(tools=[get_weather])("How is the weather in Paris?")\n'
            '[kept] = Path("tool_tapes").glob("*.json")\nprint(len(json.loads(kept.read_text())["turns"]), "requests")',
            "2 requests",
        ),
        Try(
            "Take a quote out of `mine.json`",
            'broken = Path("my_tapes/mine.json")\n'
            "broken.write_text(broken.read_text().replace('\"turns\"', '\"turns', 1))\n"
            'try:\n    mm.replaying("my_tapes").start()\nexcept mm.TapeFormatError as error:\n    print(error)',
            "tape 'mine': expected JSON",
        ),
    ],
    "08": [
        Try("Which model is cheapest", 'models["cache_read_usd"].sort_values()', "MiniMax-M3.1-Flash"),
        Try(
            "Measure five runs", 'mm.measure_speed("MiniMax-M2.7", runs=5, client=client)[["runs", "spread"]]', "spread"
        ),
    ],
    "09": [
        Try(
            "Ask something about a DataFrame",
            'import pandas as pd\ndf = pd.DataFrame({"city": ["Rome", "Oslo"]})\n'
            'get_ipython().run_cell_magic("minimax", "", "What is in {df.head()}?")',
            "Oslo",
        ),
        Try(
            "`%minimax_usage` shows",
            'get_ipython().run_line_magic("minimax_models", "")\nget_ipython().run_line_magic("minimax_usage", "")',
            "uncounted",
        ),
    ],
    "10": [
        Try(
            "Compare a question that needs thought",
            'for question in ("Hi, how are you?", "Prove that there are infinitely many primes."):\n'
            '    duel = mm.compare(question, ["MiniMax-M2.7", "MiniMax-M2"], client=client)\n'
            '    print(duel.frame()["reasoning_tokens"])',
            "reasoning_tokens",
        ),
        Try(
            "`mm.to_frame(list_of_replies)`",
            'replies = [mm.Chat(client, display=False)(f"Tell me fact {number}.") for number in range(10)]\n'
            'mm.to_frame(replies)["completion_tokens"].plot.hist();',
            "image/png",
        ),
    ],
    "11": [
        Try(
            "Fill in the empty note",
            'mm.batch(notes.fillna("(nothing)"), PROMPT, max_tokens_total=40_000, **options)',
            "40 answered (39 from the checkpoint)",
        ),
        Try(
            "Change a word of `PROMPT`",
            'from pathlib import Path\nbefore = Path("notes.jsonl").read_bytes()\n'
            'try:\n    mm.batch(notes, PROMPT.replace("note", "letter"), **options)\n'
            "except mm.ConfigurationError as error:\n    print(error)\n"
            'print(Path("notes.jsonl").read_bytes() == before)',
            "choose another file name\nTrue",
        ),
        Try(
            "Press the stop button",
            f"{STOP}out = mm.batch(notes, PROMPT, max_concurrency=1, "
            'extra_body={"minimax_nb": {"speed": 1}})\nprint(out.attrs["minimax_nb"]["stopped"], len(out))',
            "interrupted 40",
        ),
    ],
    "12": [
        Try(
            "Add a field `airport: str` to `Trip`",
            "class Trip(BaseModel):\n    city: str\n    airport: str\n"
            'print(mm.Chat(client, MODEL)("Where to now?", response=Trip).parsed)',
            "airport=",
        ),
        Try(
            "Ask for `response=int`",
            'print(type(mm.Chat(client, MODEL)("How many are there?", response=int).parsed))',
            "<class 'int'>",
        ),
        Try(
            "Give a function as the type",
            'try:\n    mm.Chat(client, MODEL)("Why?", response=print)\nexcept TypeError as error:\n    print(error)',
            "expected a type that JSON can carry",
        ),
    ],
    "13": [
        Try(
            "Load the file without `tools`",
            'again = mm.Chat.load("talk.json", client)\nprint(mm.check_history(again))\nagain("Thank you.")',
            "Nothing found",
        ),
        Try(
            "Cut the last line off `talk.json`",
            'Path("cut.json").write_text(Path("talk.json").read_text().strip().rpartition("\\n")[0])\n'
            'try:\n    mm.Chat.load("cut.json")\nexcept ValueError as error:\n    print(error)',
            "is not JSON or cut off",
        ),
        Try(
            "Open `talk.ipynb`",
            'print("to be defined here: get_weather" in Path("talk.ipynb").read_text())',
            "True",
        ),
    ],
    "14": [
        Try(
            "Add a third place",
            'text = open("tides.py").read().replace(\'"Cuxhaven", \', \'"Kiel", "Cuxhaven", \')\n'
            'open("tides.py", "w").write(text)\n'
            'with mm.mcp([sys.executable, "tides.py"]) as more:\n    print(more["next_high_tide"].schema)',
            "'Kiel', 'Cuxhaven'",
        ),
        Try(
            "Give `mm.mcp` a timeout of a thousandth",
            'with mm.mcp([sys.executable, "tides.py"], timeout=0.001) as fast:\n    try:\n'
            '        fast[0].call({"place": "Husum"})\n    except mm.ToolError as error:\n        print(error)',
            "timeout=…) allows more",
        ),
        Try(
            'Ask for `only=["next_hightide"]`',
            'try:\n    mm.mcp([sys.executable, "tides.py"], only=["next_hightide"])\n'
            "except mm.ConfigurationError as error:\n    print(error)",
            "did you mean 'next_high_tide'?",
        ),
    ],
    "15": [
        Try(
            "Pose as a server with two quirks",
            'odd = EmbeddedServer(quirks=["vllm", "split-tags"], key="no-key-needed").start()\n'
            'reply = mm.Chat(mm.connect(base_url=odd.base_url, api_key=odd.api_key))("Why?")\n'
            "print(reply.complete, bool(reply.reasoning), bool(reply.content))",
            "True True True",
        ),
        Try(
            "`minimax-nb serve --help` lists all quirks",
            'reply = mm.Chat(pose_as("two-json"), "MiniMax-M2.7")("Why?")\nprint(reply.complete)',
            "True",
        ),
        Try(
            "Ask for a model that is not there",
            'import openai\ntry:\n    mm.Chat(client, "MiniMax-M2.5")("Why?")\nexcept openai.APIError as error:\n'
            "    print(error)",
            "serves MiniMaxAI/MiniMax-M2.5",
        ),
    ],
    "16": [
        Try(
            "Ask about a picture of your own",
            'from PIL import Image\nmine = Image.new("RGB", (30, 20))\n'
            'print(mm.Chat(client, MODEL)(["What is it?", mine]).content)',
            "With the question came: `image/png` (",
        ),
        Try("Make one smaller", "print(mm.picture(chart, max_side=100)._repr_html_())", "100 × 60 pixels"),
        Try("Open `mm.panel(client, MODEL)`", "mm.panel(client, MODEL)", "No question yet"),
    ],
}


def points(path: Path) -> list[str]:
    """The points of the lesson's list, each in a line."""
    cells = notebook_files.opened(path).cells
    text = "\n\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    listed = text.partition("## Try it\n")[2].partition("\n\nNext:")[0].partition("\n\nBack to")[0]
    return [" ".join(point.split()) for point in re.split(r"^- ", listed.strip(), flags=re.MULTILINE)[1:]]


def test_there_is_something_to_try_in_every_lesson() -> None:
    assert {path.stem[:2] for path in lessons()} == set(TRIES)


@pytest.mark.parametrize("path", lessons(), ids=lambda path: path.stem)
def test_what_a_lesson_proposes_can_be_done(path: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINIMAX_NB_SPEED", "max")
    tries = TRIES[path.stem[:2]]
    listed = points(path)
    assert len(listed) == len(tries), listed
    for point, one in zip(listed, tries, strict=True):
        assert point.startswith(one.point)
    notebook = notebook_files.read(path)
    notebook.cells = [cell for cell in notebook.cells if cell.cell_type == "code"]
    notebook.cells += notebook_files.made(*(one.code for one in tries)).cells
    shutil.copytree(path.parent / "pictures", tmp_path / "pictures")
    notebook_files.run(notebook, tmp_path)
    for cell, one in zip(notebook.cells[-len(tries) :], tries, strict=True):
        shown = "\n".join(output.get("text") or str(output.get("data")) for output in cell.outputs)
        assert one.shows in shown, (one.point, shown[:2000])
