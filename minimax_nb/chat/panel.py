"""A chat box in the cell's output: one conversation, shared with the cells, that leaves the kernel free."""

from __future__ import annotations

import secrets
import threading
from collections import deque
from contextvars import copy_context
from dataclasses import dataclass, replace
from functools import partial
from itertools import takewhile
from typing import TYPE_CHECKING, Any

from minimax_nb.frontend import current_kernel, draws_only_widgets, publish, running_request
from minimax_nb.history.rules import is_text_only, model_that_sees
from minimax_nb.render.context_bar import context_words
from minimax_nb.runtime import background
from minimax_nb.steps.exchanges import cut_last_question, without_questions

from .attachments import Attachments
from .panel_items import Rendered, call_words, live_item, media_of, not_kept, rendered
from .panel_turn import PanelTurn
from .panel_view import PanelView
from .saved import SavedTranscript

if TYPE_CHECKING:
    from collections.abc import Sequence

    from minimax_nb.steps.exchanges import Exchange

    from .attachments import Parts
    from .panel_host import PanelHost
    from .panel_operations import Live, Now, PanelOperation, PanelPhase, Returned

_LONGEST_REASON = 2_000

_open: dict[str, Panel] = {}
"""The panels by the cell that they stand in."""


def open_box(chat: PanelHost) -> None:
    """Put a panel on show, in the place of the one that its cell has opened before."""
    cell = _cell()
    if (before := _open.pop(cell, None)) is not None:
        before.close()
    _open[cell] = Panel(chat)


@dataclass(frozen=True, slots=True)
class _Asked:
    """A question of the reader's.

    Attributes:
        id: the page's name for it.
        text: the question.
        again: whether it takes the place of the last one.
        parts: the pictures and videos that go with it.
    """

    id: str
    text: str
    again: bool
    parts: Parts = ()


