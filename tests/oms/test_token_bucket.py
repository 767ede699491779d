"""The bucket of one integer against the bucket of the books: a level that fills up and never leaves [0, burst]."""

from __future__ import annotations

from fractions import Fraction

from hypothesis import given
from hypothesis import strategies as st

from oms.limits import Rate
from oms.token_bucket import take, wait_ns

SECOND_NS = 1_000_000_000
DIVISORS = [1, 2, 4, 5, 8, 10, 100, 1000, 12500]  # rates whose interval is a whole number of ns


@given(
    st.sampled_from(DIVISORS),
    st.integers(1, 20),
    st.lists(st.integers(0, 2 * SECOND_NS), min_size=1, max_size=60),
)
def test_it_is_a_token_bucket(per_s: int, burst: int, gaps_ns: list[int]) -> None:
    rate = Rate(per_s, burst)
    at_ns, full_at_ns, level = 10 * SECOND_NS, 0, Fraction(burst)
    for gap_ns in gaps_ns:
        at_ns += gap_ns
        level = min(Fraction(burst), level + Fraction(gap_ns * per_s, SECOND_NS))
        assert (wait_ns(full_at_ns, at_ns, rate) == 0) == (level >= 1)
        full_at_ns = take(full_at_ns, at_ns, rate)
        level = max(Fraction(0), level - 1)


@given(st.integers(1, 1_000_000), st.integers(1, 100), st.lists(st.integers(0, 5_000_000), max_size=80))
def test_no_window_lets_more_pass_than_burst_and_refill(per_s: int, burst: int, gaps_ns: list[int]) -> None:
    rate = Rate(per_s, burst)
    at_ns, full_at_ns, passed = SECOND_NS, 0, []
    for gap_ns in gaps_ns:
        at_ns += gap_ns
        if not wait_ns(full_at_ns, at_ns, rate):
            passed.append(at_ns)
        full_at_ns = take(full_at_ns, at_ns, rate)
    for first in range(len(passed)):
        for last in range(first, len(passed)):
            span_ns = passed[last] - passed[first]
            assert last - first + 1 <= burst + span_ns * per_s // SECOND_NS


@given(st.integers(1, 1_000_000), st.integers(1, 1000), st.integers(0, 3 * SECOND_NS), st.integers(0, SECOND_NS))
def test_the_wait_is_the_shortest(per_s: int, burst: int, ahead_ns: int, at_ns: int) -> None:
    rate = Rate(per_s, burst)
    full_at_ns = at_ns + ahead_ns
    wait = wait_ns(full_at_ns, at_ns, rate)
    assert wait_ns(full_at_ns, at_ns + wait, rate) == 0
    assert wait == 0 or wait_ns(full_at_ns, at_ns + wait - 1, rate) == 1


def test_zero_lets_nothing_pass() -> None:
    for rate in (Rate(0, 10), Rate(10, 0), Rate(0, 0)):
        full_at_ns = 0
        for at_ns in (0, SECOND_NS, 10 * SECOND_NS):
            assert wait_ns(full_at_ns, at_ns, rate) > 0
            full_at_ns = take(full_at_ns, at_ns, rate)


def test_a_clock_that_is_set_back_delays_by_no_more_than_the_bucket() -> None:
    rate = Rate(10, 5)
    full_at_ns = take(0, 100 * SECOND_NS, rate)
    assert wait_ns(full_at_ns, 50 * SECOND_NS, rate) > 0
    full_at_ns = take(full_at_ns, 50 * SECOND_NS, rate)
    assert wait_ns(full_at_ns, 50 * SECOND_NS + SECOND_NS // 10, rate) == 0
