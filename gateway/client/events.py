"""What the client's session tells its host, in the order in which it happened."""

from __future__ import annotations

from typing import NamedTuple

from gateway.client.wire import WireMessage


class Sent(NamedTuple):
    message: WireMessage
    is_admin: bool


class Received(NamedTuple):
    """fresh: it has the next number; others are shown, but not acted on: they were, or they will come again."""

    message: WireMessage
    is_admin: bool
    fresh: bool


class LoggedOn(NamedTuple):
    pass


class Note(NamedTuple):
    """Something the user should know; serious: something is wrong."""

    text: str
    serious: bool


class Ended(NamedTuple):
    """The session is over; the host closes the connection once what was sent is out."""

    reason: str


Event = Sent | Received | LoggedOn | Note | Ended
