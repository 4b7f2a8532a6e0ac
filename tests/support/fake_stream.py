"""A model for the browser tests: chunks of a reply with pauses between them, without any server.

Imported by the notebooks under test; it is put beside them, or they are run from here.
"""

from __future__ import annotations

import time
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

THOUGHTS = """The reader wants to know about tides. Two bodies pull: the moon and the sun.

1. The pull falls with the **cube** of the distance.
2. So the moon wins, though the sun is heavier.

I should give a formula, a small table and some code, and keep it short. """

ANSWER = r"""Tides are the *difference* of the moon's pull across the Earth.

## How strong is it?

The acceleration is about $a = 2GMr/d^3$, which gives:

| body | pull on the sea |
|------|----------------:|
| moon | 1.1 µm/s² |
| sun  | 0.5 µm/s² |

- It costs $5 and $6, **not** a formula.
- 月亮比太阳近得多。
  - nested `code` too

```python
def tide(mass: float, radius: float, distance: float) -> float:
    '''The tidal acceleration in m/s².'''
    return 2 * 6.674e-11 * mass * radius / distance**3  # Newton
```

> The sea follows the moon.

That is all there is to it. END-OF-ANSWER
"""

HOSTILE = """<script>window.pwned=1;alert(1)</script> <img src=x onerror="window.pwned=1">
<img src="http://evil.invalid/a.png"> ![pic](http://evil.invalid/b.png) [link](javascript:window.pwned=1)
</details></div></div><style>*{display:none}</style> <iframe src="http://evil.invalid/"></iframe>

<a href="http://evil.invalid" onclick="window.pwned=1">x</a> &lt;script&gt; $5 and $6 \u202eevil\x1b[31m

$\\href{javascript:window.pwned=1}{click}$ and [d](data:text/html,<script>alert(1)</script>)

```html
</code></pre><script>window.pwned=1</script>
"""


def chunks(
    reasoning: str = THOUGHTS,
    content: str = ANSWER,
    *,
    calls: list[dict[str, Any]] | None = None,
    pause: float = 0.01,
    first: float = 0.0,
    step: int = 6,
    finish: str | None = "stop",
    fail_after: int | None = None,
) -> Iterator[dict[str, Any]]:
    """The reply as chunks, ``step`` characters each, ``pause`` seconds apart."""
    time.sleep(first)
    sent = 0
    for delta in _deltas(reasoning, content, calls or [], step):
        if fail_after is not None and sent >= fail_after:
            raise ConnectionError("the line went dead")
        yield _chunk(delta)
        sent += 1
        time.sleep(pause)
    if finish is not None:
        yield _chunk({}, finish)
    usage = {"prompt_tokens": 20, "completion_tokens": sent, "total_tokens": 20 + sent}
    yield {**_chunk({}), "choices": [], "usage": usage}


def _deltas(reasoning: str, content: str, calls: list[dict[str, Any]], step: int) -> Iterator[dict[str, Any]]:
    for start in range(0, len(reasoning), step):
        yield {"reasoning_content": reasoning[start : start + step]}
    for start in range(0, len(content), step):
        yield {"content": content[start : start + step]}
    for index, call in enumerate(calls):
        head = {"index": index, "id": f"call_{index}", "type": "function"}
        yield {"tool_calls": [{**head, "function": {"name": call["name"], "arguments": ""}}]}
        for start in range(0, len(call["arguments"]), step):
            piece = call["arguments"][start : start + step]
            yield {"tool_calls": [{"index": index, "function": {"arguments": piece}}]}


def _chunk(delta: dict[str, Any], finish: str | None = None) -> dict[str, Any]:
    choice = {"index": 0, "delta": delta, "finish_reason": finish}
    return {"id": "r1", "object": "chat.completion.chunk", "model": "MiniMax-M2.7", "choices": [choice]}
