"""From the keys of a session's hours to its schedule."""

from __future__ import annotations

from collections.abc import Iterable
from zoneinfo import ZoneInfo

from config.session import SessionKeys
from gateway.session.schedule import DAYS, EVERY_DAY, Schedule


def schedule_of(config: SessionKeys) -> Schedule | None:
    """The schedule, or None for a session that never ends and never resets: `non_stop_session`, or no hours given."""
    if config.non_stop_session:
        return None
    zone = ZoneInfo(config.time_zone)
    if config.reset_seq_time is not None:
        at_s = second_of_day(config.reset_seq_time)
        return Schedule(zone, at_s, at_s, stays_connected=True)
    if config.start_time is None or config.end_time is None:
        return None
    logon_time, logout_time = config.logon_time, config.logout_time
    if logon_time is not None or logout_time is not None:  # as QuickFIX: who says one of them means the other's default
        logon_time, logout_time = logon_time or config.start_time, logout_time or config.end_time
    logon_day, logout_day = config.logon_day, config.logout_day
    if logon_day is not None or logout_day is not None:
        logon_day, logout_day = logon_day or config.start_day, logout_day or config.end_day
    return Schedule(
        zone,
        start_time_s=second_of_day(config.start_time),
        end_time_s=second_of_day(config.end_time),
        start_day=_day(config.start_day),
        end_day=_day(config.end_day),
        weekdays=weekdays_of(config.weekdays),
        logon_time_s=None if logon_time is None else second_of_day(logon_time),
        logout_time_s=None if logout_time is None else second_of_day(logout_time),
        logon_day=_day(logon_day),
        logout_day=_day(logout_day),
    )


def weekdays_of(names: Iterable[str]) -> frozenset[int]:
    """None are all of them."""
    return frozenset(DAYS.index(day) for day in names) or EVERY_DAY


def second_of_day(time_of_day: str) -> int:
    """HH:MM:SS as seconds since midnight."""
    hours, minutes, seconds = time_of_day.split(":")
    return int(hours) * 3600 + int(minutes) * 60 + int(seconds)


def _day(name: str | None) -> int | None:
    return None if name is None else DAYS.index(name)
