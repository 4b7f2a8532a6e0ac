"""Tool calls written as XML, and tools to type their values by."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st


def tools_of(schemas: dict[str, Any]) -> list[dict[str, Any]]:
    return [
        {"type": "function", "function": {"name": name, "parameters": {"type": "object", "properties": properties}}}
        for name, properties in schemas.items()
    ]


def block(*invokes: str) -> str:
    return "\n".join(["<minimax:tool_call>", *invokes, "</minimax:tool_call>"])


def invoke(name: str, **parameters: str) -> str:
    inner = "".join(f'<parameter name="{key}">{value}</parameter>\n' for key, value in parameters.items())
    return f'<invoke name="{name}">\n{inner}</invoke>'


def plan(days: int, stops: list[str], label: str, sure: bool = False) -> None:
    """Plan a trip."""


schemas = st.none() | st.sampled_from(
    [{"type": "integer"}, {"type": ["array", "null"]}, {"type": "object"}, {"$ref": "#"}]
)
