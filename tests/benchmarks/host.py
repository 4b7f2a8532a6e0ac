"""What the host of a virtual machine takes away from it."""

from __future__ import annotations

from pathlib import Path


def ticks() -> list[int]:
    """What the processors have done so far, by kind of work; nothing where the system does not say."""
    try:
        return [int(count) for count in Path("/proc/stat").read_text().split("\n", 1)[0].split()[1:]]
    except OSError:
        return []


def stolen(before: list[int]) -> float | None:
    """Percent of the time since those ``ticks`` in which a virtual machine had to wait for its host."""
    spent = [now - then for now, then in zip(ticks(), before, strict=True)]
    return 100 * spent[7] / sum(spent) if len(spent) > 7 and sum(spent) else None
