"""What recovery folds beside the application: what the log says of sessions, and how much of it there is.

The same for a gateway that starts, for the process that takes a snapshot beside it, and for a check of the whole log.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable

from gateway.register import Register
from gateway.session_events import SessionEvent, decode_event
from gateway.store.log_records import EVENT, FACT, NUMBERS, TURN, Numbers, split_numbers, split_turn
from gateway.store.log_walk import Told


class UnreadableRecord(ValueError):
    """A record is whole, but this version of the program cannot read it. The text names it."""


class Fold:
    """`numbers` are those of each session after the last turn; `facts` and `turns` count what was folded."""

    def __init__(self) -> None:
        self.register = Register()
        self.numbers: dict[str, Numbers] = {}
        self.facts = 0
        self.turns = 0
        self._noted: list[tuple[str, Numbers, str] | SessionEvent] = []

    def take(self, told: Iterable[Told], recover: Callable[[int, bytes], None] | None) -> None:
        """Fold all of it; `recover` is given the facts. Raises UnreadableRecord, and what `told` raises."""
        seq = 0
        try:
            for seq, kind, payload in told:
                if kind == FACT:
                    self.facts += 1
                    if recover is not None:
                        recover(seq, payload)
                elif kind == TURN:
                    self.turns += 1
                    if self._noted:
                        self._enter(split_turn(payload)[0])
                elif kind == NUMBERS:
                    session, place, cause = split_numbers(payload)
                    self.numbers[session] = place
                    if cause:
                        self._noted.append((session, place, cause))
                elif kind == EVENT:
                    self._noted.append(decode_event(payload))
        except ValueError as unreadable:
            raise UnreadableRecord(f"record {seq}: {unreadable}") from unreadable

    def _enter(self, utc_ns: int) -> None:
        """What a turn said about sessions goes into the register, with the turn's time."""
        for item in self._noted:
            if isinstance(item, tuple):
                self.register.numbers_changed(*item, utc_ns)
            else:
                self.register.apply(item, utc_ns)
        self._noted.clear()
