"""The calendar of a session: against examples by hand, and against laws in zones with daylight saving."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gateway.instant import NS_PER_S
from gateway.session.schedule import EVERY_DAY, Schedule, Window

NEW_YORK, BERLIN, LONDON = ZoneInfo("America/New_York"), ZoneInfo("Europe/Berlin"), ZoneInfo("Europe/London")
ZONES = ("UTC", "America/New_York", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kolkata", "Pacific/Apia")
HOUR = 3600
MONDAY, TUESDAY, FRIDAY, SUNDAY = 0, 1, 4, 6


def at(text: str) -> int:
    """UTC ns of `2026-11-20 17:00` or `2026-11-20 17:00:01`, in UTC."""
    return int(datetime.fromisoformat(text).replace(tzinfo=UTC).timestamp()) * NS_PER_S


def told(window: Window) -> tuple[str, str]:
    start, end = (datetime.fromtimestamp(ns // NS_PER_S, UTC).strftime("%Y-%m-%d %H:%M") for ns in window)
    return start, end


DAY_SESSION = Schedule(BERLIN, 8 * HOUR, 22 * HOUR, weekdays=frozenset(range(5)))
AROUND_THE_CLOCK = Schedule(NEW_YORK, 17 * HOUR, 17 * HOUR)
WEEK = Schedule(NEW_YORK, 17 * HOUR, 17 * HOUR, SUNDAY, FRIDAY)


@pytest.mark.parametrize(
    ("schedule", "now", "inside", "instance"),
    [
        (DAY_SESSION, "2026-11-20 12:00", True, ("2026-11-20 07:00", "2026-11-20 21:00")),
        (DAY_SESSION, "2026-11-20 07:00", True, ("2026-11-20 07:00", "2026-11-20 21:00")),
        (DAY_SESSION, "2026-11-20 06:59:59", False, ("2026-11-20 07:00", "2026-11-20 21:00")),
        (DAY_SESSION, "2026-11-20 21:00", False, ("2026-11-23 07:00", "2026-11-23 21:00")),  # Friday's end
        (DAY_SESSION, "2026-11-22 12:00", False, ("2026-11-23 07:00", "2026-11-23 21:00")),
        (AROUND_THE_CLOCK, "2026-11-20 21:59:59", True, ("2026-11-19 22:00", "2026-11-20 22:00")),
        (AROUND_THE_CLOCK, "2026-11-20 22:00", True, ("2026-11-20 22:00", "2026-11-21 22:00")),
        (WEEK, "2026-11-22 21:59:59", False, ("2026-11-22 22:00", "2026-11-27 22:00")),
        (WEEK, "2026-11-25 03:00", True, ("2026-11-22 22:00", "2026-11-27 22:00")),
        (WEEK, "2026-11-27 22:00", False, ("2026-11-29 22:00", "2026-12-04 22:00")),
        (Schedule(NEW_YORK, 22 * HOUR, 4 * HOUR), "2026-11-20 08:00", True, ("2026-11-20 03:00", "2026-11-20 09:00")),
        # A week from a day to the same day: all of it, or one day of it.
        (Schedule(UTC, 0, 0, MONDAY, MONDAY), "2026-11-20 08:00", True, ("2026-11-16 00:00", "2026-11-23 00:00")),
        (Schedule(UTC, 1, HOUR, MONDAY, MONDAY), "2026-11-20 08:00", False, ("2026-11-23 00:00", "2026-11-23 01:00")),
        (Schedule(UTC, HOUR, 0, FRIDAY, MONDAY), "2026-11-21 08:00", True, ("2026-11-20 01:00", "2026-11-23 00:00")),
    ],
)
def test_the_instance_an_instant_belongs_to(
    schedule: Schedule, now: str, inside: bool, instance: tuple[str, str]
) -> None:
    assert schedule.faults() == []
    assert schedule.is_inside(at(now)) is inside
    assert told(schedule.instance(at(now))) == instance
    assert schedule.next_reset_ns(at(now)) == schedule.next_end_ns(at(now)) == schedule.instance(at(now)).end_ns


@pytest.mark.parametrize(
    ("schedule", "now", "instance"),
    [
        # The clock of New York goes from 02:00 to 03:00 on 2026-03-08 (07:00 UTC): half past two does not come.
        (Schedule(NEW_YORK, 9000, 9000), "2026-03-08 06:59:59", ("2026-03-07 07:30", "2026-03-08 07:00")),
        (Schedule(NEW_YORK, 9000, 9000), "2026-03-08 07:00", ("2026-03-08 07:00", "2026-03-09 06:30")),
        # A session that lies whole in the hour that does not come keeps its length.
        (Schedule(NEW_YORK, 9000, 9900), "2026-03-08 00:00", ("2026-03-08 07:00", "2026-03-08 07:15")),
        # It goes from 02:00 back to 01:00 on 2026-11-01 (06:00 UTC): half past one comes twice, and counts once.
        (Schedule(NEW_YORK, 5400, 5400), "2026-11-01 05:30", ("2026-11-01 05:30", "2026-11-02 06:30")),
        (Schedule(NEW_YORK, 5400, 5400), "2026-11-01 06:30", ("2026-11-01 05:30", "2026-11-02 06:30")),
        (Schedule(NEW_YORK, 0, 5400), "2026-11-01 06:30", ("2026-11-02 05:00", "2026-11-02 06:30")),
        # The same hour of the wall, one UTC hour apart, on the two sides of a change.
        (Schedule(LONDON, 8 * HOUR, 17 * HOUR), "2026-03-28 12:00", ("2026-03-28 08:00", "2026-03-28 17:00")),
        (Schedule(LONDON, 8 * HOUR, 17 * HOUR), "2026-03-29 12:00", ("2026-03-29 07:00", "2026-03-29 16:00")),
        # Samoa left out the 30th of December 2011 altogether.
        (Schedule(ZoneInfo("Pacific/Apia")), "2011-12-30 09:59:59", ("2011-12-29 10:00", "2011-12-30 10:00")),
        (Schedule(ZoneInfo("Pacific/Apia")), "2011-12-30 10:00", ("2011-12-30 10:00", "2011-12-31 10:00")),
    ],
)
def test_daylight_saving(schedule: Schedule, now: str, instance: tuple[str, str]) -> None:
    assert told(schedule.instance(at(now))) == instance


@pytest.mark.parametrize(
    ("schedule", "now", "open_", "window"),
    [
        (DAY_SESSION, "2026-11-20 12:00", True, ("2026-11-20 07:00", "2026-11-20 21:00")),
        (
            Schedule(UTC, 8 * HOUR, 22 * HOUR, logon_time_s=9 * HOUR, logout_time_s=21 * HOUR),
            "2026-11-20 08:30",
            False,
            ("2026-11-20 09:00", "2026-11-20 21:00"),
        ),
        (  # the window reaches beyond the session, which counts
            Schedule(UTC, 8 * HOUR, 12 * HOUR, logon_time_s=7 * HOUR, logout_time_s=21 * HOUR),
            "2026-11-20 12:00",
            False,
            ("2026-11-21 08:00", "2026-11-21 12:00"),
        ),
        (
            Schedule(UTC, 8 * HOUR, 22 * HOUR, SUNDAY, FRIDAY, logon_time_s=9 * HOUR, logout_time_s=21 * HOUR),
            "2026-11-25 03:00",
            True,
            ("2026-11-22 09:00", "2026-11-27 21:00"),
        ),
        (
            Schedule(UTC, 0, 0, SUNDAY, SUNDAY, EVERY_DAY, HOUR, HOUR, MONDAY, TUESDAY),
            "2026-11-25 03:00",
            False,
            ("2026-11-30 01:00", "2026-12-01 01:00"),
        ),
    ],
)
def test_the_window_for_logons(schedule: Schedule, now: str, open_: bool, window: tuple[str, str]) -> None:
    assert schedule.faults() == []
    assert schedule.may_log_on(at(now)) is open_
    assert told(schedule.logon_window(at(now))) == window


def test_the_next_start_is_never_now() -> None:
    assert DAY_SESSION.next_start_ns(at("2026-11-20 06:00")) == at("2026-11-20 07:00")
    assert DAY_SESSION.next_start_ns(at("2026-11-20 07:00")) == at("2026-11-23 07:00")


@pytest.mark.parametrize(
    ("schedule", "fault"),
    [
        (Schedule(UTC, start_time_s=86_400), "start_time: 86400 is no second of a day"),
        (Schedule(UTC, start_day=7, end_day=1), "start_day: 7 is no day of a week"),
        (Schedule(UTC, start_day=1), "end_day: missing beside start_day"),
        (Schedule(UTC, logout_time_s=1), "logon_time: missing beside logout_time"),
        (Schedule(UTC, weekdays=frozenset()), "weekdays: [] names no day of a week"),
        (Schedule(UTC, start_day=1, end_day=2, weekdays=frozenset({1})), "weekdays: cannot stand beside start_day"),
        (Schedule(UTC, logon_time_s=1, logout_time_s=2, logon_day=1, logout_day=2), "logon_day: needs start_day"),
        (Schedule(UTC, 1, 2, stays_connected=True), "reset_seq_time: needs a session around the clock"),
        (Schedule(UTC, 1, 2, logon_time_s=3, logout_time_s=4), "logon_time: the time for Logons is never within"),
    ],
)
def test_what_cannot_be_used_says_why(schedule: Schedule, fault: str) -> None:
    assert [found for found in schedule.faults() if found.startswith(fault)] == schedule.faults()[:1]


seconds = st.integers(0, 86_399)
schedules = st.one_of(
    st.builds(
        lambda zone, start, end, days: Schedule(ZoneInfo(zone), start, end, weekdays=frozenset(days)),
        st.sampled_from(ZONES),
        seconds | st.just(9000),
        seconds | st.just(9001),
        st.sets(st.integers(0, 6), min_size=1),
    ),
    st.builds(
        lambda zone, start, end, first, last: Schedule(ZoneInfo(zone), start, end, first, last),
        st.sampled_from(ZONES),
        seconds,
        seconds,
        st.integers(0, 6),
        st.integers(0, 6),
    ),
)
instants = st.integers(at("2011-12-25 00:00") // NS_PER_S, at("2012-12-25 00:00") // NS_PER_S)


@given(schedules, instants)
def test_instances_stand_in_order_and_apart(schedule: Schedule, start_s: int) -> None:
    """Walking from end to end visits each instance once, and every instant between two ends names the same one."""
    utc_ns = start_s * NS_PER_S
    for _ in range(12):
        instance = schedule.instance(utc_ns)
        assert instance.start_ns < instance.end_ns > utc_ns
        for inner_ns in (max(utc_ns, instance.start_ns), (utc_ns + instance.end_ns) // 2, instance.end_ns - 1):
            assert schedule.instance(inner_ns) == instance
        following = schedule.instance(instance.end_ns)
        assert following.start_ns >= instance.end_ns
        utc_ns = instance.end_ns


@given(schedules, instants)
def test_no_day_is_missed_and_none_comes_twice(schedule: Schedule, start_s: int) -> None:
    """In 8 weeks, one instance for each day of the calendar that has one, whatever the clocks do meanwhile."""
    zone = schedule.time_zone
    if str(zone) == "Pacific/Apia":
        return  # its calendar lacks a day
    first = datetime.fromtimestamp(start_s, zone).date() + timedelta(days=8)
    last = first + timedelta(days=56)
    days = {schedule.start_day} if schedule.start_day is not None else schedule.weekdays
    wanted = [day for n in range(56) if (day := first + timedelta(days=n)).weekday() in days]
    found = []
    utc_ns = start_s * NS_PER_S
    while True:
        instance = schedule.instance(utc_ns)
        start = datetime.fromtimestamp(instance.start_ns // NS_PER_S, zone).date()
        if start >= last:
            break
        if start >= first:
            found.append(start)
        utc_ns = instance.end_ns
    assert found == wanted
