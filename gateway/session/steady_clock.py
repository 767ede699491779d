"""The wall clock as schedules see it: it goes with the monotonic clock, and does not jump at once when the wall does.

A wall clock that is set wrong by a day, and back ten minutes later, must not end a session, and above all must not
reset its numbers: nobody else's clock has jumped. So the time for schedules is the wall clock of the first reading and
what the monotonic clock has counted since. A step of the wall clock beside it is believed when it has stood for
STEP_BELIEVED_AFTER_S; small corrections are believed at once. Only schedules read this clock: SendingTime(52) is always
the wall clock itself.
"""

from __future__ import annotations

from gateway.instant import NS_PER_S, Instant

STEP_BELIEVED_AFTER_S = 300
SMALL_STEP_NS = 2 * NS_PER_S


class SteadyClock:
    __slots__ = ("_ahead_ns", "_doubted_ns", "_doubted_since_ns")

    def __init__(self) -> None:
        self._ahead_ns: int | None = None  # by how much the believed wall clock is ahead of the monotonic one
        self._doubted_ns = 0
        self._doubted_since_ns: int | None = None

    def read(self, now: Instant) -> int:
        """The believed wall clock (UTC ns) at `now`."""
        seen_ns = now.utc_ns - now.mono_ns
        ahead_ns = self._ahead_ns
        if ahead_ns is None or abs(seen_ns - ahead_ns) <= SMALL_STEP_NS:
            self._ahead_ns, self._doubted_since_ns = seen_ns, None
            return now.utc_ns
        if self._doubted_since_ns is None or abs(seen_ns - self._doubted_ns) > SMALL_STEP_NS:
            self._doubted_ns, self._doubted_since_ns = seen_ns, now.mono_ns
        elif now.mono_ns >= self._doubted_since_ns + STEP_BELIEVED_AFTER_S * NS_PER_S:
            self._ahead_ns, self._doubted_since_ns = seen_ns, None
            return now.utc_ns
        return ahead_ns + now.mono_ns

    def mono_of(self, utc_ns: int) -> int:
        """When the believed wall clock will show this, on the monotonic clock. After the first reading only."""
        assert self._ahead_ns is not None, "never read"
        return utc_ns - self._ahead_ns

    def deadline(self) -> int | None:
        """When to read again because a step may have stood long enough (monotonic, ns); None while there is none."""
        since_ns = self._doubted_since_ns
        return None if since_ns is None else since_ns + STEP_BELIEVED_AFTER_S * NS_PER_S
