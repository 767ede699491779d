"""The clients of a scenario: many sockets in one process, read as they become ready.

The generator must not be what is measured: orders are rendered before the clock starts, a read counts a byte pattern,
and what came is judged after the clock has stopped (`bench.session_layer.numbers`).
"""

from __future__ import annotations

import select
import socket
import time
from collections.abc import Iterable

from bench.load import RunFailed
from bench.wire import Party, Rendered, new_order_single, render, utc_timestamp

SYMBOL, PRICE = b"BTC-USD", b"49000"
COUNTED = b"\x01150=0\x01"
"""The field of a report that answers an order."""
QUIET_S = 10.0
"""A gateway that says nothing for so long while something is awaited has failed the run."""
READ_BYTES = 1 << 16
"""Small, so that one busy socket holds up the others for some microseconds only."""
HEART_BT_INT_S = 3600
"""Out of the way: whoever measures sends no heartbeats."""
clock_ns = time.perf_counter_ns


class Member:
    """One FIX 4.4 client. `next_out` is the number of its next message. `rendered`, `sent`, `answered` count orders."""

    __slots__ = (
        "_orders",
        "_tail",
        "answered",
        "name",
        "next_out",
        "party",
        "received",
        "rendered",
        "sent",
        "socket",
    )

    def __init__(self, name: str, next_out: int = 1, orders: int = 0) -> None:
        """`orders` have been sent in former connections: ClOrdIDs go on from there."""
        self.name = name
        self.party = Party(b"FIX.4.4", name.encode(), b"GATEWAY")
        self.next_out = next_out
        self.received: list[bytes] = []
        self.answered = self.sent = self.rendered = orders
        self._tail = b""
        self._orders: tuple[int, Rendered] = (orders, render([]))
        self.socket: socket.socket

    def connect(self, port: int, receive_buffer_bytes: int = 0) -> None:
        """Sends wait until the system takes them, reads never wait."""
        self.socket = socket.socket()
        if receive_buffer_bytes:
            self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer_bytes)
        self.socket.settimeout(QUIET_S)
        self.socket.connect(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.received, self._tail = [], b""

    def say(self, msg_type: bytes, body: bytes = b"") -> None:
        """Send one message with the next number."""
        self.socket.sendall(self.party.message(msg_type, self.next_out, body, utc_timestamp()))
        self.next_out += 1

    def log_on(self, *, reset: bool) -> None:
        if reset:
            self.next_out = 1
        reset_field = b"141=Y\x01" if reset else b""
        self.say(b"A", b"98=0\x01108=%d\x01%b" % (HEART_BT_INT_S, reset_field))

    def fill_gap(self, begin: int) -> None:
        """SequenceReset(4) with GapFillFlag(123): nothing from `begin` to what was sent last is sent again."""
        now = utc_timestamp()
        body = b"43=Y\x01122=%b\x0136=%d\x01123=Y\x01" % (now, self.next_out)
        self.socket.sendall(self.party.message(b"4", begin, body, now))

    def prepare(self, orders: int) -> None:
        """Render the next orders, before the clock starts. Nothing else may be said until they are sent."""
        assert self.sent == self.rendered, (self.name, self.sent, self.rendered)
        now, begin, shift = utc_timestamp(), self.sent, self.next_out - self.sent
        numbers = range(begin, begin + orders)
        rendered = render(new_order_single(self.party, n + shift, n, SYMBOL, PRICE, now) for n in numbers)
        self._orders = begin, rendered
        self.rendered = begin + orders

    def send_orders(self, until: int) -> None:
        """Send what is rendered, up to the order with this number."""
        begin, orders = self._orders
        self.socket.sendall(orders.span(self.sent - begin, until - begin))
        self.next_out += until - self.sent
        self.sent = until

    def read(self) -> int:
        """What the socket has; returns the reports in it. Raises RunFailed when the gateway hung up."""
        try:
            data = self.socket.recv(READ_BYTES, socket.MSG_DONTWAIT)
        except BlockingIOError:
            return 0
        except OSError as error:
            raise RunFailed(f"{self.name}: {error}; {self.answered} of its orders were answered") from None
        if not data:
            said = b"".join(self.received[-2:])[-300:]
            raise RunFailed(f"{self.name}: connection closed; {self.answered} orders answered; last {said!r}")
        self.received.append(data)
        joined = self._tail + data
        self._tail = joined[1 - len(COUNTED) :]
        return joined.count(COUNTED)

    def stream(self) -> bytes:
        """All that was received since it connected."""
        return b"".join(self.received)

    def close(self) -> None:
        self.socket.close()


class Crowd:
    """Members whose sockets are waited for together."""

    def __init__(self, members: Iterable[Member] = ()) -> None:
        self._epoll = select.epoll()
        self._members: dict[int, Member] = {}
        for member in members:
            self.add(member)

    def add(self, member: Member) -> None:
        self._members[member.socket.fileno()] = member
        self._epoll.register(member.socket.fileno(), select.EPOLLIN)

    def remove(self, member: Member) -> None:
        self._epoll.unregister(member.socket.fileno())
        del self._members[member.socket.fileno()]

    def ready(self, timeout_s: float = QUIET_S) -> list[Member]:
        """Whose socket has something to read; empty when nothing has come in time. Waits to the microsecond."""
        if timeout_s > 0:
            select.select([self._epoll], [], [], timeout_s)
        members = self._members
        return [members[descriptor] for descriptor, _ in self._epoll.poll(0, len(members) or 1)]

    def wait_for_all(self, msg_type: bytes) -> None:
        """Read until every member has received a message of this type since it connected or was last asked."""
        pattern = b"\x0135=%b\x01" % msg_type
        waiting = {member: len(member.received) for member in self._members.values()}
        while waiting:
            members = self.ready()
            if not members:
                who = next(iter(waiting)).name
                raise RunFailed(f"{len(waiting)} sessions, {who} first, had no 35={msg_type.decode()} in {QUIET_S:g} s")
            for member in members:
                member.answered += member.read()
                if member in waiting and pattern in b"".join(member.received[waiting[member] :]):
                    del waiting[member]


def log_on_all(members: Iterable[Member], port: int, *, reset: bool) -> Crowd:
    """Connect and log on one after the other."""
    crowd = Crowd()
    for member in members:
        member.connect(port)
        member.log_on(reset=reset)
        alone = Crowd([member])
        alone.wait_for_all(b"A")
        crowd.add(member)
    return crowd


def log_out_all(members: Iterable[Member], crowd: Crowd) -> None:
    everyone = list(members)
    for member in everyone:
        member.say(b"5")
    crowd.wait_for_all(b"5")
    for member in everyone:
        crowd.remove(member)
        member.close()
