"""Text that tries to break out of every place, and a run that is full of it."""

from __future__ import annotations

from minimax_nb.message.reply import Reply, Timing, ToolCall, Usage
from minimax_nb.steps.recorder import StepRecorder

HOSTILE = (
    "</pre></details></div></blockquote><script>alert(1)</script><img src=x onerror=alert(1)> | `a` ``` \n```\n~~~\n"
    "[x](javascript:alert(1)) ![p](https://evil.example/p.png) $5 and $6 \\(x\\) \u202eabc\x1b[0m \ud800 & &lt;"
)


def hostile_steps() -> StepRecorder:
    recorder = StepRecorder()
    recorder.message({"role": "system", "content": HOSTILE})
    recorder.message({"role": "user", "content": HOSTILE})
    call = ToolCall(HOSTILE, HOSTILE, HOSTILE)
    recorder.reply(
        Reply(
            reasoning=HOSTILE,
            content=HOSTILE,
            tool_calls=(call, ToolCall("b", HOSTILE, '{"<b>": "</pre><script>"}')),
            usage=Usage(1, 2, 1),
            timing=Timing(0.1, 0.4, 0.2, 0.5),
            model=HOSTILE,
            finish_reason=HOSTILE,
            partial_reason="error",
        )
    )
    recorder.result(call, HOSTILE, error=True, duration_s=1.0)
    return recorder
