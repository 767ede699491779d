"""What an operator may ask of sessions. Each is an input of a turn like a client's message: decided there, durable
before it is answered, and on record with the name of who asked and why."""

from __future__ import annotations

from typing import NamedTuple


class ListSessions(NamedTuple):
    """Which sessions there are and how they are doing. Changes nothing."""


class LogOutSession(NamedTuple):
    """End the session in good order. An initiator calls again after its reconnect interval."""

    session: str
    operator: str
    reason: str


class ResetNumbers(NamedTuple):
    """Both numbers to 1, or to what is given (None leaves that one as it is when the other is given)."""

    session: str
    sender: int | None
    target: int | None
    operator: str
    reason: str


class ReadConfiguration(NamedTuple):
    """Read the configuration's file again. Not for a turn: what comes of it is (`gateway.from_config.reload`)."""

    operator: str


class ExplainSession(NamedTuple):
    """Why the numbers are what they are, and what would happen at a Logon. Changes nothing."""

    session: str
    logon_seq: int | None
    """MsgSeqNum(34) of the Logon to try; the one we expect when None."""
    next_expected: int | None
    """Its NextExpectedMsgSeqNum(789); none when None."""
