"""What can happen to the gateway: the inputs of a turn, in the order in which they came."""

from __future__ import annotations

from collections import deque
from typing import NamedTuple

from gateway.peer_certificate import Certificate


class ConnectionOpened(NamedTuple):
    """A transport is up. `session` names the initiator session it was opened for; None when a peer came to us.
    `peer` is `address:port`, `certificate` what it has shown and the TLS layer has verified."""

    connection: int
    peer: str
    session: str | None = None
    certificate: Certificate | None = None


class BytesReceived(NamedTuple):
    connection: int
    data: bytes


class ConnectionClosed(NamedTuple):
    """The transport is gone, whoever ended it."""

    connection: int


class CommandReceived(NamedTuple):
    """An operator's wish; `ticket` finds the one who waits for the answer."""

    ticket: int
    command: object


class PasswordChecked(NamedTuple):
    """The answer to a CheckPassword. `is_right` is None when there was no time to find out; `new_hash` is of the new
    password that the question brought."""

    connection: int
    is_right: bool | None
    new_hash: bytes | None = None


class Tick(NamedTuple):
    """A deadline that the last turn named has come."""


class ShutdownRequested(NamedTuple):
    """Log every session out and close; the process ends when the last connection is gone."""

    reason: str


Input = (
    ConnectionOpened | BytesReceived | ConnectionClosed | CommandReceived | PasswordChecked | Tick | ShutdownRequested
)


class Inbox:
    """A queue from the doors to the turn. Arrival order is the order of the world."""

    __slots__ = ("_inputs",)

    def __init__(self) -> None:
        self._inputs: deque[Input] = deque()

    def __len__(self) -> int:
        return len(self._inputs)

    def put(self, item: Input) -> None:
        self._inputs.append(item)

    def drain(self, inputs_max: int) -> list[Input]:
        """At most `inputs_max` inputs, oldest first."""
        inputs = self._inputs
        if len(inputs) <= inputs_max:
            batch = list(inputs)
            inputs.clear()
            return batch
        return [inputs.popleft() for _ in range(inputs_max)]
