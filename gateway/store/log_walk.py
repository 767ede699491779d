"""Walking through the log: chunks of whole turns in, checked records out.

A walk begins behind a turn whose number and digest are known (nothing, or where a snapshot was taken) and follows the
chain from there. Two ways to walk: `records` checks and shows each record of every kind, and names the first that is
damaged; `told` shows only what recovery folds, a turn at a time, and lets the digest of the turn speak for all of its
records before its end, which is a third of the work.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from hashlib import sha256
from typing import NamedTuple

from gateway.store.log_records import (
    EVENT,
    FACT,
    FRAME,
    NUMBERS,
    TURN,
    TURN_END,
    Damaged,
    Record,
    record_at,
    records_of,
    split_turn,
)

_FACT, _NUMBERS, _EVENT, _TURN = FACT[0], NUMBERS[0], EVENT[0], TURN[0]
_FOLDED = frozenset((_FACT, _NUMBERS, _EVENT))
_unpack_frame = FRAME.unpack_from

Chunk = tuple[int, bytes]
"""The number of the first record, and whole turns one behind the other."""
Told = tuple[int, bytes, bytes]
"""Number, kind and payload of a record that recovery folds."""


class Piece(NamedTuple):
    """Turns that hold some wanted records; `starts` has places where turns begin: records and bytes before each."""

    first_seq: int
    turns: bytes | memoryview
    starts: Sequence[tuple[int, int]]
    wanted: Sequence[int]


class Walk:
    """`seq` and `digest` are those of the last turn that was walked over, at first of the one to begin behind."""

    __slots__ = ("digest", "seq")

    def __init__(self, seq: int, digest: bytes) -> None:
        self.seq = seq
        self.digest = digest

    def records(self, chunks: Iterable[Chunk]) -> Iterator[Record]:
        """Every record, each checked by itself, the chain at every turn. Raises Damaged."""
        begin, expected, in_turn = 0, self.seq + 1, False
        for first_seq, chunk in self._from_here(chunks):
            for offset, record in records_of(chunk, first_seq):
                if not in_turn:
                    begin = offset
                in_turn = record.kind != TURN
                expected += 1
                if not in_turn:
                    digest = sha256(self.digest + chunk[begin:offset]).digest()
                    if split_turn(record.payload)[1] != digest:
                        raise Damaged(f"record {record.seq}: the chain of digests is broken")
                    self.seq, self.digest = record.seq, digest
                yield record
        if in_turn:
            raise Damaged(f"record {expected - 1}: the log does not end where its head says")

    def told(self, chunks: Iterable[Chunk]) -> Iterator[Told]:
        """Facts, numbers, session events and turns; those of a turn only when all of it is as it was written, which
        its digest says. Raises Damaged."""
        for first_seq, chunk in self._from_here(chunks):
            view, end = memoryview(chunk), len(chunk)
            offset, begin, seq = 0, 0, first_seq
            noted: list[Told] = []
            while offset < end:
                if offset + FRAME.size >= end:
                    raise self._damage(chunk, begin)
                length = _unpack_frame(chunk, offset)[0]
                content = offset + FRAME.size
                behind = content + length
                kind = chunk[content]
                if kind in _FOLDED:
                    noted.append((seq, chunk[content : content + 1], chunk[content + 1 : behind]))
                elif kind == _TURN:
                    hashed = sha256(self.digest)
                    hashed.update(view[begin:offset])
                    digest = hashed.digest()
                    payload = chunk[content + 1 : behind]
                    if len(payload) != TURN_END.size or split_turn(payload)[1] != digest:
                        raise self._damage(chunk, begin)
                    record_at(chunk, offset, seq)  # its clock is in no digest
                    self.seq, self.digest = seq, digest
                    yield from noted
                    noted.clear()
                    yield seq, TURN, payload
                    begin = behind
                seq += 1
                offset = behind
            if begin != end:
                raise self._damage(chunk, begin)

    def _damage(self, chunk: bytes, begin: int) -> Damaged:
        """What is wrong with the turn that begins here: the first record that is not as it was written, or the turn."""
        try:
            for _, record in records_of(chunk[begin:], self.seq + 1):
                if record.kind == TURN:
                    return Damaged(f"record {record.seq}: the chain of digests is broken")
        except Damaged as damage:
            return damage
        return Damaged(f"record {self.seq + 1}: its turn does not end where its chunk does")

    def _from_here(self, chunks: Iterable[Chunk]) -> Iterator[Chunk]:
        """The chunks without what stands in front of the place where the walk begins. Raises Damaged for a gap."""
        for first_seq, chunk in chunks:
            wanted = self.seq + 1
            if first_seq > wanted:
                raise Damaged(f"record {wanted}: missing; the next one is {first_seq}")
            if first_seq < wanted:
                begin = place_of(chunk, 0, first_seq, wanted)
                chunk = chunk[begin:]
            if chunk:
                yield wanted, chunk


def place_of(chunk: bytes | memoryview, offset: int, seq: int, wanted: int) -> int:
    """Where record `wanted` begins, or the end; at `offset` begins record `seq`. Reads lengths only."""
    unpack, size, end = _unpack_frame, FRAME.size, len(chunk) - FRAME.size
    while seq < wanted and offset < end:
        offset += size + unpack(chunk, offset)[0]
        seq += 1
    return offset


def _turn_with(starts: Sequence[tuple[int, int]], before: int) -> int:
    """The last turn that has at most so many records in front of it; -1 when there is none."""
    low, high = 0, len(starts)
    while low < high:
        middle = (low + high) // 2
        if starts[middle][0] <= before:
            low = middle + 1
        else:
            high = middle
    return low - 1


def payloads(piece: Piece, kind: bytes) -> dict[int, bytes]:
    """The payloads of those wanted records that are of this kind, each checked. Raises Damaged."""
    first_seq, turns, starts, wanted = piece
    found: dict[int, bytes] = {}
    offset, seq = 0, first_seq
    for number in wanted:
        turn = _turn_with(starts, number - first_seq)
        if turn >= 0 and first_seq + starts[turn][0] > seq:
            seq, offset = first_seq + starts[turn][0], starts[turn][1]
        offset = place_of(turns, offset, seq, number)
        seq = number
        record = record_at(turns, offset, number)
        if record.kind == kind:
            found[number] = record.payload
    return found
