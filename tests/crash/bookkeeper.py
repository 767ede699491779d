"""A FIX client that keeps exact books: of every number both ways, every message, every report.

It speaks FIX over a blocking socket with twenty lines of codec of its own, so that nothing of the product judges the
product. It survives the death of its counterparty, logs on again with its numbers, answers ResendRequests, closes its
own gaps, and notices when a message comes back under its old number with another content.
"""

from __future__ import annotations

import socket
import time
from collections.abc import Callable
from datetime import UTC, datetime

SOH = b"\x01"
ADMIN = {b"0", b"1", b"2", b"3", b"4", b"5", b"A"}
VOLATILE = {b"8", b"9", b"10", b"43", b"52", b"122", b"97"}


class Broken(Exception):
    """The connection ended."""


class Lie(AssertionError):
    """The counterparty broke a promise."""


def fields(raw: bytes) -> dict[bytes, bytes]:
    return dict(part.split(b"=", 1) for part in raw[:-1].split(SOH))


def content(raw: bytes) -> list[bytes]:
    return [part for part in raw[:-1].split(SOH) if part.split(b"=", 1)[0] not in VOLATILE]


def stamp() -> bytes:
    return datetime.now(UTC).strftime("%Y%m%d-%H:%M:%S.%f")[:-3].encode()


def show(raw: bytes) -> str:
    return raw.replace(SOH, b"|").decode("latin-1")


