"""When a session is held, and which session an instant belongs to. Pure: instants come in as UTC ns, the zone too.

A schedule is a row of *instances*, one behind the other and never overlapping: one a day, one on each of some weekdays,
or one a week. An instance is known by its start instant. Sequence numbers live for one instance: when it is over, what
is sent from then on is numbered for the next one. So a report that is made while the market sleeps has a number of the
next day and is fetched then; numbered for the day that is over, nobody could ever ask for it.

Days and times are those of a clock on a wall in the time zone. A time of that clock means *the first instant at which
the clock shows it or a later one*. That settles daylight saving, both ways:
- a time that comes twice (the clock is put back) is its first coming;
- a time that does not come (the clock is put forward) is the moment the clock is put forward.
Meanings in the order of the clock are instants in the order of time, so instances stay in order and apart, whatever the
zone does. One case is left: an instance that lies whole in the hour that does not come would have no length. It starts
when the clock is put forward and keeps its length, unless the next one starts first.

A schedule without an end in between (start time = end time) is a session of 24 hours that is logged out and begins anew
at that time. With `stays_connected` it is not even logged out: the numbers are reset in place (ResetSeqTime).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta, tzinfo
from typing import NamedTuple

from gateway.instant import NS_PER_S

DAYS = ("monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday")
EVERY_DAY = frozenset(range(7))
S_PER_DAY = 86_400
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_SEARCH_DAYS = 30  # an instance a week, and a zone that leaves out a day


class Window(NamedTuple):
    """From `start_ns` on, up to but not including `end_ns`: UTC, ns since 1970."""

    start_ns: int
    end_ns: int


class _Hours(NamedTuple):
    """A window each on `weekdays` from `start_s` on, to `end_s` that many `days` later."""

    weekdays: frozenset[int]
    start_s: int
    days: int
    end_s: int


@dataclass(frozen=True, slots=True)
class Schedule:
    """The hours of a session. Times are whole seconds since midnight on the zone's wall clock, days 0 (Monday) to 6.

    A session that is never interrupted and never reset (NonStopSession) has no Schedule."""

    time_zone: tzinfo
    start_time_s: int = 0
    end_time_s: int = 0
    """At or before the start time it is that of the next day (or week)."""
    start_day: int | None = None
    """With `end_day`: one instance a week."""
    end_day: int | None = None
    weekdays: frozenset[int] = EVERY_DAY
    """Days on which an instance starts, unless it is one a week."""
    logon_time_s: int | None = None
    """With `logout_time_s`: Logons are taken from then to then only, within an instance. None: all of it."""
    logout_time_s: int | None = None
    logon_day: int | None = None
    """In a week-long session; `start_day` when left out."""
    logout_day: int | None = None
    """In a week-long session; `end_day` when left out."""
    stays_connected: bool = False
    """An instance follows the other without a Logout: only the numbers are reset. Needs start time = end time."""

    def faults(self) -> list[str]:
        """What is wrong: key, value, rule. Empty when the schedule can be used."""
        found = []
        for name in ("start_time_s", "end_time_s", "logon_time_s", "logout_time_s"):
            second = getattr(self, name)
            if second is not None and not 0 <= second < S_PER_DAY:
                found.append(f"{name.removesuffix('_s')}: {second} is no second of a day")
        for name in ("start_day", "end_day", "logon_day", "logout_day"):
            day = getattr(self, name)
            if day is not None and not 0 <= day <= 6:
                found.append(f"{name}: {day} is no day of a week")
        for one, other in (("start_day", "end_day"), ("logon_time_s", "logout_time_s"), ("logon_day", "logout_day")):
            if (getattr(self, one) is None) is not (getattr(self, other) is None):
                missing = one if getattr(self, one) is None else other
                given = other if missing == one else one
                found.append(f"{missing.removesuffix('_s')}: missing beside {given.removesuffix('_s')}")
        if not self.weekdays or not self.weekdays <= EVERY_DAY:
            found.append(f"weekdays: {sorted(self.weekdays)} names no day of a week")
        if self.start_day is not None and self.weekdays != EVERY_DAY:
            found.append("weekdays: cannot stand beside start_day: a session a week starts on that day")
        if self.logon_day is not None and (self.start_day is None or self.logon_time_s is None):
            found.append("logon_day: needs start_day and logon_time")
        if self.stays_connected and (
            self.start_time_s != self.end_time_s or self.start_day is not None or self.weekdays != EVERY_DAY
        ):
            found.append("reset_seq_time: needs a session around the clock on every day")
        if not found and next(self._logon_windows(0), None) is None:
            found.append("logon_time: the time for Logons is never within the session")
        return found

    # -- instances -----------------------------------------------------------------------------------------------

    def is_inside(self, utc_ns: int) -> bool:
        """Whether an instance is being held."""
        return self.instance(utc_ns).start_ns <= utc_ns

    def instance(self, utc_ns: int) -> Window:
        """The instance that the numbers of this instant belong to: the one that is held, or else the next one."""
        return next(self._from(self._session_hours(), utc_ns))

    def may_log_on(self, utc_ns: int) -> bool:
        """Whether a Logon is in order now: an instance is held, and the logon window (if any) is open."""
        return self.logon_window(utc_ns).start_ns <= utc_ns

    def logon_window(self, utc_ns: int) -> Window:
        """The time to be logged on in: the one that runs, or else the next one. At its end the session is logged out,
        unless it `stays_connected`."""
        return next(self._logon_windows(utc_ns))

    # -- for people ----------------------------------------------------------------------------------------------

    def next_start_ns(self, utc_ns: int) -> int:
        """When the next instance after this instant starts (one that starts now has started)."""
        return next(i.start_ns for i in self._from(self._session_hours(), utc_ns) if i.start_ns > utc_ns)

    def next_end_ns(self, utc_ns: int) -> int:
        """When the instance that is held, or else the next one, ends."""
        return self.instance(utc_ns).end_ns

    def next_reset_ns(self, utc_ns: int) -> int:
        """When both numbers go to 1 next: at the end of the instance, for the one that follows."""
        return self.instance(utc_ns).end_ns

    # -- the calendar --------------------------------------------------------------------------------------------

    def _session_hours(self) -> _Hours:
        if self.start_day is not None and self.end_day is not None:
            return _weekly(self.start_day, self.start_time_s, self.end_day, self.end_time_s)
        return _Hours(self.weekdays, self.start_time_s, int(self.end_time_s <= self.start_time_s), self.end_time_s)

    def _logon_hours(self) -> _Hours | None:
        start_s, end_s = self.logon_time_s, self.logout_time_s
        if start_s is None or end_s is None:
            return None
        if self.start_day is not None and self.end_day is not None:
            first = self.start_day if self.logon_day is None else self.logon_day
            last = self.end_day if self.logout_day is None else self.logout_day
            return _weekly(first, start_s, last, end_s)
        return _Hours(EVERY_DAY, start_s, int(end_s <= start_s), end_s)

    def _logon_windows(self, utc_ns: int) -> Iterator[Window]:
        instances = self._from(self._session_hours(), utc_ns)
        hours = self._logon_hours()
        return instances if hours is None else _both(instances, self._from(hours, utc_ns))

    def _from(self, hours: _Hours, utc_ns: int) -> Iterator[Window]:
        """The windows that end after this instant, in order."""
        today = datetime.fromtimestamp(utc_ns // NS_PER_S, self.time_zone).date()
        for offset in range(-hours.days - 2, _SEARCH_DAYS):
            day = today + timedelta(days=offset)
            if day.weekday() in hours.weekdays:
                window = self._window(hours, day)
                if window.end_ns > max(utc_ns, window.start_ns):
                    yield window

    def _window(self, hours: _Hours, day: date) -> Window:
        start_ns = self._instant(day, hours.start_s)
        end_ns = self._instant(day + timedelta(days=hours.days), hours.end_s)
        if end_ns <= start_ns:  # whole in the hour that does not come
            following = next(n for n in range(1, 8) if (day.weekday() + n) % 7 in hours.weekdays)
            length_s = hours.days * S_PER_DAY + hours.end_s - hours.start_s
            end_ns = min(start_ns + length_s * NS_PER_S, self._instant(day + timedelta(days=following), hours.start_s))
        return Window(start_ns, end_ns)

    def _instant(self, day: date, second: int) -> int:
        """The first instant (UTC ns) at which the zone's wall clock shows this time or a later one."""
        wall = datetime(day.year, day.month, day.day, tzinfo=UTC) + timedelta(seconds=second)
        wall_s = (wall - _EPOCH) // timedelta(seconds=1)
        before_s, after_s = (_seconds(wall.replace(tzinfo=self.time_zone, fold=fold)) for fold in (0, 1))
        if before_s >= after_s:
            return (wall_s - before_s) * NS_PER_S
        early, late = wall_s - after_s, wall_s - before_s  # the clock is put forward after the one, by the other
        while late - early > 1:
            middle = (early + late) // 2
            if _seconds(datetime.fromtimestamp(middle, UTC).astimezone(self.time_zone)) < after_s:
                early = middle
            else:
                late = middle
        return late * NS_PER_S


def _weekly(start_day: int, start_s: int, end_day: int, end_s: int) -> _Hours:
    days = (end_day - start_day) % 7
    return _Hours(frozenset({start_day}), start_s, days or 7 * (end_s <= start_s), end_s)


def _both(some: Iterator[Window], others: Iterator[Window]) -> Iterator[Window]:
    """What two rows of windows have in common."""
    one, other = next(some, None), next(others, None)
    while one is not None and other is not None:
        start_ns, end_ns = max(one.start_ns, other.start_ns), min(one.end_ns, other.end_ns)
        if start_ns < end_ns:
            yield Window(start_ns, end_ns)
        if one.end_ns <= other.end_ns:
            one = next(some, None)
        else:
            other = next(others, None)


def _seconds(moment: datetime) -> int:
    """How far the zone's clock is ahead of UTC at that moment, in seconds."""
    offset = moment.utcoffset()
    assert offset is not None, "a time zone knows its offset"
    return offset // timedelta(seconds=1)
