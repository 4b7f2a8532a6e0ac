"""Models that the server serves, with the limits it holds requests to.

Names, context and speed come from the page "OpenAI compatible API" (the seven of the M2 family) and its later edition
(MiniMax-M3); ``created`` and the order from the service's own list of models, as seen in 2026. The limit on output
tokens is the one in the OpenAPI description of chat completions.
"""

from __future__ import annotations

from dataclasses import dataclass, replace


@dataclass(frozen=True, slots=True)
class ServedModel:
    """Model with its limits.

    Attributes:
        id: its name in requests.
        created: Unix time that the list of models gives.
        context: tokens of prompt and output together.
        max_output: tokens of output at most.
        tokens_per_s: the documented speed; 60 where none is documented.
        top_temperature: the highest temperature that is accepted.
        thinks_apart: whether the M3.1 line's rules hold (text generation guide, November 2026): it always thinks, in
            ``reasoning_content`` unless told otherwise, as long as ``reasoning_effort`` says; no content beside calls.
    """

    id: str
    created: int
    context: int = 204_800
    max_output: int = 204_800
    tokens_per_s: float = 60.0
    top_temperature: float = 1.0
    thinks_apart: bool = False

    @property
    def is_m2(self) -> bool:
        """Whether the M2 family's rules hold: text only, one leading system message, thinking always on."""
        return self.id.rpartition("/")[2].startswith("MiniMax-M2")


MODELS: dict[str, ServedModel] = {
    model.id: model
    for model in (
        ServedModel(
            "MiniMax-M3.1-Flash",
            1792454400,  # of its general release, about
            context=1_000_000,
            max_output=524_288,
            top_temperature=2.0,
            thinks_apart=True,
        ),
        ServedModel("MiniMax-M3", 1780272000, context=1_000_000, max_output=524_288, top_temperature=2.0),
        ServedModel("MiniMax-M2.7", 1773799200),
        ServedModel("MiniMax-M2.7-highspeed", 1773799200, tokens_per_s=100.0),
        ServedModel("MiniMax-M2.5", 1770948000),
        ServedModel("MiniMax-M2.5-highspeed", 1770948000, tokens_per_s=100.0),
        ServedModel("MiniMax-M2.1", 1766455200),
        ServedModel("MiniMax-M2.1-highspeed", 1766455200, tokens_per_s=100.0),
        ServedModel("MiniMax-M2", 1761530400),
    )
}


def own_model() -> ServedModel:
    """Make the model that somebody serves with weights of their own, under the name that these have."""
    return replace(MODELS["MiniMax-M2.5"], id="MiniMaxAI/MiniMax-M2.5")


def recorded_model(name: str) -> ServedModel:
    """Make a model that is known from a recording alone, with limits that allow whatever the service has answered."""
    return ServedModel(name, 0, context=10_000_000, max_output=10_000_000, top_temperature=2.0)


def model_object(model: ServedModel) -> dict[str, object]:
    """Write a model as the list of models shows it."""
    return {"id": model.id, "object": "model", "created": model.created, "owned_by": "minimax"}
