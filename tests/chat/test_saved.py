"""The outputs that a panel leaves: few, kept up to date, the same text not sent twice."""

from __future__ import annotations

from typing import Any

import pytest

from minimax_nb.chat import saved
from minimax_nb.chat.saved import HINT, SavedTranscript


class Outputs:
    """What has been put on show, by display id."""

    def __init__(self) -> None:
        self.shown: dict[str, dict[str, str]] = {}
        self.sent: list[int] = []

    def publish(self, data: dict[str, str], *, display_id: str, update: bool = False) -> None:
        assert update == (display_id in self.shown)
        self.shown[display_id] = data
        self.sent.append(list(self.shown).index(display_id))

    def take(self) -> list[int]:
        sent, self.sent = self.sent, []
        return sent


@pytest.fixture
def outputs(monkeypatch: pytest.MonkeyPatch) -> Outputs:
    made = Outputs()
    monkeypatch.setattr(saved, "publish", made.publish)
    return made


def exchanges(count: int, size: int = 10) -> list[dict[str, Any]]:
    return [dict.fromkeys(("text/plain", "text/markdown", "text/html"), f"{n} ".ljust(size, ".")) for n in range(count)]


def test_a_turn_sends_the_last_output_alone(outputs: Outputs) -> None:
    transcript = SavedTranscript("m")
    transcript.show([])
    assert outputs.take() == [0]
    for count in range(1, 50):
        transcript.show(exchanges(count))
        sent = outputs.take()
        # A new output takes the hint over from the one before.
        assert sent == ([count // 20 - 1, count // 20] if count % 20 == 1 and count > 1 else [(count - 1) // 20])
    transcript.show(exchanges(49))
    assert outputs.take() == []
    whole = "".join(bundle["text/plain"] for bundle in outputs.shown.values())
    assert [f"{n} " in whole for n in range(49)] == [True] * 49
    assert whole.count(HINT) == 1


def test_long_answers_make_outputs_shorter(outputs: Outputs) -> None:
    SavedTranscript("m").show(exchanges(4, 60_000))
    assert len(outputs.shown) == 4


def test_what_is_cleared_leaves_empty_outputs(outputs: Outputs) -> None:
    transcript = SavedTranscript("m")
    transcript.show(exchanges(45))
    transcript.show([])
    first, *others = outputs.shown.values()
    assert "No question yet." in first["text/plain"]
    assert [other["text/plain"] for other in others] == ["", ""]


def test_a_page_can_tell_which_version_it_holds(outputs: Outputs) -> None:
    transcript = SavedTranscript("m")
    transcript.show(exchanges(25))
    transcript.show(exchanges(26))
    assert transcript.versions == [0, 1]
    for place, bundle in enumerate(outputs.shown.values()):
        assert bundle == transcript.bundle(place)
        assert bundle["text/html"].startswith(f'<div class="m-{place} ')
        assert f' mm-version-{transcript.versions[place]}"' in bundle["text/html"]
