"""Replays of a process, a piece at a time: some sessions at once, others wait for their turn.

A peer that was away may ask for a million messages. It gets them in pieces: a bounded number of messages and bytes in a
turn, read from the journal there and then, and the next piece when its connection has room for it. So memory stays
flat, a turn stays short, and a peer that reads slowly holds up nobody but itself. What its session says meanwhile is
kept in order by the session (`gateway.session.replaying`).
"""

from __future__ import annotations

from collections import deque

from gateway.instant import Instant
from gateway.journal import Transaction
from gateway.session.session import Session

REPLAYS_MAX = 5
PIECE_MESSAGES_MAX = 128
PIECE_BYTES_MAX = 64 << 10
PROBES_MAX = 64
"""Stretches of numbers without a message that are passed in one turn."""


class Replays:
    """`running` are the sessions that are being sent a replay."""

    __slots__ = ("_counts", "_replays_max", "_waiting")

    def __init__(self, replays_max: int = REPLAYS_MAX) -> None:
        assert replays_max > 0, replays_max
        self._replays_max = replays_max
        self._counts: dict[str, int] = {}
        """Sessions that are being sent a replay: how many messages fit into the next piece."""
        self._waiting: deque[str] = deque()

    def __contains__(self, name: str) -> bool:
        return name in self._counts

    def ask(self, name: str) -> bool:
        """A session wants a replay. False when it must wait: for another one, or for its own next piece."""
        if name in self._counts:
            return False
        if len(self._counts) >= self._replays_max:
            if name not in self._waiting:
                self._waiting.append(name)
            return False
        self._counts[name] = PIECE_MESSAGES_MAX
        return True

    def end(self, name: str) -> None:
        """Its replay is over, or its peer is gone."""
        self._counts.pop(name, None)
        if name in self._waiting:
            self._waiting.remove(name)

    def next(self) -> str | None:
        """A session whose turn has come; None when no other may begin."""
        if not self._waiting or len(self._counts) >= self._replays_max:
            return None
        name = self._waiting.popleft()
        self._counts[name] = PIECE_MESSAGES_MAX
        return name

    def send_piece(self, name: str, session: Session, transaction: Transaction, now: Instant) -> bool:
        """Have the session send its next piece. False when there is nothing more to come."""
        session.begin_replay(now)
        wanted = session.replay_wanted(now)
        if wanted is None:
            return False
        begin, end = wanted
        generation, count = session.numbers.generation, self._counts[name]
        stored: list[tuple[int, bytes]] = []
        through = begin - 1
        for _ in range(PROBES_MAX):
            first, through = through + 1, min(end, through + count)
            stored = list(transaction.outbound(name, generation, first, through))
            if stored or through == end:
                break
        total = sum([len(raw) for _, raw in stored])
        if stored:
            # the next piece by the size of these messages; of this one no more than what fits
            self._counts[name] = max(1, min(PIECE_MESSAGES_MAX, PIECE_BYTES_MAX * len(stored) // total))
            if total > PIECE_BYTES_MAX:
                stored = _fitting(stored)
                through = stored[-1][0]
        session.replay_piece(stored, through, now)
        return session.replay_wanted(now) is not None


def _fitting(stored: list[tuple[int, bytes]]) -> list[tuple[int, bytes]]:
    """As many of the first messages as fit into a piece; at least one."""
    room = PIECE_BYTES_MAX
    for count, (_, raw) in enumerate(stored):
        room -= len(raw)
        if room < 0:
            return stored[: max(1, count)]
    return stored
