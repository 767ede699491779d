"""Five wrong passwords in a minute lock a pair of address and session out, for longer each time; nobody else."""

from __future__ import annotations

from gateway.instant import NS_PER_S
from gateway.session.lock_out import FAILURES_MAX, FORGOTTEN_AFTER_S, LOCK_S, LOCK_S_MAX, PAIRS_MAX, WINDOW_S, LockOut

HERE, THERE = ("203.0.113.5", "ALICE"), ("192.0.2.1", "ALICE")


class Guesser:
    def __init__(self) -> None:
        self.lock_out = LockOut()
        self.at_s = 1000.0

    @property
    def now_ns(self) -> int:
        return int(self.at_s * NS_PER_S)

    def fail(self, pair: tuple[str, str] = HERE) -> int | None:
        """Seconds of a lock; None when the try is not even judged."""
        if not self.lock_out.try_again(pair, self.now_ns):
            return None
        return self.lock_out.failed(pair, self.now_ns)


def test_five_in_a_minute_are_too_many() -> None:
    guesser = Guesser()
    assert [guesser.fail() for _ in range(FAILURES_MAX + 1)] == [0, 0, 0, 0, LOCK_S, None]
    assert guesser.fail(THERE) == 0
    assert guesser.fail((HERE[0], "BOB")) == 0


def test_five_in_more_than_a_minute_are_not() -> None:
    guesser = Guesser()
    for _ in range(30):
        assert guesser.fail() == 0
        guesser.at_s += WINDOW_S / (FAILURES_MAX - 1) + 0.001


def test_each_lock_is_twice_as_long_up_to_the_longest() -> None:
    guesser = Guesser()
    locks = []
    for _ in range(8):
        told = [guesser.fail() for _ in range(FAILURES_MAX)]
        assert told[:-1] == [0] * (FAILURES_MAX - 1)
        lock_s = told[-1]
        assert lock_s
        locks.append(lock_s)
        guesser.at_s += lock_s - 0.001
        assert guesser.fail() is None
        guesser.at_s += 0.001
    assert locks == [60, 120, 240, 480, LOCK_S_MAX, LOCK_S_MAX, LOCK_S_MAX, LOCK_S_MAX]


def test_the_right_password_clears_the_books() -> None:
    guesser = Guesser()
    for _ in range(10):
        assert [guesser.fail() for _ in range(FAILURES_MAX - 1)] == [0] * (FAILURES_MAX - 1)
        guesser.lock_out.succeeded(HERE)
    assert len(guesser.lock_out) == 0


def test_tries_count_before_they_are_judged() -> None:
    """Many at once, and hanging up before the verdict, gain nothing."""
    guesser = Guesser()
    tried = [guesser.lock_out.try_again(HERE, guesser.now_ns) for _ in range(20)]
    assert tried == [True] * FAILURES_MAX + [False] * 15


def test_after_half_an_hour_all_is_forgotten() -> None:
    guesser = Guesser()
    for _ in range(FAILURES_MAX):
        guesser.fail()
    guesser.at_s += FORGOTTEN_AFTER_S
    assert [guesser.fail() for _ in range(FAILURES_MAX)][-1] == LOCK_S


def test_the_books_are_bounded() -> None:
    guesser = Guesser()
    for number in range(PAIRS_MAX + 100):
        guesser.fail((str(number), "ALICE"))
    assert len(guesser.lock_out) <= PAIRS_MAX + 1


def test_a_verdict_on_nobody_locks_nobody() -> None:
    guesser = Guesser()
    assert guesser.lock_out.failed(HERE, guesser.now_ns) == 0