class Panel:
    """The kernel's side of one box: what the reader wants comes in, what is to be seen goes out.

    Messages of the page arrive in the kernel's thread or another's, turns run in theirs; a lock makes it one at a time.
    """

    def __init__(self, chat: PanelHost) -> None:
        self._chat = chat
        self._context = copy_context()
        self._lock = threading.RLock()
        self._queue: deque[_Asked] = deque()
        self._turn: PanelTurn | None = None
        self._last_turn: PanelTurn | None = None
        self._lost: Exchange | None = None
        self._lost_parts: Parts = ()
        self._lost_replaced = False
        self._attached = Attachments()
        self._replaced: list[Any] = []
        self._cleared: list[Any] | None = None
        self._note = ""
        self._returned: Returned = {}
        self._models = [chat.model]
        self._rendered: dict[int, Rendered] = {}
        mark = f"mm-panel-{secrets.token_hex(4)}"
        self._saved = SavedTranscript(mark)
        own_output = draws_only_widgets()
        self._view = PanelView(mark, self._hear, own_output=own_output)
        if own_output:
            publish(self._view.bundle())
        self._refresh()
        self._view.send_whole()  # to a page that is still loading the code
        self._unwatch = chat.watch(self._chat_changed)
        background.call(self._learn_models, "minimax-nb-models")

    def close(self) -> None:
        """The box is no more; the conversation is the chat's."""
        self._unwatch()
        self._view.close()

    def _hear(self, said: dict[str, Any], files: Sequence[bytes] = ()) -> None:
        """The reader wants something; whatever else comes is ignored."""
        with self._lock:
            match said:
                case {"do": "ask", "id": str(name), "text": str(text)}:
                    self._ask(_Asked(name, text, bool(said.get("again"))))
                case {"do": "attach", "id": str(name), "name": str(title)} if len(files) == 1:
                    self._attach(name, title, files[0])
                case {"do": "detach", "id": str(name)}:
                    self._attached.remove(name)
                    self._show_attached()
                case {"do": "stop"} if self._turn is not None:
                    self._turn.stop()
                case {"do": "allow", "yes": bool(yes)} if self._turn is not None:
                    why = said.get("why")
                    self._turn.decide(yes=yes, why=why[:_LONGEST_REASON] if isinstance(why, str) else "")
                case {"do": "unqueue", "id": str(name)}:
                    self._queue = deque(asked for asked in self._queue if asked.id != name)
                case {"do": "clear"} if self._idle:
                    self._cleared, self._lost, self._note = list(self._chat.messages), None, ""
                    self._chat.messages[:] = without_questions(self._chat.messages)
                case {"do": "undo"} if self._idle and self._cleared is not None:
                    self._chat.messages[:], self._cleared = self._cleared, None
                case {"do": "model", "name": str(name)} if name in self._models:
                    self._chat.model, self._note = name, ""
                case {"do": "write", "place": int(place)} if 0 <= place < len(self._saved.versions):
                    self._view.send({"write": self._saved.bundle(place), "place": place})
                    return
                case {"do": "took", "id": str(name)} if self._returned.get("id") == name:
                    self._returned = {}
                case _:
                    return
            self._refresh()

    @property
    def _idle(self) -> bool:
        return self._turn is None and not self._chat.answering

    def _ask(self, asked: _Asked) -> None:
        self._view.send_frame([("got", asked.id)])
        if asked.text.strip() or self._attached:
            asked = replace(asked, parts=self._attached.take())
            if asked.parts:
                self._show_attached()
            # What was the last question when the reader began to edit it may no longer be, unless all was quiet.
            self._queue.append(replace(asked, again=asked.again and self._idle))
            self._begin_next()

    def _begin_next(self) -> None:
        """Begins the next turn, if one is waiting and none is on."""
        if not self._queue or not self._idle:
            return
        asked = self._queue.popleft()
        self._note, self._cleared = "", None
        if self._last_turn is not None:
            self._last_turn.view.close()
        parts = asked.parts
        if asked.again and (self._lost is None or self._lost_replaced):
            self._replaced = cut_last_question(self._chat.messages)
        if asked.again:  # the words have changed, its pictures go with it again
            parts = (*(media_of(self._replaced) if self._lost is None else self._lost_parts), *parts)
        self._lost = None
        self._refresh()
        self._turn = PanelTurn(asked.text, parts, self._push)
        self._turn.start(self._chat, self._context, partial(self._ended, before=len(self._chat.messages)))

    def _ended(self, turn: PanelTurn, before: int) -> None:
        """A turn is over: what it led to stays, or what it took the place of comes back."""
        with self._lock:
            self._turn, self._last_turn = None, turn
            failed = turn.error is not None
            if failed and len(self._chat.messages) <= before:
                self._chat.messages.extend(self._replaced)
                self._lost = not_kept(turn)
                self._lost_parts = turn.parts
                self._lost_replaced = bool(self._replaced)
            elif failed and not turn.stopping:
                self._note = f"{type(turn.error).__name__}: {turn.error}"
            self._replaced = []
            if waiting := self._not_asked(turn):
                text = "\n\n".join(one.text for one in waiting if one.text.strip())
                self._returned = {"id": secrets.token_hex(4), "text": text}
                self._queue.clear()
                self._attached.put(part for one in waiting for part in one.parts)
                self._show_attached()
            self._refresh(ended=turn.view.model_id)
            self._begin_next()
            self._push()

    def _not_asked(self, turn: PanelTurn) -> list[_Asked]:
        """The questions that stand in the box again: one that was stopped and taken back, and those behind it."""
        if turn.error is None:
            return []
        taken_back = turn.stopping and self._lost is not None
        return [*([_Asked("", turn.question, again=False, parts=turn.parts)] if taken_back else []), *self._queue]

    def _attach(self, name: str, title: str, data: bytes) -> None:
        """A file was put into the box: a picture or video, or it is said why not."""
        self._note = self._attached.add(title, data)
        if not self._note and is_text_only(self._chat.model):
            self._note = (
                f"{self._chat.model} takes no pictures and no video: choose {model_that_sees()}, or another that does."
            )
        # In one frame: until the page hears that it has arrived, the question waits.
        self._view.send_frame([("attached", self._attached.shown()), ("got", name)])

    def _show_attached(self) -> None:
        self._view.send_frame([("attached", self._attached.shown())])

    def _chat_changed(self) -> None:
        """A question began or ended to be answered, perhaps by a cell."""
        with self._lock:
            if self._turn is not None:
                return
            if not self._chat.answering:
                self._lost = None
                self._refresh()
                self._begin_next()
            self._push()

    def _learn_models(self) -> None:
        models = self._chat.model_names()
        with self._lock:
            self._models = models
            self._push()

    def _refresh(self, ended: str | None = None) -> None:
        """Brings the box and the saved output up to date; between turns only, when the messages are whole.

        Args:
            ended: the model of the live reply that the last exchange was written in.
        """
        if not self._idle:
            self._push()
            return
        exchanges = self._chat.exchanges() + ([] if self._lost is None else [self._lost])
        known, sent = self._rendered, [one.item for one in self._rendered.values()]
        self._rendered = {id(one): known.get(id(one)) or rendered(one) for one in exchanges}
        shown = list(self._rendered.values())
        start = sum(1 for _ in takewhile(lambda pair: pair[0].item is pair[1], zip(shown, sent, strict=False)))
        new = [one.item for one in shown[start:]]
        if ended is not None and new:
            new[-1] = {**new[-1], "live": ended}
        self._push([("turns", start, new)] if new or start < len(sent) else [])
        self._context.copy().run(self._saved.show, [one.bundle for one in shown])
        self._view.send_frame([("saved", self._saved.versions)])

    def _push(self, operations: Sequence[PanelOperation] = ()) -> None:
        """Sends what the box shows around the conversation."""
        with self._lock:
            turn = self._turn
            live: Live | None = None if turn is None else live_item(turn)
            call = None if turn is None else turn.asks
            share = min(self._chat.context.share or 0.0, 1.0)
            now: Now = {
                "phase": self._phase(),
                "model": self._chat.model,
                "models": self._models,
                "tools": list(self._chat.tools),
                "queue": [{"id": asked.id, "text": asked.text} for asked in self._queue],
                "asks": None if call is None else call_words(call),
                "note": self._note,
                "undo": self._cleared is not None,
                "returned": self._returned,
                "fill": {"share": share, "words": context_words(share)},
            }
            self._view.send_frame([*operations, ("live", live), ("now", now)])

    def _phase(self) -> PanelPhase:
        if self._turn is not None:
            return "stopping" if self._turn.stopping else "answering"
        return "elsewhere" if self._chat.answering else "idle"


def _cell() -> str:
    """The cell that is running, as the front end names it; without such a name, the request."""
    kernel = current_kernel()
    parent = {} if kernel is None else running_request(kernel)
    named = (parent.get("metadata") or {}).get("cellId") or (parent.get("header") or {}).get("msg_id")
    return str(named or secrets.token_hex(8))