class Bookkeeper:
    def __init__(self, port: int, sender: str, target: str, begin_string: str = "FIX.4.4") -> None:
        self.port = port
        self._begin = begin_string.encode()
        self._sender, self._target = sender.encode(), target.encode()
        self.next_out = 1
        self.next_in = 1
        self.sent: dict[int, tuple[bytes, bytes, bytes]] = {}
        self.received: dict[int, bytes] = {}
        self.application: list[bytes] = []
        self.resend_asked = False
        self._socket: socket.socket | None = None
        self._buffer = b""

    # -- connection --------------------------------------------------------------------------------------------------

    def connect(self, timeout_s: float = 10.0, alive: Callable[[], bool] = lambda: True) -> None:
        """Connect and log on, trying until the counterparty is up. Raises Broken when it is no longer `alive`."""
        self.disconnect()
        end = time.monotonic() + timeout_s
        while True:
            try:
                self._socket = socket.create_connection(("127.0.0.1", self.port), timeout=timeout_s)
                break
            except OSError:
                if not alive():
                    raise Broken from None
                if time.monotonic() > end:
                    raise
                time.sleep(0.005)
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._buffer = b""
        self.resend_asked = False
        self.send(b"A", b"98=0\x01108=30\x01")
        self.until(lambda raw: fields(raw)[b"35"] == b"A", timeout_s)

    def disconnect(self) -> None:
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    # -- out ---------------------------------------------------------------------------------------------------------

    def send(self, msg_type: bytes, body: bytes) -> int:
        """Give the message its number, keep it, and try to send it; a broken connection only means it waits."""
        number = self.next_out
        self.next_out += 1
        time_sent = stamp()
        self.sent[number] = (msg_type, body, time_sent)
        self._transmit(number, msg_type, time_sent, body)
        return number

    def _transmit(self, number: int, msg_type: bytes, sending_time: bytes, body: bytes) -> None:
        content = b"35=%b\x0134=%d\x0149=%b\x0152=%b\x0156=%b\x01%b" % (
            msg_type, number, self._sender, sending_time, self._target, body,
        )  # fmt: skip
        head = b"8=%b\x019=%d\x01%b" % (self._begin, len(content), content)
        raw = head + b"10=%03d\x01" % (sum(head) % 256)
        if self._socket is not None:
            try:
                self._socket.sendall(raw)
            except OSError:
                self.disconnect()

    # -- in ----------------------------------------------------------------------------------------------------------

    def until(self, wanted: Callable[[bytes], bool], timeout_s: float = 10.0) -> bytes:
        """Receive until an in-sequence message satisfies `wanted`. Raises Broken at the end of the connection."""
        end = time.monotonic() + timeout_s
        while True:
            raw = self._next(end)
            assert raw is not None
            accepted = self._take(raw)
            if accepted is not None and wanted(accepted):
                return accepted

    def listen(self, for_s: float) -> None:
        """Take what comes for that long. Raises Broken at the end of the connection."""
        end = time.monotonic() + for_s
        while (raw := self._next(end, patient=True)) is not None:
            self._take(raw)

    def until_quiet(self, timeout_s: float, settled: Callable[[], bool]) -> None:
        """Take what comes until `settled`, and a little longer: what comes behind it must not contradict it."""
        end = time.monotonic() + timeout_s
        while not settled():
            assert time.monotonic() < end, f"not settled after {timeout_s} s"
            self.listen(0.05)
        self.listen(0.1)

    @property
    def complete(self) -> bool:
        """No gap of ours is open."""
        return not self.resend_asked

    def _next(self, end: float, patient: bool = False) -> bytes | None:
        """The next message; at `end` None when `patient`, otherwise a Lie."""
        while True:
            start = self._buffer.find(b"\x0110=")
            if start >= 0 and len(self._buffer) >= start + 8:
                raw, self._buffer = self._buffer[: start + 8], self._buffer[start + 8 :]
                return raw
            if self._socket is None:
                raise Broken
            try:
                self._socket.settimeout(max(0.001, end - time.monotonic()))
                data = self._socket.recv(1 << 16)
            except TimeoutError:
                if patient:
                    return None
                raise Lie(f"{self._sender.decode()}: nothing came in time; next in {self.next_in}") from None
            except OSError:
                data = b""
            if not data:
                self.disconnect()
                raise Broken
            self._buffer += data

    def _take(self, raw: bytes) -> bytes | None:
        tags = fields(raw)
        number, msg_type = int(tags[b"34"]), tags[b"35"]
        if msg_type == b"5":
            self.next_in = max(self.next_in, number + 1)
            text = tags.get(b"58", b"").decode()
            if "too low" in text:
                raise Lie(f"Logout: {text}")
            self.disconnect()
            raise Broken
        if number > self.next_in:
            if msg_type == b"2":
                self._answer_resend(tags)
            if not self.resend_asked:
                self.resend_asked = True
                self.send(b"2", b"7=%d\x0116=0\x01" % self.next_in)
            return raw if msg_type == b"A" else None
        if number < self.next_in:
            if tags.get(b"43") != b"Y":
                raise Lie(f"MsgSeqNum(34) {number} again without PossDup, expected {self.next_in}: {show(raw)}")
            before = self.received.get(number)
            if before is not None and msg_type not in ADMIN and content(before) != content(raw):
                raise Lie(f"message {number} changed:\n {show(before)}\n {show(raw)}")
            return None
        self.received[number] = raw
        if msg_type == b"4":
            self.next_in = int(tags[b"36"])
            self.resend_asked = False
            return None
        self.next_in = number + 1
        self.resend_asked = False
        if msg_type == b"2":
            self._answer_resend(tags)
        elif msg_type == b"1":
            self.send(b"0", b"112=%b\x01" % tags[b"112"])
        elif msg_type == b"3":
            raise Lie(f"Reject: {show(raw)}")
        elif msg_type not in ADMIN:
            self.application.append(raw)
        return raw

    def _answer_resend(self, tags: dict[bytes, bytes]) -> None:
        begin, end = int(tags[b"7"]), int(tags[b"16"]) or self.next_out - 1
        fill_from = None
        for number in range(begin, min(end, self.next_out - 1) + 1):
            msg_type, body, time_sent = self.sent[number]
            if msg_type in ADMIN:
                fill_from = fill_from or number
                continue
            if fill_from is not None:
                self._gap_fill(fill_from, number)
                fill_from = None
            self._transmit(number, msg_type, stamp(), b"43=Y\x01122=%b\x01%b" % (time_sent, body))
        if fill_from is not None:
            self._gap_fill(fill_from, min(end, self.next_out - 1) + 1)

    def _gap_fill(self, number: int, new_seq_no: int) -> None:
        now = stamp()
        self._transmit(number, b"4", now, b"43=Y\x01122=%b\x01123=Y\x0136=%d\x01" % (now, new_seq_no))
