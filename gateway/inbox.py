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
    logon_timeout_s: int = 0
    """How long whoever came has for its Logon; 0 leaves it to the lobby."""


class BytesReceived(NamedTuple):
    connection: int
    data: bytes


class ConnectionClosed(NamedTuple):
    """The transport is gone, whoever ended it. `cut` says why when it was ended for not reading what we sent."""

    connection: int
    cut: str = ""


class RoomToSend(NamedTuple):
    """What was sent on this connection has left, and more was wanted (`effects.RoomWanted`)."""

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
    ConnectionOpened
    | BytesReceived
    | ConnectionClosed
    | RoomToSend
    | CommandReceived
    | PasswordChecked
    | Tick
    | ShutdownRequested
)


TURN_BYTES_ALONE = 64 << 10
"""What one turn takes of the only connection that is up: large turns make one flush of the disk pay for many orders."""
TURN_BYTES = 16 << 10
SHARE_BYTES = 4 << 10
"""What it takes of all, and of each, when there are more: another's order waits for this much and no longer, a few
milliseconds, and the flush is still a small part of the turn."""


class Inbox:
    """A queue from the doors to the turn. Arrival order is the order of the world, for each connection: of one that
    sends much, a turn takes its share only, so that the others' inputs are not made to wait for all of it."""

    __slots__ = ("_inputs", "behind")

    def __init__(self) -> None:
        self._inputs: deque[Input] = deque()
        self.behind: frozenset[int] = frozenset()
        """Connections of which the last `drain` left bytes behind."""

    def __len__(self) -> int:
        return len(self._inputs)

    def put(self, item: Input) -> None:
        self._inputs.append(item)

    def put_first(self, item: Input) -> None:
        """It is in the next turn and before all that waits: for what must be heard while clients flood."""
        self._inputs.appendleft(item)

    def drain(self, inputs_max: int, connections: int = 1) -> list[Input]:
        """What the next turn takes: at most `inputs_max` inputs, and of each connection no more bytes than its share
        when so many are up."""
        inputs = self._inputs
        alone = connections <= 1
        share, total = (TURN_BYTES_ALONE, TURN_BYTES_ALONE) if alone else (SHARE_BYTES, TURN_BYTES)
        if len(inputs) <= inputs_max and sum([len(i.data) for i in inputs if type(i) is BytesReceived]) <= share:
            batch = list(inputs)
            inputs.clear()
            self.behind = frozenset()
            return batch
        return self._drain_shares(inputs_max, share, total)

    def _drain_shares(self, inputs_max: int, share: int, total_max: int) -> list[Input]:
        """Who got nothing this time stands first the next time, before those who have had their share."""
        batch: list[Input] = []
        unserved: deque[Input] = deque()
        served: deque[Input] = deque()
        late: dict[int, deque[Input]] = {}  # something of this connection is left: so is all that came after it
        room: dict[int, int] = {}
        total = 0
        for item in self._inputs:
            connection = getattr(item, "connection", None)
            if connection in late:
                late[connection].append(item)
                continue
            full = len(batch) >= inputs_max or (total >= total_max and type(item) is BytesReceived)
            if not full and type(item) is BytesReceived:
                rest = room.get(item.connection, share)
                if len(item.data) > rest:
                    total += rest
                    if rest:
                        batch.append(BytesReceived(item.connection, item.data[:rest]))
                    served.append(BytesReceived(item.connection, item.data[rest:]))
                    late[item.connection] = served
                    continue
                room[item.connection] = rest - len(item.data)
                total += len(item.data)
            if not full:
                batch.append(item)
                continue
            queue = served if connection in room else unserved
            queue.append(item)
            if connection is not None:
                late[connection] = queue
        unserved.extend(served)
        self._inputs = unserved
        self.behind = frozenset([item.connection for item in unserved if type(item) is BytesReceived])
        return batch
