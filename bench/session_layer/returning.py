"""A client that comes back, with a gap in both directions, until both sides are in sequence.

It asks for what it has not seen, and answers the gateway's ResendRequest(2) with a gap fill and a TestRequest(1). It is
in sequence when that is answered and nothing that it has asked for is missing.
"""

from __future__ import annotations

import re

from bench.session_layer.member import Member
from bench.session_layer.numbers import messages_of
from bench.wire import MSG_SEQ_NUM, MSG_TYPE


class Returning:
    """`missing` is the first number that the client has not seen, `asked` the first that the gateway has not seen."""

    __slots__ = ("_position", "asked", "is_answered", "logon_number", "member", "missing", "next_again", "seconds")

    def __init__(self, member: Member, missing: int) -> None:
        self.member = member
        self.missing = self.next_again = missing
        self.asked = 0
        self.logon_number = 0
        self.is_answered = False
        self.seconds = 0.0
        self._position = 0

    @property
    def is_in_sequence(self) -> bool:
        return self.is_answered and self.next_again >= self.logon_number

    def read(self) -> None:
        """Take what has come and answer as a client does."""
        self.member.read()
        stream = self.member.stream()[self._position :]
        whole = stream.rfind(b"\x0110=")
        if whole < 0 or len(stream) < whole + 8:  # the last message is cut: up to the one before
            whole = stream.rfind(b"\x0110=", 0, max(0, whole))
        if whole < 0:
            return
        self._position += whole + 8
        for message in messages_of(stream[: whole + 8]):
            self._receive(message)

    def _receive(self, message: bytes) -> None:
        number, kind = _value(MSG_SEQ_NUM.search(message)), _value(MSG_TYPE.search(message))
        member = self.member
        if kind == b"A":
            self.logon_number = int(number)
            member.say(b"2", b"7=%d\x0116=0\x01" % self.missing)
        elif b"\x0143=Y\x01" in message:
            new_seq_no = message.partition(b"\x0136=")[2].partition(b"\x01")[0]
            self.next_again = int(new_seq_no) if kind == b"4" else int(number) + 1
        elif kind == b"2":
            self.asked = int(message.partition(b"\x017=")[2].partition(b"\x01")[0])
            member.fill_gap(self.asked)
            member.say(b"1", b"112=READY\x01")
        elif kind == b"0":
            self.is_answered = self.is_answered or b"\x01112=READY\x01" in message


def _value(found: re.Match[bytes] | None) -> bytes:
    assert found is not None
    return found[1]
