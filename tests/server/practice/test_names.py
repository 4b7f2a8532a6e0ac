"""Names, counts, conversions and searches in a question, as a rehearsed call's arguments have them."""

from __future__ import annotations

import json
from typing import Any

import pytest

from minimax_nb.server.practice.counts import conversion, in_digits
from minimax_nb.server.practice.hints import hints
from minimax_nb.server.practice.practice import rehearse
from minimax_nb.server.service.models import MODELS


def tool(name: str, description: str, **properties: str) -> dict[str, Any]:
    schema = {
        "type": "object",
        "properties": {key: {"type": kind} for key, kind in properties.items()},
        "required": list(properties),
    }
    return {"type": "function", "function": {"name": name, "description": description, "parameters": schema}}


WEATHER = tool("get_weather", "Get the current weather for a city", city="string")
PLACE = tool("forecast", "Get the forecast", location="string")
FORECAST = tool("forecast", "Get the forecast", location="string", days="integer")
SEARCH = tool("web_search", "Search the web", query="string")
CURRENCY = tool("convert_currency", "Convert money", amount="number", from_currency="string", to_currency="string")
UNITS = tool("convert", "Convert units", amount="number", source="string", target="string")
FLIGHT = tool("search_flights", "Search flights", origin="string", destination="string", passengers="integer")


def made(offered: dict[str, Any], text: str) -> list[list[Any]]:
    """The values of each call that a question leads to."""
    messages = [{"role": "user", "content": text}]
    answer = rehearse({"messages": messages, "tools": [offered]}, MODELS["MiniMax-M2"])
    return [list(json.loads(call.arguments).values()) for call in answer.calls]


PLACES = [
    ("Weather in Los Angeles", ["Los Angeles"]),
    ("WEATHER IN LOS ANGELES", ["LOS ANGELES"]),
    ("What Is The Weather In The Hague", ["The Hague"]),
    ("Las Vegas", ["Las Vegas"]),
    ("weather in Las Vegas and Los Angeles", ["Las Vegas", "Los Angeles"]),
    ("Weather in Las Vegas, NV", ["Las Vegas, NV"]),
    ("What's the weather in La Paz?", ["La Paz"]),
    ("El Paso weather", ["El Paso"]),
    ("Is it raining in Le Havre?", ["Le Havre"]),
    ("Is La Rochelle or Le Mans warmer?", ["La Rochelle", "Le Mans"]),
    ("should I visit El Salvador", ["El Salvador"]),
    ("The Hague", ["The Hague"]),
    ("The weather in The Hague today?", ["The Hague"]),
    ("The Netherlands?", ["Netherlands"]),
    ("Is the Weather in Oslo good?", ["Oslo"]),
    ("A forecast for A Coruña", ["A Coruña"]),
    ("Weather in An Nhon", ["An Nhon"]),
    ("What about the Isle of Man?", ["Isle of Man"]),
    ("Isle of Man weather", ["Isle of Man"]),
    ("Weather for Port of Spain", ["Port of Spain"]),
    ("The weather in the city of Oslo", ["Oslo"]),
    ("the weather in the city of oslo", ["oslo"]),
    ("Weather in Dar es Salaam", ["Dar es Salaam"]),
    ("How's Rio de Janeiro?", ["Rio de Janeiro"]),
    ("Rio de Janeiro weather", ["Rio de Janeiro"]),
    ("Forecast Rio de Janeiro", ["Rio de Janeiro"]),
    ("Weather in Côte d'Ivoire", ["Côte d'Ivoire"]),
    ("Wetter in Frankfurt am Main", ["Frankfurt am Main"]),
    ("Das Wetter am Montag in Den Haag", ["Den Haag"]),
    ("Météo de Paris", ["Paris"]),
    ("El tiempo en Madrid", ["Madrid"]),
    ("¿Qué tiempo hace en Las Palmas?", ["Las Palmas"]),
    ("Weather in Washington, D.C.?", ["Washington, D.C."]),
    ("Washington D.C. weather", ["Washington D.C."]),
    ("Weather in Washington, DC and Boston", ["Washington, DC", "Boston"]),
    ("Weather in St. John's?", ["St. John's"]),
    ("St. John's weather", ["St. John's"]),
    ("What's Tokyo's weather?", ["Tokyo"]),
    ("weather paris", ["paris"]),
    ("paris weather", ["paris"]),
    ("weather new york", ["new york"]),
    ("forecast london tomorrow", ["london"]),
    ("paris or rome weather", ["paris", "rome"]),
    ("weather paris, london", ["paris", "london"]),
    ("how about paris?", ["paris"]),
    ("tokyo", ["tokyo"]),
    ("weather in el paso", ["el paso"]),
    ("how hot is it in los angeles", ["los angeles"]),
    ("weather los angeles", ["los angeles"]),
    ("weather in rio de janeiro", ["rio de janeiro"]),
    ("weather in washington dc", ["washington dc"]),
    ("weather in st. john's", ["st. john's"]),
    ("the hague weather", ["the hague"]),
    ("weather in the hague", ["the hague"]),
    ("Weather in Rome in May", ["Rome"]),
    ("Compare Los Angeles to Las Vegas", ["Los Angeles", "Las Vegas"]),
    *[
        (text, ["San Francisco"])
        for text in ("will it rain", "is it cold outside", "what is the weather like today", "give me the weather")
    ],
]


