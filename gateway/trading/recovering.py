"""The blotter as the log makes it: of a desk that starts, and of the process that takes a snapshot beside it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from oms.blotter import Blotter
from oms.codec import decode_event
from oms.snapshot import load_snapshot


class Recovering:
    """Implements `gateway.recovery.Restorable`."""

    def __init__(self) -> None:
        self.blotter = Blotter()

    def use_log(self, facts: Callable[[Sequence[int]], Mapping[int, bytes]]) -> None:
        """Facts can be looked up again by their numbers: orders that have left memory are found there."""
        self.blotter.history = lambda numbers: [decode_event(payload) for payload in facts(numbers).values()]

    def restore(self, state: bytes, schema: int) -> None:
        """Begin with this state instead of an empty one. Raises NotASnapshot, nothing changed."""
        load_snapshot(self.blotter, state, schema)

    def recover(self, seq: int, payload: bytes) -> None:
        """Fold one logged fact. Raises ValueError for what is none."""
        event = decode_event(payload)
        if event.seq != seq:
            raise ValueError(f"event {event.seq} stands at {seq}")
        self.blotter.apply(event)
