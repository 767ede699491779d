"""Our half of the conversation: numbers, times and bytes of the messages we send.

The header we write is always 8, 9, 35, 34, 49, 52, 56 and then whatever the body begins with; a replay relies on it.
"""

from __future__ import annotations

from fixspec.codec import encode
from fixspec.numbers import format_utc_timestamp
from gateway.instant import Instant
from gateway.session.heartbeat import Heartbeats
from gateway.session.outputs import Outgoing
from gateway.session.settings import SessionNumbers, SessionSettings


class Sender:
    __slots__ = (
        "_begin_string",
        "_digits",
        "_heartbeats",
        "_keeps",
        "_layout",
        "_layout_old",
        "_numbers",
        "_stamp",
        "_stamp_at",
        "_stamp_unit",
        "_tells_processed",
        "outgoing",
        "wire",
    )

    def __init__(self, settings: SessionSettings, numbers: SessionNumbers, heartbeats: Heartbeats) -> None:
        self._numbers = numbers
        self._keeps = settings.persist_messages
        self._tells_processed = (
            settings.enable_last_msg_seq_num_processed and settings.version.last_msg_seq_num_processed
        )
        self._heartbeats = heartbeats
        self._begin_string = settings.begin_string
        self._digits = settings.timestamp_digits if settings.version.milliseconds else 0
        self._stamp_unit = 10 ** (9 - self._digits)
        self._stamp_at = -1
        self._stamp = b""
        sender = settings.sender_comp_id.replace(b"%", b"%%")
        target = settings.target_comp_id.replace(b"%", b"%%")
        self._layout = b"35=%%b\x0134=%%d\x0149=%b\x0152=%%b\x0156=%b\x01%%b" % (sender, target)
        self._layout_old = b"35=%%b\x0134=%%d\x0143=Y\x0149=%b\x0152=%%b\x0156=%b\x01%%b" % (sender, target)
        self.outgoing: list[Outgoing] = []
        self.wire: list[bytes] = []
        """Both directions, in order, as they were or will be on the wire."""

    def sending_time(self, now: Instant) -> bytes:
        """SendingTime(52) for `now`, formatted once for each unit of its precision."""
        at = now.utc_ns // self._stamp_unit
        if at != self._stamp_at:
            self._stamp = format_utc_timestamp(now.utc_ns, self._digits)
            self._stamp_at = at
        return self._stamp

    def send(self, msg_type: bytes, body: bytes, now: Instant, transmit: bool) -> int:
        """A new message: gives it the next number and returns that."""
        numbers = self._numbers
        msg_seq_num = numbers.next_sender_msg_seq_num
        at = now.utc_ns // self._stamp_unit
        if at != self._stamp_at:
            self._stamp = format_utc_timestamp(now.utc_ns, self._digits)
            self._stamp_at = at
        if self._tells_processed:
            body = b"369=%d\x01%b" % (numbers.next_target_msg_seq_num - 1, body)
        raw = encode(self._begin_string, self._layout % (msg_type, msg_seq_num, self._stamp, body))
        numbers.next_sender_msg_seq_num = msg_seq_num + 1  # given away once there is a message for it
        self.outgoing.append(Outgoing(numbers.generation, msg_seq_num, raw, self._keeps, transmit))
        if transmit:
            self.wire.append(raw)
            self._heartbeats.last_sent_ns = now.mono_ns
        return msg_seq_num

    def send_old(self, msg_seq_num: int, content: bytes, now: Instant) -> None:
        """A message under a number that was given away before."""
        raw = encode(self._begin_string, content)
        self.outgoing.append(Outgoing(self._numbers.generation, msg_seq_num, raw, False, True))
        self.wire.append(raw)
        self._heartbeats.last_sent_ns = now.mono_ns

    def send_waiting(self, msg_seq_num: int, raw: bytes, now: Instant) -> None:
        """A message that was stored under its number and could not leave then: for the first time, as it is."""
        self.outgoing.append(Outgoing(self._numbers.generation, msg_seq_num, raw, False, True))
        self.wire.append(raw)
        self._heartbeats.last_sent_ns = now.mono_ns

    def send_gap_fill(self, msg_seq_num: int, new_seq_no: int, now: Instant) -> None:
        """SequenceReset(4), GapFillFlag(123)=Y; OrigSendingTime(122) is the time of the fill itself."""
        stamp = self.sending_time(now)
        body = b"122=%b\x0136=%d\x01123=Y\x01" % (stamp, new_seq_no)
        if self._tells_processed:
            body = b"369=%d\x01%b" % (self._numbers.next_target_msg_seq_num - 1, body)
        self.send_old(msg_seq_num, self._layout_old % (b"4", msg_seq_num, stamp, body), now)
