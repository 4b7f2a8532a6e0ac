"""Any source of a reply, read into a ``Reply``: chunks, server-sent events, lines, whole completions."""

from .accumulator import StreamAccumulator

__all__ = ["StreamAccumulator"]
