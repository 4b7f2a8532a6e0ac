"""Types and functions as a user writes them for a tool."""

from __future__ import annotations

import dataclasses
import enum
from typing import Any, Literal, Optional

import pydantic
from typing_extensions import TypedDict

from minimax_nb.tools.tool import Tool


class Unit(enum.Enum):
    CELSIUS = "celsius"
    FAHRENHEIT = "fahrenheit"


@dataclasses.dataclass
class Point:
    x: float
    y: float = 0.0


class Stop(TypedDict):
    town: str
    nights: int


class Trip(pydantic.BaseModel):
    start: Point
    stops: list[Stop] = []


class Node(pydantic.BaseModel):
    value: int
    next: Optional[Node] = None  # noqa: UP045


def get_weather(location: str, unit: Literal["celsius", "fahrenheit"] = "celsius") -> str:
    """Get the weather of a place.

    It knows today only.

    Args:
        location: the city and country,
            such as Oslo, NO
        unit (str, optional): the unit of temperature

    Returns:
        A sentence.
    """
    return f"{location} {unit}"


def properties(function: Any) -> dict[str, Any]:
    found = Tool.of(function).schema["function"]["parameters"]["properties"]
    assert isinstance(found, dict)
    return found
