"""What the library knows, as pandas DataFrames."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from minimax_nb.catalog import MODELS, Model, Price
from minimax_nb.message.reply import Reply
from minimax_nb.message.usage_log import session

if TYPE_CHECKING:
    import pandas as pd
    from openai import OpenAI


def models(client: OpenAI | None = None) -> pd.DataFrame:
    """The models as a table, one row each; first the seven of the API page, in its order.

    In a notebook the table shows itself with units, rules and sources; what is made from it is a plain DataFrame.
    Prices are US dollars per million tokens, ``tokens_per_s`` the documented speed, token counts are maxima. A missing
    value means that nobody has documented it. The ``sources`` column says who said what, and when.

    Args:
        client: an ``openai.OpenAI``; it is asked once what it serves. This adds the column ``served``, and a row for
            each model that is unknown here.

    Raises:
        TypeError: the client is no synchronous client.
        openai.OpenAIError: the endpoint did not answer.
    """
    import pandas as pd

    from .models_frame import DTYPES, ModelsFrame

    rows = {model.name: _row(model) for model in MODELS}
    if client is not None:
        served = _served(client)
        for name in served:
            rows.setdefault(name, {"status": "served, not known here"})
    table = pd.DataFrame.from_dict(rows, orient="index", columns=list(DTYPES)).astype(DTYPES)
    table.index.name = "model"
    if client is not None:
        table["served"] = [name in served for name in table.index]
    return ModelsFrame(table)


def _served(client: OpenAI) -> list[str]:
    """The names of the models that an endpoint serves, in its order."""
    from openai import OpenAI as SyncClient

    if not isinstance(client, SyncClient):
        raise TypeError(f"expected a client such as mm.connect() returns, got {type(client).__name__}")
    return [model.id for model in client.models.list()]


def _row(model: Model) -> dict[str, Any]:
    first = model.prices[0] if model.prices else None
    return {
        "context_window": model.context_window,
        "max_output": model.max_output,
        "tokens_per_s": model.tokens_per_s,
        "input_usd": first and first.input,
        "output_usd": first and first.output,
        "cache_read_usd": first and first.cache_read,
        "cache_write_usd": first and first.cache_write,
        "price_note": "; ".join(_note(price) for price in model.prices[1:]) or None,
        "temperature": model.temperature,
        "thinking": model.thinking,
        "status": model.status,
        "description": model.description,
        "sources": "; ".join(f"{source.says}: {source.who}, {source.date}" for source in model.sources),
    }


def _note(price: Price) -> str:
    """The price of longer prompts, in words."""
    figures = f"{price.input:.2f} in, {price.output:.2f} out, {price.cache_read} cache read"
    return f"over {price.over:,} prompt tokens: {figures}"


_REPLY_DTYPES = {
    "model": "string",
    "content": "string",
    "reasoning": "string",
    "tool_calls": "Int64",
    "finish_reason": "string",
    "partial_reason": "string",
    "problem": "string",
    "prompt_tokens": "Int64",
    "cached_tokens": "Int64",
    "completion_tokens": "Int64",
    "reasoning_tokens": "Int64",
    "first_token_s": "Float64",
    "reasoning_s": "Float64",
    "total_s": "Float64",
    "tokens_per_s": "Float64",
    "cost_usd": "Float64",
    "origin": "string",
    "id": "string",
}


def to_frame(replies: Iterable[Reply] | Mapping[Any, Reply]) -> pd.DataFrame:
    """Replies as a table, one row each; a missing value means that it is not known.

    ``tool_calls`` is how many there are, ``cost_usd`` what ``reply.cost`` says.

    Args:
        replies: any number of replies. The keys of a mapping (a comparison is one) and the index of a Series become
            the index; others are numbered from 0.

    Raises:
        TypeError: something among them is no reply.
    """
    import pandas as pd

    if isinstance(replies, Reply):
        raise TypeError("expected several replies, got one: put it into a list")
    listed = list(replies.values() if isinstance(replies, Mapping) else replies)
    for place, reply in enumerate(listed):
        if not isinstance(reply, Reply):
            raise TypeError(f"expected replies, got {type(reply).__name__} {repr(reply)[:60]} at place {place}")
    index = list(replies) if isinstance(replies, Mapping) else getattr(replies, "index", None)
    rows = [_reply_row(reply) for reply in listed]
    known_index = index if isinstance(index, list | pd.Index) else None
    return pd.DataFrame(rows, columns=list(_REPLY_DTYPES), index=known_index).astype(_REPLY_DTYPES)


def _reply_row(reply: Reply) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(reply, name, None) for name in _REPLY_DTYPES}
    row |= {**reply.usage.to_dict(), **reply.timing.to_dict()}
    row["tool_calls"] = len(reply.tool_calls)
    row["cost_usd"] = reply.cost
    row["origin"] = reply.origin.kind if reply.origin is not None else None
    return row


def usage() -> pd.DataFrame:
    """What this session has spent: tokens and US dollars by model, one row for each model and origin.

    Counted is every reply that the library has read, each once; replies that your own code took from a stream are not.
    The sums hold what is known: ``uncounted`` replies came without token counts (an interrupted one, say), ``unpriced``
    ones have no known cost. A missing value means that it is not known of any.
    """
    import pandas as pd

    from .usage_frame import DTYPES as USAGE_DTYPES
    from .usage_frame import UsageFrame

    spent = session.spent()
    rows = [{name: getattr(one, name) for name in USAGE_DTYPES} for one in spent]
    index = pd.Index([one.model for one in spent], name="model", dtype="object")
    return UsageFrame(pd.DataFrame(rows, columns=list(USAGE_DTYPES), index=index).astype(USAGE_DTYPES))
