"""A session's place in its schedule: is it time for it, and are its numbers of the time that is now?

The numbers belong to one instance of the schedule, which the host keeps on disk (output `InstanceBegan`, handed back at
the start). They are over when that instance's end has passed, however long ago: whether the process ran then or not,
whether the clock has been set to and fro, the end of one instance ends its numbers once.

A schedule that an operator changes does not end the numbers: when the kept instance is none of the schedule's own and
is not over yet, the numbers move into the instance that the new schedule has for this moment.
"""

from __future__ import annotations

from fixspec.numbers import format_utc_timestamp
from gateway.instant import NS_PER_S, Instant
from gateway.session.schedule import Schedule, Window
from gateway.session.steady_clock import SteadyClock

PEER_AHEAD_S = 120
"""A reset by the peer this shortly before the end of an instance is the one that the end would have brought."""


class Hours:
    __slots__ = ("_clock", "_deadline_ns", "_utc_ns", "instance", "is_open", "schedule")

    def __init__(self, schedule: Schedule, instance: Window | None = None) -> None:
        """`instance` is the one that the numbers belong to, None when they belong to none yet."""
        self.schedule = schedule
        self.instance = instance
        self.is_open = False
        """Whether it is time to be logged on. As of the last `look`."""
        self._clock = SteadyClock()
        self._utc_ns = 0
        self._deadline_ns: int | None = None

    def look(self, now: Instant) -> None:
        """Read the clock. Everything else here is as of the last look."""
        self._utc_ns = utc_ns = self._clock.read(now)
        window = self.schedule.logon_window(utc_ns)
        self.is_open = window.start_ns <= utc_ns
        next_ns = window.end_ns if self.is_open else window.start_ns
        instance = self.instance
        if instance is not None and utc_ns < instance.end_ns < next_ns:
            next_ns = instance.end_ns
        deadline_ns = self._clock.mono_of(next_ns)
        doubt_ns = self._clock.deadline()
        self._deadline_ns = deadline_ns if doubt_ns is None else min(deadline_ns, doubt_ns)

    @property
    def must_close(self) -> bool:
        """Whether a session that is logged on must be logged out."""
        return not self.schedule.stays_connected and (self.is_over or not self.is_open)

    @property
    def is_over(self) -> bool:
        """Whether the instance of the numbers has ended."""
        return self.instance is not None and self._utc_ns >= self.instance.end_ns

    def enter(self) -> Window | None:
        """Put the numbers into the instance of this moment; that instance when it is another one than before. Whoever
        calls it has reset the numbers if they were over."""
        kept = self.instance
        if kept is not None and not self.is_over and self.schedule.instance(kept.start_ns) == kept:
            return None
        self.instance = self.schedule.instance(self._utc_ns)
        return self.instance if self.instance != kept else None

    def skip_end(self) -> Window | None:
        """The peer has reset the numbers just now. When the end is near, it is that end's reset: the numbers are the
        next instance's already. That instance, else None."""
        instance = self.instance
        if instance is None or self._utc_ns < instance.end_ns - PEER_AHEAD_S * NS_PER_S:
            return None
        self.instance = self.schedule.instance(instance.end_ns)
        return self.instance

    def look_soon(self) -> None:
        """Something has changed: the next look is due at once."""
        self._deadline_ns = 0

    def deadline(self) -> int | None:
        """When the next look is due (monotonic, ns)."""
        return self._deadline_ns

    @property
    def cause(self) -> str:
        """Why the numbers are reset when the instance is over."""
        assert self.instance is not None
        started = format_utc_timestamp(self.instance.start_ns, 0).decode()
        return f"schedule: the session that began {started} UTC is over"

    def opens_in_ns(self, now: Instant) -> int:
        """How long it is until it is time to be logged on (ns); 0 when it is."""
        window = self.schedule.logon_window(self._clock.read(now))
        return max(0, self._clock.mono_of(window.start_ns) - now.mono_ns)
