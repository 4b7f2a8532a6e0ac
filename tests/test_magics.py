"""The magics in a shell of their own, over a model that answers from a script; and once in a real kernel."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import pandas as pd
import pytest
from IPython.core.error import UsageError

import minimax_nb as mm
from minimax_nb import Chat, Reply, magics

from .support import notebook_files
from .support.scripted import Script, call, client_of, message
from .support.shells import ipython_shell

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path


class Cells:
    """A shell with the extension loaded, and the script that its model answers from.

    Attributes:
        connected: how often a client was asked for.
    """

    def __init__(self, shell: Any) -> None:
        self.shell = shell
        self.script = Script(message("One."), message("Two."), message("Three."))
        self.connected = 0

    def connect(self) -> Any:
        self.connected += 1
        return client_of(self.script)

    def run(self, cell: str) -> Any:
        """Run a cell and give its value, or raise what it raised."""
        result = self.shell.run_cell(cell, store_history=True)
        result.raise_error()
        return result.result

    def __getitem__(self, name: str) -> Any:
        return self.shell.user_ns[name]


@pytest.fixture
def shell() -> Iterator[Any]:
    with ipython_shell() as shell:
        yield shell


@pytest.fixture
def cells(shell: Any, monkeypatch: pytest.MonkeyPatch) -> Cells:
    cells = Cells(shell)
    monkeypatch.setattr(magics, "default_client", cells.connect)
    cells.run("%load_ext minimax_nb")
    return cells


def test_the_reply_is_the_value_of_the_cell_and_goes_where_it_is_told(cells: Cells) -> None:
    reply = cells.run("%%minimax -o answer\n\nWhy is\n  the sky blue?\n\n")
    assert isinstance(reply, Reply)
    assert reply.content == "One."
    assert cells.run("answer is _") is True
    assert cells["Out"][2] is reply
    (request,) = cells.script.requests
    assert request["messages"] == [{"role": "user", "content": "Why is\n  the sky blue?"}]
    assert request["model"] == "MiniMax-M2.7"
    assert request["extra_body"] == {"reasoning_split": True}


def test_variables_of_the_notebook_fill_the_holes(cells: Cells) -> None:
    cells.run("city, temperature, which = 'Paris', 21.456, 'M2'")
    cells.run(
        "%%minimax -m MiniMax-{which} --system 'You are in {city}, not in {{city}}.'\n{temperature:.1f} in {city}?"
    )
    (request,) = cells.script.requests
    assert request["model"] == "MiniMax-M2"
    assert [entry["content"] for entry in request["messages"]] == [
        "You are in Paris, not in {city}.",
        "21.5 in Paris?",
    ]


def test_an_expression_is_filled_in_as_in_an_f_string(cells: Cells) -> None:
    cells.run("import pandas as pd\ndf = pd.DataFrame({'city': ['Ulm', 'Bonn']})\nrows = [{'q': 1.234}]")
    cells.run("%%minimax\n{df.head(1)}\n{rows[0]['q']:.1f} {len(df)} {df.city[1]!r}")
    assert cells.script.requests[0]["messages"][0]["content"] == "  city\n0  Ulm\n1.2 2 'Bonn'"


def test_with_raw_nothing_is_filled_in(cells: Cells) -> None:
    cells.run("city = 'Paris'")
    text = "{city} {{city}} {citty} ${HOME} <a>{x}</a> {"
    cells.run(f"%%minimax --raw --system '{{city}}' -m {{city}}\n{text}")
    (request,) = cells.script.requests
    assert [entry["content"] for entry in request["messages"]] == ["{city}", text]
    assert request["model"] == "{city}"
    cells.run("%%minimax\n{city}")  # it holds for that cell alone
    assert cells.script.requests[1]["messages"][0]["content"] == "Paris"


@pytest.mark.parametrize(
    ("cell", "question"),
    [
        ("%minimax Why?", "Why?"),
        ("%minimax Why is it so", "Why is it so"),
        ("%minimax What's up?", "What's up?"),
        ("%minimax Really??", "Really??"),
        ('%minimax  Is it "so"?  ', 'Is it "so"?'),
        ("%minimax 这是什么？是什么?", "这是什么？是什么?"),
        ("%minimax Is {city} it?", "Is Paris it?"),
        ("%%minimax Why?", "Why?"),
        ("%%minimax Why?\n", "Why?"),
        ("\n%%minimax Why is it so\n", "Why is it so"),
        ("answer = %minimax Why?", "Why?"),
        ("if city:\n    %minimax Why?", "Why?"),
        ("city = 'Rome'\n%minimax {city}?\ncity = 'Ulm'", "Rome?"),
        ("%minimax -m MiniMax-M2 --system 'Be brief.' Who's -m?", "Who's -m?"),
        ("%minimax --model=MiniMax-M2 --native Is a - dash?", "Is a - dash?"),
        ("%%minimax\nWhy?", "Why?"),
        ("%%minimax\n?Why\nlen?\n%time?", "?Why\nlen?\n%time?"),
    ],
)
def test_a_question_may_end_with_its_mark_and_stand_on_the_line(cells: Cells, cell: str, question: str) -> None:
    cells.shell.user_ns["city"] = "Paris"
    cells.run(cell)
    (request,) = cells.script.requests
    assert request["messages"][-1]["content"] == question
    assert request["model"] == ("MiniMax-M2" if "MiniMax-M2" in cell else "MiniMax-M2.7")


@pytest.mark.parametrize(
    "cell",
    ["len?", "%minimax?", "%%minimax??", "%minimax_models?", "%time len?", 'a = """\n%minimax b?\n"""', "%%time\nlen"],
)
def test_what_else_ends_with_a_question_mark_is_left_to_ipython(cells: Cells, cell: str) -> None:
    cells.run("%unload_ext minimax_nb")
    before = cells.shell.transform_cell(cell)
    cells.run("%load_ext minimax_nb")
    assert cells.shell.transform_cell(cell) == before


@pytest.mark.parametrize("sign", ["$5 and $HOME", "!ls", "%time", "a; b;", "```python\nx\n```", "?"])
def test_the_cell_is_text_and_nothing_else(cells: Cells, sign: str) -> None:
    cells.run(f"%%minimax\n{sign}")
    assert cells.script.requests[0]["messages"][0]["content"] == sign


def test_a_chat_goes_on_from_cell_to_cell(cells: Cells) -> None:
    cells.run("%%minimax -c trip --system 'Be brief.'\nFirst?")
    cells.run("%%minimax -c trip --system 'Be brief.' -m MiniMax-M2\nSecond?")
    cells.run("reply = trip('Third?')")
    trip = cells["trip"]
    assert isinstance(trip, Chat)
    assert [entry["content"] for entry in trip.messages] == [
        *("Be brief.", "First?", "One.", "Second?", "Two.", "Third?", "Three."),
    ]
    assert [request["model"] for request in cells.script.requests] == ["MiniMax-M2.7", "MiniMax-M2", "MiniMax-M2"]


def test_a_chat_that_a_cell_has_made_goes_on_in_a_magic(cells: Cells) -> None:
    cells.shell.user_ns["mine"] = Chat(cells.connect(), "MiniMax-M2.5", display=False)
    cells.run("mine('First?')")
    cells.run("%%minimax --chat mine --native\nSecond?")
    assert len(cells.script.requests[1]["messages"]) == 3
    assert cells.script.requests[1]["model"] == "MiniMax-M2.5"
    assert cells.script.requests[1]["extra_body"] == {"reasoning_split": False}


def test_functions_of_the_notebook_are_tools(cells: Cells) -> None:
    cells.script.answers = [message("", call("double", '{"x": 2}')), message("Four.")]
    cells.run("def double(x: int) -> int:\n    'Double it.'\n    return 2 * x\ndef half(x: int) -> float: return x / 2")
    cells.run("both = [double, half]")
    reply = cells.run("%%minimax -t double -c sums\n2 + 2?")
    assert reply.content == "Four."
    assert cells.script.requests[1]["messages"][-1]["content"] == "4"
    cells.run("%%minimax -t 'both, ' -c sums\nAgain?")
    assert [tool["function"]["name"] for tool in cells.script.requests[-1]["tools"]] == ["double", "half"]


def test_the_thinking_can_be_asked_for_in_the_answer(cells: Cells) -> None:
    cells.run("%%minimax --native\nHi?")
    assert cells.script.requests[0]["extra_body"] == {"reasoning_split": False}


@pytest.mark.parametrize(
    ("cell", "says"),
    [
        ("%%minimax\n\n  \n", "expected a question"),
        ("%%minimax\n{citty}?", r"found nothing of that name.* Did you mean \{city\}\?"),
        ("%%minimax\n{city.__class__}?", "the private attribute __class__"),
        ("%%minimax\n{city[9]}?", r"IndexError: string index out of range \(--raw fills nothing in\)"),
        ("%minimax", "expected a question"),
        ("%%minimax", "expected a question"),
        ("%%minimax -m MiniMax-M2", "expected a question"),
        ("%minimax --fast Hi?", "unrecognized arguments: --fast"),
        ("%minimax -m", "expected one argument"),
        ("%%minimax -m {model}\nHi?", "found nothing of that name"),
        ("%%minimax --fast\nHi?", "unrecognized arguments: --fast"),
        ("%%minimax Hi?\nHi?", "unrecognized arguments"),
        ("%%minimax --system 'Be\nHi?", "expected the quotes of the line to pair"),
        ("%%minimax -o 2x\nHi?", "expected the name of a variable after --output, got '2x'"),
        ("%%minimax -o class\nHi?", "expected the name of a variable after --output, got 'class'"),
        ("%%minimax -c a.b\nHi?", "expected the name of a variable after --chat, got 'a.b'"),
        ("%%minimax -c city\nHi?", "expected city to be a chat, or to be free, got a str"),
        ("%%minimax -c begun --system 'Another.'\nHi?", "only where a chat begins"),
        ("%%minimax -t weathr\nHi?", "found none called 'weathr'; did you mean weather"),
        ("%minimax_models --all", "unrecognized arguments"),
        ("%minimax_usage 5", "unrecognized arguments"),
    ],
)
def test_a_mistake_is_told_in_a_line_and_nothing_is_sent(cells: Cells, cell: str, says: str) -> None:
    cells.shell.user_ns.update(city="Paris", weather=str.upper, begun=Chat(cells.connect(), system="One."))
    with pytest.raises(UsageError, match=says) as caught:
        cells.run(cell)
    assert "\n" not in str(caught.value).strip()
    assert cells.script.requests == []


def test_a_failure_of_the_model_stays_an_error_and_the_chat_can_go_on(cells: Cells) -> None:
    cells.script.answers = [ConnectionError("gone"), message("Here.")]
    with pytest.raises(ConnectionError):
        cells.run("%%minimax -c trip -o answer\nFirst?")
    assert "answer" not in cells.shell.user_ns
    assert cells["trip"].messages == []
    assert cells.run("%%minimax -c trip -o answer\nFirst?").content == "Here."


def test_one_client_serves_all_cells_until_the_address_changes(cells: Cells, monkeypatch: pytest.MonkeyPatch) -> None:
    for _ in range(3):
        cells.run("%%minimax\nHi?")
    assert cells.connected == 1
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    cells.run("%%minimax\nHi?")
    assert cells.connected == 2


def test_the_tables_are_there(cells: Cells) -> None:
    models = cells.run("%minimax_models")
    assert isinstance(models, pd.DataFrame)
    assert models.index[0] == "MiniMax-M2.7"
    usage = cells.run("%minimax_usage")
    assert isinstance(usage, pd.DataFrame)
    assert usage.index.name == "model"


@pytest.mark.parametrize(
    "option",
    [
        "  %%minimax [",
        "--model",
        "--chat",
        "--tools",
        "--output",
        "--system",
        "--native",
        "--raw",
        "{expression:format}",
    ],
)
@pytest.mark.parametrize("magic", ["%%minimax", "%minimax"])
def test_help_names_every_option(cells: Cells, option: str, magic: str) -> None:
    found = cells.shell.object_inspect(magic)
    assert found["found"]
    assert option in found["docstring"]


@pytest.mark.parametrize("cell", ["%%minimax -h", "%minimax --help", "%%minimax -h\nWhy?"])
def test_help_can_be_asked_for_by_an_option(cells: Cells, cell: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert cells.run(cell) is None
    assert capsys.readouterr().out.startswith("  %%minimax [-m MODEL]")
    assert cells.script.requests == []


def test_unloading_leaves_nothing_behind(cells: Cells) -> None:
    cells.run("%unload_ext minimax_nb")
    before = _traces(cells.shell)
    assert not [name for name in before[0] if "minimax" in name]
    cells.run("%load_ext minimax_nb")
    assert len(_traces(cells.shell)[0]) == len(before[0]) + 4
    cells.run("%reload_ext minimax_nb")
    cells.run("%unload_ext minimax_nb")
    assert _traces(cells.shell) == before
    magics.unload(cells.shell)
    assert _traces(cells.shell) == before


def test_unloading_spares_what_others_have_put_in_our_place(cells: Cells) -> None:
    cells.shell.register_magic_function(lambda line, cell: "theirs", "cell", "minimax")
    cells.run("%unload_ext minimax_nb")
    assert cells.run("%%minimax\nHi?") == "theirs"


def _traces(shell: Any) -> tuple[list[str], list[str], list[str], int]:
    manager = shell.magics_manager
    named = [f"{kind} {name}" for kind in ("line", "cell") for name in manager.magics[kind]]
    events = sum(len(callbacks) for callbacks in shell.events.callbacks.values())
    reader = shell.input_transformer_manager
    events += len(reader.token_transformers) + len(reader.cleanup_transforms)
    return sorted(named), sorted(manager.registry), [type(each).__name__ for each in shell.configurables], events


def test_in_a_kernel_a_reply_is_shown_once_and_stays_in_out(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("MINIMAX_NB_SPEED", "max")
    book = notebook_files.made(
        "%load_ext minimax_nb\nimport minimax_nb as mm\nclient = mm.connect()",
        "%minimax -o reply Hi, how are you?",
        "_ is reply, Out[2] is reply, len(mm.usage())",
        "mm.compare('Hi, how are you?', ['MiniMax-M2.7', 'MiniMax-M2'], client=client)",
        "_",
        "await mm.acompare('Hi, how are you?', ['MiniMax-M2.7', 'MiniMax-M2'], client=client)",
    )
    notebook_files.run(book)
    outputs = [[output.output_type for output in cell.outputs] for cell in book.cells]
    assert outputs[1] in (["display_data"], ["stream", "display_data"])
    assert book.cells[2].outputs[0].data["text/plain"] == "(True, True, 1)"
    assert outputs[3:] == [["display_data"], ["execute_result"], ["display_data"]]
    assert book.cells[3].outputs[0].data == book.cells[5].outputs[0].data
    assert book.cells[3].outputs[0].data == book.cells[4].outputs[0].data


def test_a_chat_begun_while_tapes_are_replayed_goes_on_in_the_next_block(
    shell: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MINIMAX_NB_SPEED", "max")
    monkeypatch.setenv("MINIMAX_NB_DISPLAY", "static")
    (tmp_path / "tape.json").write_text(
        '{"provenance": {"kind": "authored"}, "turns": ['
        '{"request": {"messages": [{"role": "user", "content": "Hi"}]}, "reply": {"content": "Taped."}}]}',
        encoding="utf-8",
    )
    run = Cells(shell).run
    run("%load_ext minimax_nb")
    run(f"import minimax_nb as mm; tapes = mm.replaying({str(tmp_path)!r}).start()")
    assert run("%%minimax -c talk\nHi").content == "Taped."
    run("tapes.stop(); talk.messages.clear()")
    with pytest.raises(mm.ConfigurationError, match=r"made inside of mm\.replaying"):
        run("%%minimax -c talk\nHi")
    run("tapes.start(); talk.messages.clear()")
    assert run("%%minimax -c talk\nHi").content == "Taped."
    assert run("%%minimax\nHi").content == "Taped."
    run("tapes.stop()")
    assert run("%%minimax\nHi").content != "Taped."


def test_the_answer_may_be_of_a_type_of_the_notebook(cells: Cells) -> None:
    cells.script.answers[:] = [message('{"name": "Rome"}')]
    cells.run("import dataclasses\n@dataclasses.dataclass\nclass City:\n    name: str")
    assert cells.run("%%minimax -r City\nWhere?").parsed == cells["City"]("Rome")
    cells.script.answers.append(message('[{"name": "Rome"}]'))
    assert cells.run("%%minimax --response 'list[City]'\nWhere?").parsed == [cells["City"]("Rome")]
    with pytest.raises(UsageError, match="expected a type of this notebook behind --response, got 'Town'"):
        cells.run("%%minimax -r Town\nWhere?")
