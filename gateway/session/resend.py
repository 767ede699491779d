"""What a replay is made of: which old messages go out again, and in what form, and which only leave their numbers.

The standard's list of messages that must not be sent again (Logon, Logout, ResendRequest, Heartbeat, TestRequest,
SequenceReset) leaves out Reject(3), and so do we: a peer whose order was refused at the session layer while the line
was down would otherwise never hear of it. Runs of the others, and numbers under which nothing is stored, become one
SequenceReset-GapFill each.
"""

from __future__ import annotations

from typing import NamedTuple

SOH = b"\x01"
NOT_SENT_AGAIN = frozenset({b"35=0", b"35=1", b"35=2", b"35=4", b"35=5", b"35=A"})
_HEAD = (b"35=", b"34=", b"49=", b"52=", b"56=")


class GapFill(NamedTuple):
    """SequenceReset(4), GapFillFlag(123)=Y, under number `msg_seq_num`."""

    msg_seq_num: int
    new_seq_no: int


class Replayed(NamedTuple):
    """A message of ours to send again: `content` is all between BodyLength(9) and CheckSum(10)."""

    msg_seq_num: int
    content: bytes


def without_poss_dup(body: bytes) -> bytes:
    """The body of a message without the PossDupFlag(43) and OrigSendingTime(122) that it may begin with or hold."""
    fields = body.split(SOH)
    return SOH.join([field for field in fields if not field.startswith((b"43=", b"122="))])


def as_poss_dup(raw: bytes, sending_time: bytes) -> bytes | None:
    """A stored message as it goes out again: PossDupFlag(43)=Y, a fresh SendingTime(52), the first one as
    OrigSendingTime(122); every other byte as it was. None for a message that is not sent again."""
    parts = raw.split(SOH, 7)
    if len(parts) != 8 or parts[2] in NOT_SENT_AGAIN:
        return None
    head, rest = parts[2:7], parts[7]
    if any(not field.startswith(tag) for field, tag in zip(head, _HEAD, strict=True)):
        return None  # not a message of this engine: its number is filled
    msg_type, msg_seq_num, sender, first_time, target = head
    body = rest[: rest.rfind(b"10=")]
    return b"%b\x01%b\x0143=Y\x01%b\x0152=%b\x01%b\x01122=%b\x01%b" % (
        msg_type,
        msg_seq_num,
        sender,
        sending_time,
        target,
        first_time[3:],
        body,
    )
