"""A token bucket in one integer: the moment at which the bucket will be full again.

A bucket holds `rate.burst` tokens and gains `rate.per_s` a second; each request takes one. Instead of a level and the
time of the level we keep `full_at_ns`: each token taken moves it one interval into the future, and the tokens that
are left are the whole intervals that fit between it and a full bucket's length from now. Requests that find no token
are counted too but cannot put the bucket below empty, so a flood delays nobody beyond its own end. Integers only:
exact, and the same in every replay.
"""

from __future__ import annotations

from oms.limits import Rate

_NS_PER_S = 1_000_000_000


def wait_ns(full_at_ns: int, at_ns: int, rate: Rate) -> int:
    """How long from `at_ns` until a token is there; 0 when one is. A rate of 0 answers one second, again and again."""
    if not rate.per_s or not rate.burst:
        return _NS_PER_S
    interval_ns = -(-_NS_PER_S // rate.per_s)
    start_ns = full_at_ns if full_at_ns > at_ns else at_ns
    wait = start_ns - at_ns - interval_ns * (rate.burst - 1)
    return wait if wait > 0 else 0


def take(full_at_ns: int, at_ns: int, rate: Rate) -> int:
    """`full_at_ns` after one more request at `at_ns`."""
    if not rate.per_s:
        return at_ns
    interval_ns = -(-_NS_PER_S // rate.per_s)
    full_at_ns = (full_at_ns if full_at_ns > at_ns else at_ns) + interval_ns
    empty_ns = at_ns + interval_ns * rate.burst
    return full_at_ns if full_at_ns < empty_ns else empty_ns
