"""What a panel needs of the conversation that it shows: the chat's side of it."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from collections.abc import Callable

    from minimax_nb.display.view import View
    from minimax_nb.message.reply import Reply, ToolCall
    from minimax_nb.steps.exchanges import Exchange

    from .conversation import Context


class PanelHost(Protocol):
    """A conversation that panels and cells share: a ``Chat``.

    Attributes:
        model: the model that is asked next.
        messages: the history, as it is sent.
        tools: the tools by name.
    """

    model: str
    messages: list[Any]
    tools: dict[str, Any]

    @property
    def answering(self) -> bool:
        """Whether a question is being answered at the moment, in a cell or in a panel."""

    @property
    def context(self) -> Context:
        """How much of the model's window the conversation fills."""

    def exchanges(self) -> list[Exchange]:
        """The messages by question, each with what the model did and its answer."""

    def model_names(self) -> list[str]:
        """The models to choose from."""

    def watch(self, watcher: Callable[[], None]) -> Callable[[], None]:
        """Have a function called whenever a question begins or ends to be answered; returns what ends this."""

    async def answer_in(self, view: View, question: Any, approve: Callable[[ToolCall], Any] | None = None) -> Reply:
        """Answer a question, shown in a view."""
