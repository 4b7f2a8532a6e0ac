"""What a finish reason says of a reply: whole, at its limit, or broken off by somebody."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from .reply import PartialReason

LENGTH_PROBLEM = "the reply reached its token limit (finish_reason 'length'); ask with a higher max_completion_tokens"

TAKEN_BACK = "The question was taken back: it is not part of the conversation, and can be asked again."
"""The problem of a reply that was stopped before it said anything that a history can hold."""

# fmt: off
_WHOLE = frozenset({
    "stop", "tool_calls", "tool_call", "tool_use", "function_call", "end_turn", "end_of_turn", "stop_sequence", "eos",
    "eos_token", "stop_token", "complete", "completed", "done", "finish", "finished", "normal", "pause_turn",
})
_LIMIT = frozenset({
    "length", "max_tokens", "max_output_tokens", "max_length", "token_limit", "model_length",
    "model_context_window_exceeded",
})
_FILTERED = frozenset({
    "content_filter", "content_filtered", "contentfilter", "filtered", "safety", "sensitive", "blocked", "blocklist",
    "prohibited_content", "spii", "recitation", "image_safety", "guardrail_intervened", "moderation",
})
# fmt: on
# Seen on DeepSeek, vLLM and SGLang, Zhipu, OpenRouter and others, each with what it means.
_BROKEN_OFF = {
    "insufficient_system_resource": "the service ran out of resources",
    "abort": "the server broke the reply off",
    "aborted": "the server broke the reply off",
    "cancelled": "the server broke the reply off",
    "network_error": "the service lost its model",
    "error": "the service failed midway",
    "repetition_truncation": "the service stopped the model, which repeated itself",
    "malformed_function_call": "the model wrote a call that the service cannot read",
    "refusal": "the model declines to answer",
}


def ending(finish_reason: str | None) -> tuple[PartialReason | None, str | None]:
    """Why a reply with this finish reason is not whole, and the same in words; None twice if it is.

    ``content_filter`` and ``length`` are documented (finish_reason of the OpenAI-compatible API); the others are those
    of other servers, in any spelling. A reason that nobody knows is no sign of a whole reply.
    """
    if not finish_reason:
        return None, None
    name = finish_reason.strip().lower().replace("-", "_").replace(" ", "_")
    if name in _WHOLE:
        return None, None
    if name in _LIMIT:
        return "length", LENGTH_PROBLEM.replace("'length'", repr(finish_reason))
    if name in _FILTERED:
        return "error", (
            f"the service's content filter stopped the reply (finish_reason {finish_reason!r}); ask in other words"
        )
    why = _BROKEN_OFF.get(name, "the reply ended for a reason that is not known here")
    return "error", f"{why} (finish_reason {finish_reason!r}); what arrived may not be all, ask again"
