"""What a turn wants done in the world once its facts are on disk. Data, not deeds: `net` and `app` carry them out."""

from __future__ import annotations

from typing import NamedTuple


class SendBytes(NamedTuple):
    connection: int
    data: bytes


class CloseConnection(NamedTuple):
    """Close after what was sent before has been handed to the kernel. `reason` is for the log only."""

    connection: int
    reason: str


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


Effect = SendBytes | CloseConnection | AnswerCommand | LogMessages | LogNote
