"""Many sessions trade at once, against one that has the same number of orders in flight."""

from __future__ import annotations

import time

from bench.session_layer.member import Member, log_on_all, log_out_all
from bench.session_layer.numbers import check
from bench.session_layer.orders import exchange, percentiles_us

IN_FLIGHT = 500
WARM_UP = 1_000


def session_names(sessions: int) -> list[str]:
    return [f"M{number:03d}" for number in range(sessions)]


def run(port: int, sessions: int, orders: int, ping_pongs: int) -> dict[str, object]:
    """The figures of one session and of many. `orders` and `ping_pongs` are for all sessions of a run together."""
    everyone = [Member(name) for name in session_names(sessions)]
    figures: dict[str, object] = {}
    for members in (everyone[:1], everyone):
        crowd = log_on_all(members, port, reset=True)
        begin = {member: member.sent for member in members}
        count = len(members)
        exchange(crowd, members, WARM_UP // count, 1)
        cpu, start = time.process_time(), time.perf_counter()
        rate = exchange(crowd, members, orders // count, IN_FLIGHT // count)
        cpu, passed = time.process_time() - cpu, time.perf_counter() - start
        turns = exchange(crowd, members, ping_pongs // count, 1)
        log_out_all(members, crowd)
        for member in members:
            check(member.name, member.stream(), 1, range(begin[member], member.sent))
        figures[str(count)] = {
            "orders_per_s": orders // count * count / rate.seconds,
            "first_to_last": rate.finished_s[0] / rate.finished_s[-1],
            "generator_cpu": cpu / passed,
            "in_turn_orders_per_s": len(turns.times_ns) / turns.seconds,
            "latency_us": percentiles_us(turns.times_ns),
        }
    return figures
