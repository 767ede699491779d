"""What a session tells its host. (Not "events": that word belongs to the log of the OMS.)"""

from __future__ import annotations

from typing import NamedTuple

from fixspec.message import Message


class LoggedOn(NamedTuple):
    """The Logon exchange is complete. The peer may still have a gap to ask for."""


class MessageReceived(NamedTuple):
    """An application message, in sequence, its header checked, valid by the rulebook. Its number is consumed."""

    message: Message


class MessageRejected(NamedTuple):
    """The peer refused a message of ours by this Reject(3), and has not processed it. Its number is consumed."""

    ref_seq_num: int
    message: Message


class ResendWanted(NamedTuple):
    """The peer asked for our messages again: `Session.begin_replay`, now or when there is room for one more, and then a
    piece at a time. A peer that asks again meanwhile is dealt with by the session.

    Both ends are inclusive, `end_seq_no` is at most the last number we gave away."""

    begin_seq_no: int
    end_seq_no: int


class NumbersChanged(NamedTuple):
    """A sequence number moved by anything but one message: the reason in words, for the record."""

    cause: str


class InstanceBegan(NamedTuple):
    """The numbers belong to this instance of the schedule from now on (UTC ns). To be kept with them: the session is
    given it again at its next start."""

    start_ns: int
    end_ns: int


class LoggedOut(NamedTuple):
    """The session that LoggedOn announced is over. `in_good_order`: by a Logout(5) that was answered, whoever began."""

    reason: str
    in_good_order: bool = False


class Disconnect(NamedTuple):
    """Close the transport once all that `take_outgoing` gives is written. The session has already forgotten it: call
    neither `receive_data` nor `receive_eof` for this transport any more."""

    reason: str


class Note(NamedTuple):
    """Something that a person reading the log should find. `level` is "info", "warning" or "error"."""

    level: str
    event: str
    details: dict[str, str]


Output = (
    LoggedOn
    | MessageReceived
    | MessageRejected
    | ResendWanted
    | NumbersChanged
    | InstanceBegan
    | LoggedOut
    | Disconnect
    | Note
)


class Outgoing(NamedTuple):
    """A message to send. Fresh ones must be stored under their number; all with `transmit` go to the transport."""

    generation: int
    msg_seq_num: int
    raw: bytes
    fresh: bool
    """False: a replay or gap fill under an old number, or of a session whose messages are not kept."""
    transmit: bool
    """False: there is nobody to send it to (or it is not yet, or no longer, the time); the peer will ask for it."""
