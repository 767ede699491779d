"""The generator: one FIX client that sends limit orders and counts the reports that answer them.

Two measurements. *Throughput*: up to `window` orders are unanswered at any time; the figure is orders per second
between the first byte sent and the last report seen. *Ping-pong* (`--window 1`): one order, wait for its report, next
order; the figure is the distribution of the time from order sent to report received.

The generator must not be what is measured. Every order is rendered before the clock starts; the loop only writes a
slice of a buffer, reads, and counts a pattern. What came back is kept and checked after the clock has stopped: each
ClOrdID(11) answered exactly once, MsgSeqNum(34) without a hole, no Reject.

Runs as its own process and prints one JSON object.
"""

from __future__ import annotations

import argparse
import json
import socket
import struct
import sys
import time
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from bench.wire import (
    CL_ORD_ID,
    MSG_SEQ_NUM,
    MSG_TYPE,
    SOH,
    Party,
    Rendered,
    new_order_single,
    render,
    split_messages,
    utc_timestamp,
)

RECEIVE_BYTES = 1 << 20
QUIET_S = 5
"""A system that says nothing for so long while orders are unanswered has failed the run."""
PERCENTILES = (50.0, 90.0, 99.0, 99.9)


class RunFailed(Exception):
    """The system under test did not answer as it must. The text says what was seen."""


@dataclass(frozen=True, slots=True)
class Plan:
    """One run. `counted` is the byte pattern of a report that answers an order."""

    host: str
    port: int
    party: Party
    symbol: bytes
    price: bytes
    orders: int
    warm_up: int
    window: int
    counted: bytes


class Client:
    """The socket of the run, and all that came out of it."""

    def __init__(self, plan: Plan) -> None:
        self.plan = plan
        self.received: list[bytes] = []
        self.counted = 0
        self._tail = b""
        self._socket = socket.create_connection((plan.host, plan.port), timeout=10)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._socket.settimeout(None)
        self._socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVTIMEO, struct.pack("ll", QUIET_S, 0))

    def send(self, data: bytes | memoryview) -> None:
        self._socket.sendall(data)

    def receive(self) -> bytes:
        """What the socket has, at least one byte."""
        try:
            data = self._socket.recv(RECEIVE_BYTES)
        except BlockingIOError:
            raise RunFailed(f"nothing received for {QUIET_S} s; {self.counted} reports so far") from None
        if not data:
            last = self.received[-1][-300:] if self.received else b""
            raise RunFailed(f"connection closed by the peer; {self.counted} reports so far; last {last!r}")
        self.received.append(data)
        return data

    def receive_reports(self) -> int:
        """Read once and return how many reports are complete up to their counted pattern."""
        data = self._tail + self.receive()
        reports = data.count(self.plan.counted)
        # A pattern may be split over two reads: keep what may be its beginning, one byte less than a whole one.
        self._tail = data[1 - len(self.plan.counted) :]
        self.counted += reports
        return reports

    def wait_for(self, msg_type: bytes) -> None:
        """Read until a message of this type has arrived (log on, log out)."""
        begun = len(self.received)
        while b"\x0135=%b\x01" % msg_type not in b"".join(self.received[begun:]):
            self.receive()

    def close(self) -> None:
        self._socket.close()


def exchange_orders(client: Client, orders: Rendered, begin: int, end: int, window: int) -> None:
    """Send orders begin..end with at most `window` of them unanswered; return when the last one is answered."""
    sent = answered = begin
    send, span, receive_reports = client.send, orders.span, client.receive_reports
    while answered < end:
        until = min(answered + window, end)
        if until > sent:
            send(span(sent, until))
            sent = until
        answered += receive_reports()


def ping_pong(client: Client, orders: Rendered, begin: int, end: int) -> list[int]:
    """Order by order; the nanoseconds from before the send to after the read that completed the report."""
    clock = time.perf_counter_ns
    send, receive_reports = client.send, client.receive_reports
    times: list[int] = []
    for number in range(begin, end):
        message = orders.span(number, number + 1)
        start = clock()
        send(message)
        while not receive_reports():
            pass
        times.append(clock() - start)
    return times