@pytest.mark.parametrize("offered", [WEATHER, PLACE], ids=["weather", "forecast"])
@pytest.mark.parametrize(("text", "places"), PLACES)
def test_a_place_is_called_by_its_whole_name(offered: dict[str, Any], text: str, places: list[str]) -> None:
    assert made(offered, text) == [[place] for place in places]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("next five days in Oslo", ["Oslo", 5]),
        ("The next Five days in Las Vegas", ["Las Vegas", 5]),
        ("A seven-day forecast for La Paz", ["La Paz", 7]),
        ("Oslo for twenty-one days", ["Oslo", 21]),
        ("2 people want four days in Rome", ["Rome", 4]),
        ("Three Rivers forecast", ["Three Rivers", 1]),
        ("This one is for Oslo", ["Oslo", 1]),
    ],
)
def test_a_number_in_words_counts(text: str, values: list[Any]) -> None:
    assert made(FORECAST, text) == [values]


@pytest.mark.parametrize(
    ("text", "query"),
    [
        ("Search for quantum computing papers", "quantum computing papers"),
        ("search the web for quantum computing papers", "quantum computing papers"),
        ("Please search for quantum computing.", "quantum computing"),
        ("Can you search for cats?", "cats"),
        ("Could you please look for flights to Rome on the web?", "flights to Rome"),
        ("Look up the capital of France", "the capital of France"),
        ("Find papers about black holes", "papers about black holes"),
        ("Search: rust async", "rust async"),
        ("google python tutorials", "python tutorials"),
        ("Suche nach Quantencomputern", "Quantencomputern"),
        ("请搜索量子计算论文", "量子计算论文"),
        ('Search for "ocean currents"', "ocean currents"),
        *[(text, text) for text in ("Search", "Search engines compared", "Google Pixel", "Finding Nemo", "Who won?")],
    ],
)
def test_what_is_searched_for_goes_without_the_order(text: str, query: str) -> None:
    assert made(SEARCH, text) == [[query]]


@pytest.mark.parametrize("offered", [CURRENCY, UNITS], ids=["currency", "units"])
@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Convert 100 USD to EUR", [100, "USD", "EUR"]),
        ("convert 100 usd to eur", [100, "usd", "eur"]),
        ("100 USD in EUR", [100, "USD", "EUR"]),
        ("How much is 100 USD in EUR?", [100, "USD", "EUR"]),
        ("Convert 1,000.5 JPY into CHF please", [1000.5, "JPY", "CHF"]),
        ("Convert from USD to EUR", [1, "USD", "EUR"]),
        ("USD to EUR", [1, "USD", "EUR"]),
        ("Convert 100 US dollars to Japanese yen", [100, "US dollars", "Japanese yen"]),
        ("convert five miles to kilometers", [5, "miles", "kilometers"]),
    ],
)
def test_a_conversion_is_one_call_with_both_units(offered: dict[str, Any], text: str, values: list[Any]) -> None:
    assert made(offered, text) == [values]


@pytest.mark.parametrize(
    ("text", "values"),
    [
        ("Flights from Los Angeles to Las Vegas for two people", ["Los Angeles", "Las Vegas", 2]),
        ("Paris to Tokyo for 2 people", ["Paris", "Tokyo", 2]),
        ("flights for 2 people to Rome from Oslo", ["Oslo", "Rome", 2]),
    ],
)
def test_a_journey_has_both_ends(text: str, values: list[Any]) -> None:
    assert made(FLIGHT, text) == [values]


@pytest.mark.parametrize("text", ["3 days in Rome", "Send 5 mails to anna", "2 people to Oslo", ""])
def test_what_converts_nothing_has_no_units(text: str) -> None:
    assert conversion(text) == {}


def test_numbers_in_words_stand_in_digits() -> None:
    assert in_digits("one day, forty two cats, Sixty-five days, ten; nineteen years") == (
        "1 day, 42 cats, 65 days, ten; 19 years"
    )


@pytest.mark.parametrize(
    "text",
    ["Los " * 500, "Aa de " * 330, "St. " * 500, "D.C. " * 400, "a de " * 400, "in x de " * 250, "twenty " * 290],
)
def test_no_question_takes_long(text: str) -> None:
    assert hints(text).question == text[:2000]
