"""Stands before the logs: whatever is noted goes there, is counted, and, when it is an alert, to its receiver."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping
from typing import Protocol

from gateway.crank import Record
from gateway.instant import Instant
from gateway.telemetry.alerts import ALERT, LEVELS, OWN, Alert


class Receiver(Protocol):
    def put(self, alert: Alert) -> None: ...


class WatchedRecord:
    """Implements `gateway.crank.Record`. `counts` has how often what was noted, by event and level: since the events of
    notes are words of ours, there are not many. `receiver` may come later, or never."""

    def __init__(self, record: Record, store_id: str, read_clock: Callable[[], Instant]) -> None:
        self._record = record
        self._read_clock = read_clock
        self._life = f"{store_id}-{read_clock().utc_ns:x}"
        self._last = 0
        self.counts: Counter[tuple[str, str]] = Counter()
        self.receiver: Receiver | None = None

    def messages(self, session: str, utc_ns: int, raws: list[bytes]) -> None:
        self._record.messages(session, utc_ns, raws)

    def note(self, level: str, session: str, event: str, details: Mapping[str, object]) -> None:
        self._record.note(level, session, event, details)
        self.counts[event, level] += 1
        if self.receiver is None:
            return
        fact = details.get(ALERT)
        if fact is not None:
            seq = int(str(fact).rpartition("-")[2])
            told = {key: value for key, value in details.items() if key != ALERT}
            self.receiver.put(Alert(str(fact), seq, level, event, session, self._read_clock().utc_ns, told))
        elif level in LEVELS and event not in OWN:
            self._last += 1
            name = f"{self._life}-{self._last}"
            self.receiver.put(Alert(name, None, level, event, session, self._read_clock().utc_ns, details))
