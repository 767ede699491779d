"""The gap by itself: what is held, what is asked, what is given up."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.instant import NS_PER_S
from gateway.session.gap import Gap
from tests.gateway.session.messages import settings


def gap(**changed: object) -> Gap:
    return Gap(settings(**changed))


def test_gap_is_asked_for_once() -> None:
    ours = gap()
    assert ours.must_ask(5, False)
    ours.asked(5, 9, 0)
    assert not ours.must_ask(5, False)
    assert not ours.must_ask(7, False)
    ours.moved(9, 1)
    assert ours.must_ask(9, False)


def test_hole_in_a_replay_is_asked_for_once_for_each_begin() -> None:
    ours = gap()
    ours.asked(5, 20, 0)
    assert ours.must_ask(5, True)
    ours.asked(5, 6, 0)
    assert not ours.must_ask(5, True)
    ours.moved(8, 0)
    assert ours.must_ask(8, True)
    ours.asked(8, 11, 0)
    assert not ours.must_ask(8, True)
    assert ours.end == 19


def test_messages_beyond_the_bounds_are_not_held() -> None:
    ours = gap(held_messages_max=2, held_bytes_max=100)
    assert ours.hold(10, b"x" * 60)
    assert not ours.hold(11, b"x" * 60)
    assert ours.hold(12, b"x" * 40)
    assert not ours.hold(13, None)
    assert ours.hold(10, b"x" * 60), "it is there already"
    ours.take(10)
    assert ours.hold(11, b"x" * 60)


def test_skipping_forgets_what_lies_below_and_its_bytes() -> None:
    for held in (range(5, 9), range(5, 200)):
        ours = gap(held_bytes_max=10_000)
        for number in held:
            ours.hold(number, b"x" * 10)
        ours.skipped(2, 7, 0)
        assert min(ours.held) == 7
        ours.skipped(7, 10**12, 0)
        assert not ours.held
        assert ours.hold(1, b"x" * 10_000)


def test_no_progress_is_noticed_and_becomes_hopeless() -> None:
    ours = gap(resend_timeout_s=10, resend_requests_max=2)
    assert ours.deadline() is None
    ours.asked(5, 9, 100)
    assert ours.deadline() == 100 + 10 * NS_PER_S
    assert not ours.is_hopeless(5)
    ours.moved(6, 200)
    assert ours.deadline() == 200 + 10 * NS_PER_S
    ours.asked(6, ours.above(6), 300)
    assert not ours.is_hopeless(6)
    ours.asked(6, ours.above(6), 400)
    assert ours.is_hopeless(6)
    assert not ours.is_hopeless(7)


def test_what_is_left_above_a_filled_gap_is_watched() -> None:
    ours = gap(resend_timeout_s=10)
    ours.asked(5, 7, 0)
    ours.hold(9, b"x")
    ours.moved(8, 50)
    assert ours.deadline() == 50 + 10 * NS_PER_S
    assert ours.above(8) == 9


@given(st.lists(st.tuples(st.integers(1, 50), st.binary(max_size=40)), max_size=60))
def test_bytes_are_counted_right(arrivals: list[tuple[int, bytes]]) -> None:
    ours = gap(held_messages_max=10, held_bytes_max=200)
    for number, raw in arrivals:
        ours.hold(number, raw)
        assert len(ours.held) <= 10
        assert sum(len(held or b"") for held in ours.held.values()) == ours._bytes <= 200
    for number in list(ours.held):
        ours.take(number)
    assert ours._bytes == 0
