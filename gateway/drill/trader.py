"""The client of a drill: sends limit orders at a steady rate and remembers when each was sent and what came back."""

from __future__ import annotations

import select
import socket
import time
from datetime import UTC, datetime

from fixspec.codec import Framer, encode
from gateway.drill.stage import ACCOUNT, CLIENT, PRICE, SYMBOL

_BATCH_MAX = 500


class Fate:
    """What became of one order, and when it was known here (ns, UTC)."""

    __slots__ = ("accepted_ns", "canceled_ns", "refused_ns", "sent_ns", "text")

    def __init__(self, sent_ns: int) -> None:
        self.sent_ns = sent_ns
        self.accepted_ns = 0
        self.refused_ns = 0
        self.canceled_ns = 0
        self.text = ""


class Trader:
    def __init__(self, port: int) -> None:
        self.orders: dict[str, Fate] = {}
        self._line = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._line.setblocking(False)
        self._framer = Framer()
        self._unsent = bytearray()
        self._next = 1
        self.logged_on = False
        self._say(b"A", b"98=0\x01108=60\x01141=Y\x01")

    def close(self) -> None:
        self._line.close()

    def send_orders(self, count: int) -> None:
        now_ns = time.time_ns()
        for _ in range(count):
            name = f"D{len(self.orders) + 1}"
            self.orders[name] = Fate(now_ns)
            self._say(
                b"D",
                b"11=%b\x011=%b\x0155=%b\x0154=1\x0160=%b\x0138=1\x0140=2\x0144=%b\x01"
                % (name.encode(), ACCOUNT.encode(), SYMBOL.encode(), _stamp(), PRICE.encode()),
            )

    def trade(self, rate: int, for_s: float) -> None:
        """Send `rate` orders a second for that long, and take what comes."""
        began, sent = time.monotonic(), 0
        while (passed := time.monotonic() - began) < for_s:
            due = min(_BATCH_MAX, int(passed * rate) - sent)
            if due > 0:
                self.send_orders(due)
                sent += due
            self.poll(0.002)

    def poll(self, timeout_s: float) -> None:
        """Write what can be written, take what has come."""
        readable, writable, _ = select.select([self._line], [self._line] if self._unsent else [], [], timeout_s)
        if writable:
            del self._unsent[: self._line.send(self._unsent)]
        if readable:
            data = self._line.recv(1 << 18)
            if not data:
                raise ConnectionError("the gateway has hung up")
            self._framer.feed(data)
            now_ns = time.time_ns()
            while (frame := self._framer.next_frame()) is not None:
                if isinstance(frame, bytes):
                    self._take(dict(part.split(b"=", 1) for part in frame[:-1].split(b"\x01")), now_ns)

    def _take(self, fields: dict[bytes, bytes], now_ns: int) -> None:
        kind = fields[b"35"]
        if kind == b"A":
            self.logged_on = True
        elif kind == b"1":
            self._say(b"0", b"112=%b\x01" % fields[b"112"])
        elif kind == b"8":
            fate = self.orders[fields[b"11"].decode()]
            exec_type = fields[b"150"]
            if exec_type == b"0":
                fate.accepted_ns = now_ns
            elif exec_type == b"8":
                fate.refused_ns, fate.text = now_ns, fields.get(b"58", b"").decode("latin-1")
            elif exec_type == b"4":
                fate.canceled_ns, fate.text = now_ns, fields.get(b"58", b"").decode("latin-1")

    def _say(self, msg_type: bytes, body: bytes) -> None:
        head = b"35=%b\x0134=%d\x0149=%b\x0152=%b\x0156=FIXGATE\x01"
        self._unsent += encode(b"FIX.4.4", head % (msg_type, self._next, CLIENT.encode(), _stamp()) + body)
        self._next += 1


def _stamp() -> bytes:
    return datetime.now(UTC).strftime("%Y%m%d-%H:%M:%S.%f")[:-3].encode()
