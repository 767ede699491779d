"""When a peer that does not read has been given enough: by bytes, and by the age of the oldest."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.net.backlog import LOOKS_MAX, Backlog


def test_more_than_so_many_bytes_is_too_much() -> None:
    backlog = Backlog(1000, 10)
    assert backlog.is_above(1000) == ""
    assert backlog.is_above(1001) == "1001 bytes wait to be read, more than 1000"


def test_what_waits_for_the_whole_time_is_too_old() -> None:
    backlog = Backlog(1000, 10)
    backlog.given = 50
    assert backlog.look(50, 100.0) == ""
    assert backlog.look(50, 109.9) == ""
    assert backlog.look(50, 110.0) == "50 bytes wait to be read, the oldest for 10.0 s"


def test_a_slow_reader_that_goes_on_reading_is_not_too_old() -> None:
    """There is always something that waits, and nothing waits for long."""
    backlog = Backlog(10_000, 10)
    unsent = 0
    for step in range(100):
        backlog.given += 100
        unsent = min(unsent + 100, 400)
        assert backlog.look(unsent, 2.5 * step) == ""


def test_a_pause_that_is_over_is_forgotten() -> None:
    backlog = Backlog(1000, 10)
    backlog.given = 50
    backlog.look(50, 0.0)
    backlog.forget()
    backlog.given = 60
    assert backlog.look(10, 20.0) == ""
    assert backlog.look(10, 29.0) == ""
    assert backlog.look(10, 30.0) != ""


@given(st.lists(st.tuples(st.integers(0, 50), st.integers(0, 60)), min_size=1, max_size=60))
def test_it_is_never_cut_too_early_nor_much_too_late(steps: list[tuple[int, int]]) -> None:
    """Against the true age of the oldest byte, looked at as often as the pump does."""
    backlog = Backlog(1 << 30, 10)
    interval = backlog.look_interval_s
    waiting: list[float] = []  # when each byte that waits was given
    for step, (more, read) in enumerate(steps):
        now = step * interval
        backlog.given += more
        waiting += [now] * more
        del waiting[: min(read, len(waiting))]
        verdict = backlog.look(len(waiting), now)
        age = now - waiting[0] if waiting else 0.0
        if verdict:
            assert age >= 10
            return
        assert age < 10 + 2 * 10 / LOOKS_MAX
