"""All sessions log on at the same moment, each with a gap in both directions."""

from __future__ import annotations

import time
from collections.abc import Sequence

from bench.load import RunFailed
from bench.session_layer.member import Crowd, Member, clock_ns, log_on_all, log_out_all
from bench.session_layer.numbers import check
from bench.session_layer.orders import NS_PER_S, exchange, percentiles_us
from bench.session_layer.returning import Returning
from bench.session_layer.together import session_names

WINDOW = 5
LOST = 5
"""Messages of each client that never reached the gateway."""
KNOWN = 2
"""The first number that a client asks for: it has seen the gateway's first Logon and nothing since."""
STORM_S = 120.0


def run(port: int, sessions: int, orders: int) -> dict[str, object]:
    """`orders` of each session were answered before, and the client has lost the answers."""
    members = [Member(name) for name in session_names(sessions)]
    crowd = log_on_all(members, port, reset=True)
    exchange(crowd, members, orders, WINDOW)
    log_out_all(members, crowd)
    for member in members:
        check(member.name, member.stream(), 1, range(orders))
    figures = storm(port, members)
    for member in members:
        check(member.name, member.stream(), KNOWN, range(member.sent))
    return figures | {"sessions": sessions, "missing": orders}


def storm(port: int, members: Sequence[Member]) -> dict[str, object]:
    """The way back of all of them, and one order of each behind it."""
    crowd = Crowd()
    returning = {member: Returning(member, KNOWN) for member in members}
    for member in members:
        member.next_out += LOST
    waiting = set(members)
    cpu, start = time.process_time(), clock_ns()
    for member in members:
        member.connect(port)
        member.log_on(reset=False)
        crowd.add(member)
    connected_s = (clock_ns() - start) / NS_PER_S
    while waiting:
        ready = crowd.ready()
        passed_s = (clock_ns() - start) / NS_PER_S
        if not ready or passed_s > STORM_S:
            raise RunFailed(f"{len(waiting)} of {len(members)} sessions are not in sequence after {passed_s:.0f} s")
        for member in ready:
            one = returning[member]
            one.read()
            if one.is_in_sequence and member in waiting:
                waiting.remove(member)
                one.seconds = (clock_ns() - start) / NS_PER_S
    seconds, cpu = (clock_ns() - start) / NS_PER_S, time.process_time() - cpu
    exchange(crowd, members, 1, 1)
    log_out_all(members, crowd)
    times = percentiles_us([int(one.seconds * NS_PER_S) for one in returning.values()])
    return {
        "seconds": seconds,
        "connected_s": connected_s,
        "p50_s": times["p50"] / 1e6,
        "generator_cpu": cpu / seconds,
    }