def percentile(ordered: Sequence[int], percent: float) -> int:
    """Nearest rank."""
    rank = max(1, -(-len(ordered) * percent // 100))
    return ordered[int(rank) - 1]


def check(client: Client, plan: Plan) -> None:
    """Every order answered once, every number in its place, nothing refused."""
    messages = split_messages(b"".join(client.received))
    numbers = [int(found[1]) for message in messages if (found := MSG_SEQ_NUM.search(message))]
    if numbers != list(range(1, len(messages) + 1)):
        raise RunFailed("MsgSeqNum(34) of the system under test is not contiguous from 1")
    kinds = Counter(found[1].decode() for message in messages if (found := MSG_TYPE.search(message)))
    unexpected = set(kinds) - {"A", "0", "5", "8"}
    if unexpected:
        raise RunFailed(f"unexpected messages {sorted(unexpected)} in {dict(kinds)}")
    reports = [message for message in messages if plan.counted in message]
    answers = Counter(found[1] for message in reports if (found := CL_ORD_ID.search(message)))
    expected = plan.orders + plan.warm_up
    if len(answers) != expected or set(answers.values()) != {1}:
        raise RunFailed(f"{expected} orders, {len(answers)} ClOrdIDs answered, most often {answers.most_common(1)}")


def run(plan: Plan) -> dict[str, object]:
    """Log on, warm up, measure, log out, check. Returns what the bench prints."""
    party = plan.party
    total = plan.warm_up + plan.orders
    now = utc_timestamp()
    orders = render(
        new_order_single(party, number + 2, number, plan.symbol, plan.price, now) for number in range(total)
    )
    client = Client(plan)
    try:
        client.send(party.message(b"A", 1, b"98=0\x01108=30\x01141=Y\x01", utc_timestamp()))
        client.wait_for(b"A")
        exchange_orders(client, orders, 0, plan.warm_up, plan.window)
        cpu, start = time.process_time(), time.perf_counter()
        times: list[int] = []
        if plan.window == 1:
            times = ping_pong(client, orders, plan.warm_up, total)
        else:
            exchange_orders(client, orders, plan.warm_up, total, plan.window)
        seconds, cpu = time.perf_counter() - start, time.process_time() - cpu
        client.send(party.message(b"5", total + 2, b"", utc_timestamp()))
        client.wait_for(b"5")
    finally:
        client.close()
    check(client, plan)
    result: dict[str, object] = {
        "orders": plan.orders,
        "window": plan.window,
        "seconds": seconds,
        "orders_per_s": plan.orders / seconds,
        "generator_cpu": cpu / seconds,
    }
    if times:
        times.sort()
        latencies = {f"p{percent:g}": percentile(times, percent) / 1000 for percent in PERCENTILES}
        result["latency_us"] = latencies | {"max": times[-1] / 1000}
    return result


def parse(arguments: Sequence[str]) -> Plan:
    parser = argparse.ArgumentParser(prog="bench.load", description="send orders, count reports")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--begin-string", default="FIX.4.4")
    parser.add_argument("--sender-comp-id", default="BENCH")
    parser.add_argument("--target-comp-id", default="GATEWAY")
    parser.add_argument("--symbol", default="BTC-USD")
    parser.add_argument("--price", default="50000")
    parser.add_argument("--orders", type=int, default=20_000)
    parser.add_argument("--warm-up", type=int, default=1_000)
    parser.add_argument("--window", type=int, default=500)
    parser.add_argument("--counted", default="35=8", help="field that marks a report that answers an order")
    given = parser.parse_args(arguments)
    party = Party(given.begin_string.encode(), given.sender_comp_id.encode(), given.target_comp_id.encode())
    return Plan(
        given.host,
        given.port,
        party,
        given.symbol.encode(),
        given.price.encode(),
        given.orders,
        given.warm_up,
        given.window,
        SOH + given.counted.encode() + SOH,
    )


def main() -> int:
    try:
        print(json.dumps(run(parse(sys.argv[1:]))))
    except (RunFailed, OSError) as error:
        print(json.dumps({"failed": f"{type(error).__name__}: {error}"}))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
