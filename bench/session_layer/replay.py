"""A client that was away asks for all that it has missed, alone and while another session trades.

Two processes of the gateway: `fill` trades in the first; the second has recovered from the store, and `run` asks it.
"""

from __future__ import annotations

import time

from bench.load import RunFailed
from bench.session_layer.member import Crowd, Member, clock_ns, log_on_all, log_out_all
from bench.session_layer.memory import Resident, Watch
from bench.session_layer.numbers import check
from bench.session_layer.orders import (
    NS_PER_S,
    Pace,
    drain,
    exchange,
    pace_until,
    percentiles_us,
)

AWAY, LIVE = "AWAY", "LIVE"
LIVE_INTERVAL_NS = 1_000_000
WINDOW = 500
FIRST = 2
"""The number of the first report: the gateway's Logon has 1."""
TIMEOUT_S = 20.0
SLOWEST_PER_S = 2_000
"""A replay that is slower has failed."""


def fill(port: int, messages: int) -> dict[str, object]:
    """Orders of the client, each answered: these reports are what it will ask for."""
    member = Member(AWAY)
    crowd = log_on_all([member], port, reset=True)
    exchange(crowd, [member], messages, WINDOW)
    log_out_all([member], crowd)
    check(AWAY, member.stream(), 1, range(messages))
    return {}


def run(port: int, pid: int, messages: int, live_s: float) -> dict[str, object]:
    """The rate alone, with the growth of the gateway; the rate and the other session's times together."""
    live = Member(LIVE)
    crowd = log_on_all([live], port, reset=True)
    without = _trade(crowd, live, live_s)
    next_out = messages + 3  # behind Logon, orders, Logout
    alone = Fetch(port, pid, Member(AWAY, next_out, messages), messages)
    alone.run(crowd, Pace([live], LIVE_INTERVAL_NS))
    together = Fetch(port, pid, Member(AWAY, next_out + 3, messages), messages)  # Logon, ResendRequest, Logout
    live.prepare(int(together.timeout_s * NS_PER_S) // LIVE_INTERVAL_NS)
    pace = Pace([live], LIVE_INTERVAL_NS)
    together.run(crowd, pace)
    times = percentiles_us(pace.times_ns)
    drain(crowd, pace.read, [live])
    log_out_all([live], crowd)
    check(LIVE, live.stream(), 1, range(live.sent))
    return {
        "messages": messages,
        "messages_per_s": messages / alone.seconds,
        "generator_cpu": alone.cpu_s / alone.seconds,
        "bytes": len(alone.away.stream()),
        "rss_bytes": alone.before.all,
        "growth_bytes": alone.growth.all,
        "own_growth_bytes": alone.growth.own,
        "with_live_messages_per_s": messages / together.seconds,
        "without_replay_us": without,
        "with_replay_us": times,
    }


def _trade(crowd: Crowd, live: Member, seconds: float) -> dict[str, float]:
    """The live session's orders with nothing beside them."""
    live.prepare(int(seconds * NS_PER_S) // LIVE_INTERVAL_NS)
    pace = Pace([live], LIVE_INTERVAL_NS)
    pace_until(crowd, [pace.send_due], lambda: live.sent == live.rendered, pace.read, seconds * 10)
    drain(crowd, pace.read, [live])
    return percentiles_us(pace.times_ns)


class Fetch:
    """One return of the client: Logon, the ResendRequest(2), all of it, Logout. `seconds` run from the request to the
    last message, `cpu_s` is the generator's in that time; `growth` is the gateway's at its highest in that time."""

    def __init__(self, port: int, pid: int, away: Member, messages: int) -> None:
        self.timeout_s = TIMEOUT_S + messages / SLOWEST_PER_S
        self.away = away
        self.seconds = self.cpu_s = 0.0
        self.before = self.growth = Resident(0, 0)
        self._port = port
        self._pid = pid
        self._messages = messages
        self._fetched = 0

    def run(self, crowd: Crowd, pace: Pace) -> None:
        """Beside what `pace` sends, whose members are in the crowd."""
        away, messages = self.away, self._messages
        away.connect(self._port)
        away.log_on(reset=False)
        own = Crowd([away])
        own.wait_for_all(b"A")
        watch = Watch(self._pid)
        crowd.add(away)

        def read(member: Member) -> None:
            if member is away:
                self._fetched += away.read()
                watch.look(clock_ns())
            else:
                pace.read(member)

        cpu_s, start = time.process_time(), clock_ns()
        away.say(b"2", b"7=%d\x0116=0\x01" % FIRST)
        pace_until(crowd, [pace.send_due], lambda: self._fetched >= messages, read, self.timeout_s)
        self.seconds = (clock_ns() - start) / NS_PER_S
        self.cpu_s = time.process_time() - cpu_s
        self.before, self.growth = watch.before, watch.growth()
        crowd.remove(away)
        log_out_all([away], own)
        again = check(AWAY, away.stream(), FIRST, range(messages)).again
        if again != messages:
            raise RunFailed(f"{messages} messages were asked for, {again} came")
