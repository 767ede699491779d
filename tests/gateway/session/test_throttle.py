"""The throttle of session messages: how much it lets through, and what is no flood."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from gateway.instant import NS_PER_S
from gateway.session.gap import Gap
from gateway.session.settings import Role, SessionSettings
from gateway.session.throttle import Throttle


def test_a_burst_and_then_one_for_each_interval() -> None:
    throttle, at = Throttle(per_s=10, burst=3), 7 * NS_PER_S
    assert [throttle.is_above(at) for _ in range(4)] == [False, False, False, True]
    assert throttle.is_above(at + NS_PER_S // 10 - 1)
    assert not throttle.is_above(at + NS_PER_S // 10)
    assert throttle.is_above(at + NS_PER_S // 10)


def test_what_is_too_much_takes_nothing_from_the_bucket() -> None:
    throttle = Throttle(per_s=1, burst=1)
    assert not throttle.is_above(0)
    assert all(throttle.is_above(at) for at in range(0, NS_PER_S, NS_PER_S // 100))
    assert not throttle.is_above(NS_PER_S)


def test_without_a_limit_nothing_is_too_much() -> None:
    throttle = Throttle(per_s=0, burst=1)
    assert not any(throttle.is_above(5) for _ in range(1000))


@given(st.lists(st.integers(0, 3 * NS_PER_S), max_size=60), st.integers(1, 20), st.integers(1, 10))
def test_never_more_than_the_burst_and_the_rate(pauses_ns: list[int], per_s: int, burst: int) -> None:
    throttle, at, passed = Throttle(per_s, burst), 0, []
    for pause_ns in pauses_ns:
        at += pause_ns
        if not throttle.is_above(at):
            passed.append(at)
    for i, begin in enumerate(passed):
        for j in range(i, len(passed)):
            assert j - i + 1 <= burst + (passed[j] - begin) * per_s / NS_PER_S + 1e-6


def test_a_peer_that_does_not_exceed_the_rate_is_never_above_it() -> None:
    throttle = Throttle(per_s=50, burst=1)
    assert not any(throttle.is_above(n * NS_PER_S // 50) for n in range(500))


def test_resend_requests_that_go_on_are_told_from_those_that_go_back() -> None:
    throttle = Throttle(1, 1)
    assert [throttle.goes_on_from(number) for number in (1, 6, 11, 11, 6, 11)] == [True, True, True, False, False, True]
    throttle.forget()
    assert throttle.goes_on_from(1)


def test_each_message_of_ours_may_be_rejected_once() -> None:
    throttle = Throttle(1, 1)
    told = [throttle.is_first_reject_of(number, last=7) for number in (2, 4, 4, 3, 7, 8, 0)]
    assert told == [True, True, False, False, True, False, False]
    throttle.forget()
    assert throttle.is_first_reject_of(2, last=7)


def gap(**changes: bool) -> Gap:
    return Gap(SessionSettings("S", Role.ACCEPTOR, b"FIX.4.4", b"US", b"PEER", **changes))  # type: ignore[arg-type]


def test_a_number_comes_again_when_it_was_asked_for_and_once_only() -> None:
    ours = gap()
    assert not ours.comes_again(4), "nobody has asked"
    ours.asked(5, above=8, mono_ns=0)
    assert [ours.comes_again(number) for number in (4, 5, 6, 6, 9, 5)] == [False, True, True, False, True, False]
    ours.asked(6, above=8, mono_ns=0)
    assert ours.comes_again(6), "asked for again"
    ours.forget()
    assert not ours.comes_again(7)


def test_redundant_requests_have_redundant_answers() -> None:
    assert gap(send_redundant_resend_requests=True).comes_again(3)
