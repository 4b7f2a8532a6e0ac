"""Is a history fit to be sent, and will the model find its thoughts in it?

The public face of the rules: what it finds shows as a table in a notebook.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Any

from minimax_nb.errors import HistoryError, short
from minimax_nb.frontend import RichDisplay
from minimax_nb.message.reply import Reply

from .findings import Finding
from .findings_table import NOTHING, findings_markdown, findings_table
from .repair import mend
from .rules import find_problems

if TYPE_CHECKING:
    from minimax_nb.render.text.markup import Bundle

__all__ = ["Finding", "Findings", "check_history", "repair_history"]


class Findings(RichDisplay, list[Finding]):
    """What a check found: a list that shows as a table."""

    @property
    def refused(self) -> bool:
        """Whether the service would refuse the request for any of these."""
        return any(finding.refused for finding in self)

    def raise_if_refused(self) -> None:
        """Stop here if the service would refuse the request.

        Raises:
            HistoryError: with all findings; its message tells the first that is refused.
        """
        worst = [finding for finding in self if finding.refused]
        if worst:
            more = f" And {len(worst) - 1} more." if len(worst) > 1 else ""
            raise HistoryError(f"{worst[0]}{more} repair_history(messages) mends it.", findings=self)

    def __repr__(self) -> str:
        if not self:
            return NOTHING
        return "\n".join(str(finding) for finding in self)

    def _forms(self) -> Bundle:
        return {
            "text/plain": repr(self),
            "text/markdown": findings_markdown(self),
            "text/html": findings_table(self),
        }


def listed_messages(messages: Any) -> list[Any]:
    """The messages of a history, also from what plainly holds one: a chat, the dict of a request, a single message.

    Raises:
        TypeError: there are none in it.
    """
    held = messages.get("messages") if isinstance(messages, Mapping) else getattr(messages, "messages", None)
    if isinstance(held, list | tuple):
        return list(held)
    if isinstance(messages, Reply) or (isinstance(messages, Mapping) and "role" in messages):
        return [messages]
    if isinstance(messages, Iterable) and not isinstance(messages, str | bytes | Mapping):
        return list(messages)
    raise TypeError(
        f"expected a list of messages, such as chat.messages, got {type(messages).__name__} {short(messages)}: "
        'a question is {"role": "user", "content": "…"}, in a list'
    )


def check_history(
    messages: Iterable[Any],
    *,
    tools: Iterable[Any] | None = None,
    model: str | None = None,
    originals: Iterable[Any] = (),
) -> Findings:
    """Find what the service would refuse, and what would silently break the chain of thought.

    Args:
        messages: the history as it is to be sent: dicts, message objects of the openai package, or replies. A chat, the
            dict of a request, or a single message will do too.
        tools: the request's tools, to be checked too.
        model: the model that is to be asked. Without it the stricter rule counts where models differ (one leading
            system message), and no thinking is called missing for being absent everywhere.
        originals: assistant messages (or replies) as they were received. With them a change of the thinking, or of
            anything else, is found exactly; without them it is judged by what the messages themselves show.

    Raises:
        TypeError: what came is no list of messages.

    Returns:
        One finding for each thing that is wrong, in the order of the messages; empty for a good history.
    """
    return Findings(find_problems(listed_messages(messages), tools=tools, model=model, originals=originals))


def repair_history(
    messages: Iterable[Any], *, model: str | None = None, originals: Iterable[Any] = ()
) -> list[dict[str, Any]]:
    """Mend a history: a copy that checks clean, with as much kept as can be.

    Results move behind their calls; a call that has none gets one that says so; results of no call are dropped; broken
    arguments become what can be read of them; system messages are merged where the model wants one; thinking is brought
    into one form. Thinking that is gone cannot be made up: pass ``originals`` to put it back.

    Args:
        messages: the history; it is not changed.
        model: the model that is to be asked.
        originals: assistant messages (or replies) as they were received.

    Returns:
        A new list of new dicts. A history in which nothing is wrong comes back equal. One that holds nothing but
        empty messages comes back as an empty list, to which a question is still to be added before it is sent.
    """
    return mend(listed_messages(messages), model=model, originals=originals)
