"""Notices when the one thread that trades stands still: a turn that took long, or one that was long in coming.

Everybody waits for a long turn, so it is told with what was in it. What made it long (a slow disk, a collection of
garbage, a burst, other work on the loop, a machine that slept) shows in the figures, or beside them in the log.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence

from gateway.inbox import BytesReceived, Input
from gateway.instant import NS_PER_S

STALL_MS = 100
ALARM_MS = 1000
NS_PER_MS = 1_000_000

Note = Callable[[str, str, str, Mapping[str, object]], None]


class Watchdog:
    """At most one line a second; each tells how many went untold before it."""

    def __init__(self, note: Note) -> None:
        self._note = note
        self._told_ns: int | None = None
        self._untold = 0

    def turned(self, woken_ns: int, began_ns: int, ended_ns: int, inputs: Sequence[Input]) -> None:
        """A turn is over, its effects included. `woken_ns` is when it was asked for. All on the monotonic clock."""
        longest_ms = max(ended_ns - began_ns, began_ns - woken_ns) // NS_PER_MS
        if longest_ms < STALL_MS:
            return
        if self._told_ns is not None and ended_ns - self._told_ns < NS_PER_S:
            self._untold += 1
            return
        details = {
            "waited_ms": (began_ns - woken_ns) // NS_PER_MS,
            "took_ms": (ended_ns - began_ns) // NS_PER_MS,
            "inputs": len(inputs),
            "bytes": sum([len(item.data) for item in inputs if isinstance(item, BytesReceived)]),
            "untold": self._untold,
        }
        self._note("error" if longest_ms >= ALARM_MS else "warning", "", "turn_took_long", details)
        self._told_ns, self._untold = ended_ns, 0
