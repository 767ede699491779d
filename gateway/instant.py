"""One reading of the clock, taken once a turn and handed to everything the turn calls."""

from __future__ import annotations

from typing import Final, NamedTuple

NS_PER_S: Final = 1_000_000_000


class Instant(NamedTuple):
    """A moment on two clocks.

    `utc_ns` is the wall clock, in ns since 1970 UTC: it goes into SendingTime(52) and into the log, and it may jump.
    `mono_ns` is the monotonic clock, in nanoseconds since an arbitrary start: all timers live on it.
    """

    utc_ns: int
    mono_ns: int
