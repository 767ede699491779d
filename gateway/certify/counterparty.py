"""A FIX counterparty, client or venue, without a socket: what scenarios are played with.

It has a codec of its own, so that nothing of the product judges the product, and keeps exact books. What every decent
engine does it does by itself: it answers TestRequests and ResendRequests, asks for what it missed, answers a Logout.
It insists that what it hears again is what it heard before. All else waits in `unread` until somebody has looked at it.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

SOH = b"\x01"
ADMIN = frozenset({b"0", b"1", b"2", b"3", b"4", b"5", b"A"})
OF_THE_TRANSMISSION = frozenset({b"8", b"9", b"10", b"43", b"52", b"122"})
"""Fields that may differ when a message is sent again; all others must not."""

_FRAME = re.compile(rb"8=FIX[^\x01]*\x019=(\d+)\x01")
_SECRET = re.compile(rb"(\x01(?:554|925|96|1402|1404)=)[^\x01]*")
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class Lie(AssertionError):
    """The gateway broke a promise that FIX makes in its name."""


class Sent(NamedTuple):
    msg_type: bytes
    body: bytes
    sending_time: bytes


def pairs_of(raw: bytes) -> list[tuple[bytes, bytes]]:
    found = [part.partition(b"=") for part in raw[:-1].split(SOH)]
    return [(tag, value) for tag, _, value in found]


def fields_of(raw: bytes) -> dict[bytes, bytes]:
    return dict(pairs_of(raw))


def content_of(raw: bytes) -> list[tuple[bytes, bytes]]:
    """What a message says, whenever and however often it is sent."""
    return [pair for pair in pairs_of(raw) if pair[0] not in OF_THE_TRANSMISSION]


def show(raw: bytes) -> str:
    """For people: no SOH, no secret."""
    return _SECRET.sub(rb"\1***", raw).replace(SOH, b"|").decode("latin-1")


def stamp(utc_ns: int) -> bytes:
    at = _EPOCH + timedelta(microseconds=utc_ns // 1000)
    return at.strftime("%Y%m%d-%H:%M:%S.").encode() + b"%03d" % (at.microsecond // 1000)


def framed(begin_string: bytes, content: bytes) -> bytes:
    head = b"8=%b\x019=%d\x01%b" % (begin_string, len(content), content)
    return head + b"10=%03d\x01" % (sum(head) % 256)


class Peer:
    """`wire` takes its bytes while it is connected; the world sets it. `history` has all messages both ways."""

    def __init__(
        self, name: str, version: str, comp_ids: tuple[str, str], utc_ns: Callable[[], int], history: list[str]
    ) -> None:
        """`version` is that of its orders: FIX.5.0SP2 goes over FIXT.1.1. `comp_ids`: its own, the gateway's."""
        self.name = name
        self.version = version
        self.begin_string = b"FIXT.1.1" if version.startswith("FIX.5") else version.encode()
        self._comp_ids = comp_ids[0].encode(), comp_ids[1].encode()
        self._utc_ns = utc_ns
        self.wire: Callable[[bytes], None] | None = None
        self.hang_up: Callable[[], None] = lambda: None
        self.next_out = self.next_in = 1
        self.sent: dict[int, Sent] = {}
        self.received: dict[int, bytes] = {}
        self.unread: deque[bytes] = deque()
        self.history = history
        self.logged_on = False
        self.heard_back = b""
        """TestReqID(112) of the last Heartbeat that had one."""
        self._logon_sent = False
        self._asked = False
        self._buffer = b""

    # -- out ---------------------------------------------------------------------------------------------------------

    def log_on(self, extra: bytes = b"") -> None:
        self._logon_sent = True
        terms = b"98=0\x01108=30\x01" + (b"1137=9\x01" if self.begin_string == b"FIXT.1.1" else b"")
        self.send(b"A", terms + extra)

    def send(self, msg_type: bytes, body: bytes) -> int:
        """Give a message its number and keep it; it goes out if there is a line."""
        number = self.next_out
        self.next_out += 1
        sent = self.sent[number] = Sent(msg_type, body, stamp(self._utc_ns()))
        self._transmit(number, msg_type, sent.sending_time, body)
        return number

    def rendered(self, number: int, msg_type: bytes, sending_time: bytes, body: bytes) -> bytes:
        own, theirs = self._comp_ids
        header = b"35=%b\x0134=%d\x0149=%b\x0152=%b\x0156=%b\x01" % (msg_type, number, own, sending_time, theirs)
        return framed(self.begin_string, header + body)

    def _transmit(self, number: int, msg_type: bytes, sending_time: bytes, body: bytes) -> None:
        if self.wire is not None:
            raw = self.rendered(number, msg_type, sending_time, body)
            self.history.append(f"{self.name} -> {show(raw)}")
            self.wire(raw)

    # -- in ----------------------------------------------------------------------------------------------------------

    def disconnected(self) -> None:
        self.wire = None
        self.logged_on = self._logon_sent = self._asked = False
        self._buffer = b""

    def take(self, data: bytes) -> None:
        """Bytes of the gateway: whole messages and parts of them, in order."""
        self._buffer += data
        while self._buffer:
            head = _FRAME.match(self._buffer)
            if head is None:
                if b"\x0110=" in self._buffer:
                    raise Lie(f"{self.name} got what is no message: {show(self._buffer)}")
                return
            end = head.end() + int(head[1]) + 7
            if len(self._buffer) < end:
                return
            raw, self._buffer = self._buffer[:end], self._buffer[end:]
            content = raw[head.end() : -7]
            if framed(fields_of(raw)[b"8"], content) != raw:
                raise Lie(f"{self.name}: BodyLength(9) or CheckSum(10) is wrong: {show(raw)}")
            self.history.append(f"{self.name} <- {show(raw)}")
            self._receive(raw, fields_of(raw))

    def _receive(self, raw: bytes, fields: dict[bytes, bytes]) -> None:
        if (fields[b"8"], fields[b"56"], fields[b"49"]) != (self.begin_string, *self._comp_ids):
            raise Lie(f"{self.name} got a message for somebody else: {show(raw)}")
        number, msg_type = int(fields[b"34"]), fields[b"35"]
        if not self.logged_on and msg_type not in (b"A", b"5"):
            raise Lie(f"{self.name}: the first message is no Logon: {show(raw)}")
        if number < self.next_in:
            self._heard_before(number, raw, fields)
            return
        if msg_type == b"A":
            self._receive_logon(fields)
        elif msg_type == b"2":
            self._answer_resend(int(fields[b"7"]), int(fields[b"16"]))
        if number > self.next_in:
            if msg_type == b"5":
                self._receive_logout(raw, number)
            elif not self._asked:
                self._asked = True
                self.send(b"2", b"7=%d\x0116=0\x01" % self.next_in)
            return
        self.received[number] = raw
        self.next_in = int(fields[b"36"]) if msg_type == b"4" else number + 1
        self._asked = False
        if msg_type == b"0":
            self.heard_back = fields.get(b"112", self.heard_back)
        elif msg_type == b"1":
            self.send(b"0", b"112=%b\x01" % fields[b"112"])
        elif msg_type == b"5":
            self._receive_logout(raw, number)
        elif msg_type == b"3" or msg_type not in ADMIN:
            self.unread.append(raw)

    def _heard_before(self, number: int, raw: bytes, fields: dict[bytes, bytes]) -> None:
        if fields.get(b"43") != b"Y":
            raise Lie(f"{self.name}: MsgSeqNum(34) {number} is given again, {self.next_in} was next: {show(raw)}")
        before = self.received.get(number)
        if before is not None and fields[b"35"] not in ADMIN and content_of(before) != content_of(raw):
            raise Lie(f"{self.name}: message {number} has changed:\n  {show(before)}\n  {show(raw)}")

    def _receive_logon(self, fields: dict[bytes, bytes]) -> None:
        if fields.get(b"141") == b"Y" and self.next_in > 1 and int(fields[b"34"]) == 1:
            raise Lie(f"{self.name}: a reset that nobody asked for")
        self.logged_on = True
        if not self._logon_sent:
            self.log_on()

    def _receive_logout(self, raw: bytes, number: int) -> None:
        """Answer it, unless it is the answer, and end the connection."""
        if self.next_in <= number:
            self.next_in = number + 1
        asked = self.sent[self.next_out - 1].msg_type == b"5" if self.next_out > 1 else False
        if not asked:
            self.unread.append(raw)
            self.send(b"5", b"")
        self.hang_up()

    def _answer_resend(self, begin: int, end: int) -> None:
        last = self.next_out - 1
        end = last if end in (0, 999999) else min(end, last)
        fill_from = None
        for number in range(begin, end + 1):
            msg_type, body, sending_time = self.sent[number]
            if msg_type in ADMIN:
                fill_from = fill_from or number
                continue
            if fill_from is not None:
                self._gap_fill(fill_from, number)
                fill_from = None
            again = b"43=Y\x01122=%b\x01%b" % (sending_time, body)
            self._transmit(number, msg_type, stamp(self._utc_ns()), again)
        if fill_from is not None:
            self._gap_fill(fill_from, end + 1)

    def _gap_fill(self, number: int, new_seq_no: int) -> None:
        now = stamp(self._utc_ns())
        self._transmit(number, b"4", now, b"43=Y\x01122=%b\x0136=%d\x01123=Y\x01" % (now, new_seq_no))
