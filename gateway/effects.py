"""What a turn wants done in the world once its facts are on disk. Data, not deeds: `net` and `app` carry them out."""

from __future__ import annotations

from typing import NamedTuple

from gateway.password_question import PasswordQuestion


class SendBytes(NamedTuple):
    connection: int
    data: bytes


class CloseConnection(NamedTuple):
    """Close after what was sent before has been handed to the kernel. `reason` is for the log only."""

    connection: int
    reason: str


class RoomWanted(NamedTuple):
    """There is more to send, in its own time: a RoomToSend is to come when what was sent so far has left."""

    connection: int


class LimitUnsent(NamedTuple):
    """How many bytes may wait for the peer of this connection, and for how many seconds, before it is cut."""

    connection: int
    bytes_max: int
    timeout_s: int


class ConnectionAdmitted(NamedTuple):
    """Its Logon was taken: it no longer counts among the strangers."""

    connection: int


class CheckPassword(NamedTuple):
    """To be judged beside the loop; the verdict comes back as a PasswordChecked."""

    connection: int
    question: PasswordQuestion


class AnswerCommand(NamedTuple):
    ticket: int
    answer: object


class LogMessages(NamedTuple):
    """Messages of a session, both directions, in the order of the turn: for the raw message log."""

    session: str
    raws: list[bytes]


class LogNote(NamedTuple):
    """Something a person should be able to find out later. `session` is empty when it concerns none."""

    level: str
    session: str
    event: str
    details: dict[str, str]


Effect = (
    SendBytes
    | RoomWanted
    | LimitUnsent
    | CloseConnection
    | ConnectionAdmitted
    | CheckPassword
    | AnswerCommand
    | LogMessages
    | LogNote
)
