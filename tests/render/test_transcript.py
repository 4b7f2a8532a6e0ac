"""A conversation as a document: every question, every answer, in three forms, with nothing hostile in force."""

from __future__ import annotations

import re

import pytest

from minimax_nb.message.reply import Reply, Timing, Usage
from minimax_nb.render.transcript import NOT_KEPT, answer_html, exchange_bundle, transcript_bundle
from minimax_nb.steps.exchanges import Exchange, Recollection, exchange_of

from ..support.html_inspection import DOCUMENT, inspect

FORMS = ("text/plain", "text/markdown", "text/html")
HOSTILE = (
    "</div></details><script>alert(1)</script><img src=x onerror=alert(1)> ```\n# Head\n$5 and $6 \\(x\\) \x1b[31m"
)
PLAIN = Exchange("What are tides?", reply=Reply(content="The **moon** pulls.", reasoning="Hm.", model="MiniMax-M2.7"))
WITH_TOOLS = exchange_of(
    [
        {"role": "system", "content": "Be brief."},
        {"role": "user", "content": "Weather?"},
        {
            "role": "assistant",
            "content": "",
            "tool_calls": [
                {
                    "id": "a",
                    "type": "function",
                    "function": {"name": "get_weather", "arguments": '{"location":"Paris"}'},
                }
            ],
        },
        {"role": "tool", "tool_call_id": "a", "content": "24 degrees"},
        {"role": "assistant", "content": "Warm."},
    ],
    Recollection(),
)


@pytest.mark.parametrize("form", FORMS)
def test_each_form_holds_every_question_and_answer(form: str) -> None:
    text = transcript_bundle(map(exchange_bundle, [PLAIN, WITH_TOOLS]), hint="Go on.")[form].replace("\\_", "_")
    for words in ("What are tides?", "pulls.", "Be brief.", "Weather?", "get_weather", "24 degrees", "Warm.", "Go on."):
        assert words in text
    assert text.index("tides?") < text.index("pulls.") < text.index("Weather?") < text.index("Warm.")


def test_nothing_said_yet_is_said() -> None:
    bundle = transcript_bundle([])
    assert all("No question yet." in bundle[form] for form in FORMS)


def test_the_mark_is_a_class_of_the_whole() -> None:
    assert transcript_bundle([], mark="one two")["text/html"].startswith('<div class="one two">')
    assert "class=" not in transcript_bundle([])["text/html"]


@pytest.mark.parametrize(
    "exchange",
    [
        Exchange(HOSTILE, system=HOSTILE, reply=Reply(content=HOSTILE, reasoning=HOSTILE, model=HOSTILE)),
        Exchange(HOSTILE, reply=Reply(partial_reason="error", problem=HOSTILE), kept=False),
        exchange_of(
            [{"role": "user", "content": HOSTILE}, {"role": "tool", "tool_call_id": HOSTILE, "content": HOSTILE}],
            Recollection(),
        ),
    ],
)
def test_nothing_in_it_is_trusted(exchange: Exchange) -> None:
    bundle = transcript_bundle([exchange_bundle(exchange)])
    tags = set(inspect(bundle["text/html"], DOCUMENT).tags)
    assert not tags & {"script", "img", "style", "svg", "math"}
    assert "\x1b" not in "".join(bundle.values())
    assert not re.search(r"(?<!\\)<(script|img)", bundle["text/markdown"])
    inspect(answer_html(exchange, "mathml"), DOCUMENT)


def test_a_long_question_is_cut_and_says_so() -> None:
    bundle = exchange_bundle(Exchange("word " * 100_000, reply=Reply(content="Ok.")))
    for form in FORMS:
        assert len(bundle[form]) < 60_000
        assert "are left out here" in bundle[form]


@pytest.mark.parametrize("form", FORMS)
def test_what_led_to_nothing_is_marked(form: str) -> None:
    lost = Exchange("Hm?", reply=Reply(partial_reason="error", problem="no route"), kept=False)
    assert "o route" in exchange_bundle(lost)[form]
    assert NOT_KEPT.split(":")[0] in exchange_bundle(lost)[form]
    assert NOT_KEPT.split(":")[0] not in exchange_bundle(PLAIN)[form]


@pytest.mark.parametrize("exchange", [Exchange("Only asked."), Exchange("")])
def test_a_question_without_an_answer_is_no_error(exchange: Exchange) -> None:
    inspect(exchange_bundle(exchange)["text/html"], DOCUMENT)
    assert exchange.question in exchange_bundle(exchange)["text/plain"]


def test_what_is_known_of_a_reply_stands_below_it() -> None:
    reply = Reply(
        content="Yes.", usage=Usage(completion_tokens=12), timing=Timing(first_token_s=0.4), model="MiniMax-M2.7"
    )
    assert "12 tokens · first token 0.40 s" in exchange_bundle(Exchange("Sure?", reply=reply))["text/html"]
