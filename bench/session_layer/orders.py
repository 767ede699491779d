"""Two ways to send orders on many sessions: as fast as they are answered, or by the clock."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable, Sequence
from typing import NamedTuple

from bench.load import RunFailed, percentile
from bench.session_layer.member import QUIET_S, Crowd, Member, clock_ns

NS_PER_S = 1_000_000_000


class Exchanged(NamedTuple):
    """`finished_s`: when each session's last order was answered, in rising order. `times_ns`: of a window of 1."""

    seconds: float
    finished_s: list[float]
    times_ns: list[int]


def exchange(crowd: Crowd, members: Sequence[Member], orders: int, window: int) -> Exchanged:
    """Each member sends so many orders, `window` of them unanswered at most; return when all are answered."""
    for member in members:
        member.prepare(orders)
    sent_ns: dict[Member, int] = {}
    times: list[int] = []
    finished: list[float] = []
    start = clock_ns()
    for member in members:
        sent_ns[member] = clock_ns()
        member.send_orders(member.sent + min(window, orders))
    while len(finished) < len(members):
        ready = crowd.ready()
        if not ready:
            raise RunFailed(f"nothing received for {QUIET_S:g} s; {len(finished)} sessions had all their answers")
        for member in ready:
            reports = member.read()
            if not reports:
                continue
            now = clock_ns()
            member.answered += reports
            if window == 1:
                times.append(now - sent_ns[member])
            if member.answered == member.rendered:
                finished.append((now - start) / NS_PER_S)
            elif member.sent < member.rendered:
                sent_ns[member] = clock_ns()
                member.send_orders(min(member.answered + window, member.rendered))
    return Exchanged((clock_ns() - start) / NS_PER_S, finished, times)


class Pace:
    """Orders at fixed moments, whatever is answered: `interval_ns` between two of a member, the members evenly apart.

    The first is due when this is made. An order's time runs from the moment it was due, not from when it was sent: a
    generator that is late counts too. `times_ns` holds the times of the orders that were answered."""

    def __init__(self, members: Sequence[Member], interval_ns: int) -> None:
        self._members = members
        self._step_ns = interval_ns // len(members)
        self._begin_ns = self._due_ns = clock_ns()
        self._count = 0
        self._dues: dict[Member, deque[int]] = {member: deque() for member in members}
        self.times_ns: list[int] = []

    def send_due(self) -> float:
        """Send what is due; returns the seconds until the next order is."""
        now = clock_ns()
        while self._due_ns <= now:
            member = self._members[self._count % len(self._members)]
            if member.sent < member.rendered:
                self._dues[member].append(self._due_ns)
                member.send_orders(member.sent + 1)
            self._count += 1
            self._due_ns = self._begin_ns + self._count * self._step_ns
        return max(0.0, (self._due_ns - clock_ns()) / NS_PER_S)

    def read(self, member: Member) -> None:
        """Take what has come for one of the members."""
        reports = member.read()
        if reports:
            now, dues = clock_ns(), self._dues[member]
            member.answered += reports
            self.times_ns += [now - dues.popleft() for _ in range(reports)]


def pace_until(
    crowd: Crowd,
    senders: Sequence[Callable[[], float]],
    is_over: Callable[[], bool],
    read: Callable[[Member], None],
    timeout_s: float,
) -> None:
    """Send by the clock and read until it is over. A sender sends what is due and returns the seconds to its next
    order. Raises RunFailed when it is not over in time."""
    end = clock_ns() + int(timeout_s * NS_PER_S)
    while not is_over():
        wait_s = min(send_due() for send_due in senders)
        for member in crowd.ready(wait_s):
            read(member)
        if clock_ns() > end:
            raise RunFailed(f"not over after {timeout_s:g} s")


def drain(crowd: Crowd, read: Callable[[Member], None], members: Sequence[Member]) -> None:
    """Read until every order that was sent is answered; those that were not sent are no longer to come."""
    for member in members:
        member.rendered = member.sent
    while any(member.answered < member.sent for member in members):
        ready = crowd.ready()
        if not ready:
            raise RunFailed(f"nothing received for {QUIET_S:g} s")
        for member in ready:
            read(member)


def percentiles_us(times_ns: Sequence[int]) -> dict[str, float]:
    ordered = sorted(times_ns)
    if not ordered:
        return {}
    return {f"p{percent:g}": percentile(ordered, percent) / 1000 for percent in (50.0, 99.0)} | {
        "count": float(len(ordered))
    }
