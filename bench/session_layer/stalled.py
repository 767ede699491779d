"""One client that stops reading beside many that do not: what the others notice, and how long until it is cut."""

from __future__ import annotations

from bench.load import RunFailed
from bench.session_layer.member import QUIET_S, Crowd, Member, clock_ns, log_on_all, log_out_all
from bench.session_layer.numbers import check
from bench.session_layer.orders import NS_PER_S, Pace, drain, pace_until, percentiles_us
from bench.session_layer.returning import Returning
from bench.session_layer.together import session_names

STALLED = "STALLED"
RECEIVE_BUFFER_BYTES = 16 << 10
HEALTHY_PER_S, STALLED_PER_S = 1_000, 500
LATEST_S = 30.0
"""How much later than its timeout the gateway may cut before the run has failed: buffers fill up first."""


class Stall:
    """Sends the stalled client's orders by the clock until the connection breaks, which is at `cut_ns`."""

    def __init__(self, member: Member) -> None:
        self._pace = Pace([member], NS_PER_S // STALLED_PER_S)
        self.cut_ns = 0

    def send_due(self) -> float:
        if self.cut_ns:
            return QUIET_S
        try:
            return self._pace.send_due()
        except OSError:
            self.cut_ns = clock_ns()
            return 0.0


def run(port: int, sessions: int, seconds: float, timeout_s: float) -> dict[str, object]:
    """`timeout_s` is what the gateway is configured for. The times of the healthy while all read, for `seconds`, and
    from the moment one stops until it is cut."""
    healthy, stalled = [Member(name) for name in session_names(sessions)], Member(STALLED)
    crowd = log_on_all(healthy, port, reset=True)
    stalled.connect(port, RECEIVE_BUFFER_BYTES)
    stalled.log_on(reset=True)
    Crowd([stalled]).wait_for_all(b"A")
    crowd.add(stalled)
    _prepare(healthy, stalled, seconds)
    end_ns = clock_ns() + int(seconds * NS_PER_S)
    pace, beside = Pace(healthy, sessions * NS_PER_S // HEALTHY_PER_S), Pace([stalled], NS_PER_S // STALLED_PER_S)

    def read(member: Member) -> None:
        (beside if member is stalled else pace).read(member)

    pace_until(crowd, [pace.send_due, beside.send_due], lambda: clock_ns() > end_ns, read, seconds * 10)
    drain(crowd, read, [*healthy, stalled])
    all_read = percentiles_us(pace.times_ns)
    check(STALLED, stalled.stream(), 1, range(stalled.sent))
    crowd.remove(stalled)

    _prepare(healthy, stalled, timeout_s + LATEST_S)
    start_ns = clock_ns()
    pace, stall = Pace(healthy, sessions * NS_PER_S // HEALTHY_PER_S), Stall(stalled)
    senders = (pace.send_due, stall.send_due)
    pace_until(crowd, senders, lambda: stall.cut_ns > 0, pace.read, timeout_s + LATEST_S)
    drain(crowd, pace.read, healthy)
    missed = come_back(port, stalled)
    log_out_all(healthy, crowd)
    for member in healthy:
        check(member.name, member.stream(), 1, range(member.sent))
    return {
        "sessions": sessions,
        "all_read_us": all_read,
        "one_stalled_us": percentiles_us(pace.times_ns),
        "cut_s": (stall.cut_ns - start_ns) / NS_PER_S,
        "timeout_s": timeout_s,
        "missed": missed,
    }


def _prepare(healthy: list[Member], stalled: Member, seconds: float) -> None:
    for member in healthy:
        member.prepare(int(seconds * HEALTHY_PER_S) // len(healthy))
    stalled.prepare(int(seconds * STALLED_PER_S))


def come_back(port: int, stalled: Member) -> int:
    """The client logs on anew and fetches what it has not read; how many reports that were."""
    seen = stalled.answered
    stalled.close()
    stalled.next_out += 1  # a message that never arrived: so the gateway asks, and says what it had
    stalled.connect(port)
    stalled.log_on(reset=False)
    returning = Returning(stalled, seen + 2)
    crowd = Crowd([stalled])
    while not returning.is_in_sequence:
        if not crowd.ready():
            raise RunFailed(f"{STALLED}: back, and not in sequence after {QUIET_S:g} s of silence")
        returning.read()
    log_out_all([stalled], crowd)
    taken = returning.asked - 2  # the order with number n has MsgSeqNum n + 2
    check(STALLED, stalled.stream(), seen + 2, range(seen, taken))
    return taken - seen
