"""A session's place in its schedule, and the clock that schedules go by."""

from __future__ import annotations

from datetime import UTC

from gateway.instant import NS_PER_S, Instant
from gateway.session.hours import PEER_AHEAD_S, Hours
from gateway.session.schedule import Schedule, Window
from gateway.session.steady_clock import STEP_BELIEVED_AFTER_S, SteadyClock
from tests.gateway.session.host import NOON_NS

DAY_S = 86_400
DAYTIME = Schedule(UTC, 8 * 3600, 22 * 3600)
START_NS = NOON_NS - 4 * 3600 * NS_PER_S
TODAY = Window(START_NS, START_NS + 14 * 3600 * NS_PER_S)


def at(seconds: float, wall_ahead_s: float = 0) -> Instant:
    """So long after noon, by a wall clock that is wrong by so much."""
    mono_ns = int((1000 + seconds) * NS_PER_S)
    return Instant(NOON_NS + int((seconds + wall_ahead_s) * NS_PER_S), mono_ns)


def test_the_clock_goes_with_the_monotonic_one() -> None:
    clock = SteadyClock()
    assert clock.read(at(0)) == NOON_NS
    assert clock.read(at(60)) == NOON_NS + 60 * NS_PER_S
    assert clock.mono_of(NOON_NS) == at(0).mono_ns
    assert clock.deadline() is None


def test_a_small_step_is_believed_at_once() -> None:
    clock = SteadyClock()
    clock.read(at(0))
    assert clock.read(at(10, 1.5)) == at(10, 1.5).utc_ns
    assert clock.read(at(20, 3)) == at(20, 3).utc_ns


def test_a_large_step_is_believed_when_it_has_stood() -> None:
    clock = SteadyClock()
    clock.read(at(0))
    assert clock.read(at(10, DAY_S)) == at(10).utc_ns
    deadline = clock.deadline()
    assert deadline == at(10 + STEP_BELIEVED_AFTER_S).mono_ns
    assert clock.read(at(9 + STEP_BELIEVED_AFTER_S, DAY_S)) == at(9 + STEP_BELIEVED_AFTER_S).utc_ns
    assert clock.read(at(10 + STEP_BELIEVED_AFTER_S, DAY_S)) == at(10 + STEP_BELIEVED_AFTER_S, DAY_S).utc_ns
    assert clock.deadline() is None


def test_a_step_that_is_taken_back_never_was() -> None:
    clock = SteadyClock()
    clock.read(at(0))
    clock.read(at(10, DAY_S))
    assert clock.read(at(20)) == at(20).utc_ns
    assert clock.deadline() is None
    assert clock.read(at(9999, DAY_S)) == at(9999).utc_ns  # another step, with a time of its own


def test_a_step_and_another_one_count_from_the_other() -> None:
    clock = SteadyClock()
    clock.read(at(0))
    clock.read(at(10, DAY_S))
    clock.read(at(20, -DAY_S))
    assert clock.read(at(10 + STEP_BELIEVED_AFTER_S, -DAY_S)) == at(10 + STEP_BELIEVED_AFTER_S).utc_ns


def test_numbers_that_belong_nowhere_yet_are_put_into_the_instance_of_now() -> None:
    hours = Hours(DAYTIME)
    hours.look(at(0))
    assert (hours.is_open, hours.is_over, hours.must_close) == (True, False, False)
    assert hours.enter() == TODAY
    assert hours.enter() is None


def test_an_instance_is_over_for_ever() -> None:
    hours = Hours(DAYTIME, TODAY)
    for seconds, is_over in ((0, False), (10 * 3600 - 1, False), (10 * 3600, True), (9 * DAY_S, True)):
        hours.look(at(seconds))
        assert hours.is_over is is_over
    assert hours.enter() == Window(TODAY.start_ns + 9 * DAY_S * NS_PER_S, TODAY.end_ns + 9 * DAY_S * NS_PER_S)
    assert not hours.is_over


def test_the_deadline_is_what_comes_next() -> None:
    hours = Hours(DAYTIME, TODAY)
    hours.look(at(0))
    assert hours.deadline() == at(10 * 3600).mono_ns
    hours.look(at(10 * 3600))
    assert hours.deadline() == at(20 * 3600).mono_ns
    hours.look(at(10 * 3600 + 1, DAY_S))
    assert hours.deadline() == at(10 * 3600 + 1 + STEP_BELIEVED_AFTER_S).mono_ns
    assert hours.opens_in_ns(at(11 * 3600)) == 9 * 3600 * NS_PER_S


def test_another_schedule_takes_the_numbers_over() -> None:
    hours = Hours(Schedule(UTC, 9 * 3600, 21 * 3600), TODAY)
    hours.look(at(0))
    assert not hours.is_over
    assert hours.enter() == Window(TODAY.start_ns + 3600 * NS_PER_S, TODAY.end_ns - 3600 * NS_PER_S)


def test_a_clock_that_was_ahead_does_not_take_the_numbers_back() -> None:
    tomorrow = Window(TODAY.start_ns + DAY_S * NS_PER_S, TODAY.end_ns + DAY_S * NS_PER_S)
    hours = Hours(DAYTIME, tomorrow)
    hours.look(at(0))
    assert (hours.is_over, hours.enter(), hours.instance) == (False, None, tomorrow)


def test_a_reset_by_the_peer_just_before_the_end_is_that_ends_reset() -> None:
    schedule = Schedule(UTC, 8 * 3600, 8 * 3600, stays_connected=True)
    day = Window(START_NS, START_NS + DAY_S * NS_PER_S)
    hours = Hours(schedule, day)
    hours.look(at(20 * 3600 - PEER_AHEAD_S - 1))
    assert hours.skip_end() is None
    hours.look(at(20 * 3600 - PEER_AHEAD_S))
    assert hours.skip_end() == Window(day.end_ns, day.end_ns + DAY_S * NS_PER_S)
    assert not hours.is_over
