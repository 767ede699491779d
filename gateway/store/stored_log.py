"""The part of the log that is in LMDB, for reading: by the journal itself, or by a process beside the one that writes.

Readers of LMDB disturb no writer. They only keep it from using pages again that it has freed since they began, so every
look here is a short one: a chunk, then the next.
"""

from __future__ import annotations

import struct
from abc import ABC, abstractmethod
from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from gateway.store.log_records import FACT, NUMBER, SESSION_NUMBERS, TURN, Damaged, Numbers, Record, split_turn
from gateway.store.log_walk import Chunk, Piece, Told, Walk, payloads
from gateway.store.store_files import JournalRefused

FORMAT = b"fixgate-journal-2"
HEAD = struct.Struct(">Q32s")
"""The number of the last record, and what the chain has come to there."""
START = struct.Struct(">II")
"""Records and bytes of the chunk in front of a turn."""
META_KEYS = (b"head", b"store_id", b"secret")
TABLES = (b"log", b"turns", b"outbound", b"sessions", b"meta")


class _Starts:
    """The places as they are stored, unpacked one by one: a search looks at few."""

    def __init__(self, packed: memoryview) -> None:
        self._packed = packed

    def __len__(self) -> int:
        return len(self._packed) // START.size

    def __getitem__(self, place: int) -> Any:
        return START.unpack_from(self._packed, place * START.size)


class StoredLog:
    """Tables `log`, `turns`, `sessions` and `meta` of an open environment."""

    def __init__(self, environment: Any) -> None:
        self._environment = environment
        self._log, self._turns, _, self._sessions, self._meta = (
            None if name is None else environment.open_db(name, create=False) for name in _openable(environment)
        )

    def meta(self) -> list[bytes]:
        """The values of META_KEYS, empty where there is none."""
        with self._environment.begin(db=self._meta) as txn:
            return [bytes(txn.get(key, b"")) for key in META_KEYS]

    def numbers(self) -> dict[str, Numbers]:
        """Each session's place at the head."""
        with self._environment.begin(db=self._sessions) as txn:
            return {name.decode(): Numbers(*SESSION_NUMBERS.unpack(packed)) for name, packed in txn.cursor()}

    def chunks(self, number: int) -> Iterator[Chunk]:
        """All from the one on that holds this number, those included that come while one reads."""
        found = self._chunk_with(number)
        while found is not None:
            yield found
            found = self._chunk_from(found[0] + 1)

    def _chunk_with(self, number: int) -> Chunk | None:
        with self._environment.begin(db=self._log) as txn:
            cursor = txn.cursor()
            return _chunk_at(cursor) if _go_to(cursor, number) or cursor.first() else None

    def _chunk_from(self, number: int) -> Chunk | None:
        with self._environment.begin(db=self._log) as txn:
            cursor = txn.cursor()
            return _chunk_at(cursor) if cursor.set_range(NUMBER.pack(number)) else None

    def pieces(self, numbers: Sequence[int]) -> Iterator[Piece]:
        """The chunks that hold `numbers`, which rise and are here. A piece is good until the next one is asked for."""
        with self._environment.begin(buffers=True) as txn:
            cursor = txn.cursor(self._log)
            begin = 0
            while begin < len(numbers) and _go_to(cursor, numbers[begin]):
                key, chunk = bytes(cursor.key()), cursor.value()
                packed = None if self._turns is None else txn.get(key, db=self._turns)
                end = len(numbers)
                if cursor.next():
                    end = bisect_left(numbers, NUMBER.unpack(cursor.key())[0], begin)
                starts: Any = () if packed is None else _Starts(packed)
                yield Piece(NUMBER.unpack(key)[0], chunk, starts, numbers[begin:end])
                begin = end


class LogReader(ABC):
    """What can be read of a log, wherever its turns are: three questions that each place answers in its own way, and
    all the reading that is done with the answers."""

    directory: Path
    store_id: str

    @abstractmethod
    def _chunks(self, number: int) -> Iterator[Chunk]:
        """All from the one on that holds this number."""

    @abstractmethod
    def _pieces(self, numbers: Sequence[int]) -> Iterator[Piece]:
        """The turns that hold these numbers; numbers that were not given yet are left out."""

    @abstractmethod
    def _ends(self, walk: Walk) -> None:
        """A walk has come to the end. Raises Damaged when that is the wrong one."""

    def records(self) -> Iterator[Record]:
        """Every record from the first, each checked, the chain checked at every turn and at the head.

        Raises JournalRefused at the first damage, naming the record."""
        walk = Walk(0, origin(self.store_id))
        try:
            yield from walk.records(self._chunks(0))
            self._ends(walk)
        except Damaged as damage:
            raise self._refusal(damage) from damage

    def told(self, seq: int, digest: bytes) -> Iterator[Told]:
        """What recovery folds of the records behind number `seq`, where the chain stood at `digest`.

        Raises JournalRefused as `records` does."""
        walk = Walk(seq, digest)
        try:
            yield from walk.told(self._chunks(seq + 1))
            self._ends(walk)
        except Damaged as damage:
            raise self._refusal(damage) from damage

    def digest_at(self, seq: int) -> bytes | None:
        """What the chain had come to with turn record `seq`; None when that is none. Raises JournalRefused."""
        if seq == 0:
            return origin(self.store_id)
        found = self._records_at([seq], TURN).get(seq)
        return None if found is None else split_turn(found)[1]

    def facts(self, numbers: Sequence[int]) -> dict[int, bytes]:
        """The payloads of those records among `numbers`, which rise, that are facts, those of the turn that is being
        made included. Raises JournalRefused for damage."""
        return self._records_at(numbers, FACT)

    def _records_at(self, numbers: Sequence[int], kind: bytes) -> dict[int, bytes]:
        found: dict[int, bytes] = {}
        try:
            for piece in self._pieces(numbers):
                found.update(payloads(piece, kind))
        except Damaged as damage:
            raise self._refusal(damage) from damage
        return found

    def _refusal(self, why: object) -> JournalRefused:
        return JournalRefused(f"journal: {self.directory}: {why}. Nothing was changed; restore a backup")


class Stored(LogReader):
    """The part in LMDB alone. `seq` and `digest` say where the last walk ended, at first the head as it was then."""

    def __init__(self, directory: Path, stored: StoredLog) -> None:
        self.directory = directory
        self._stored = stored
        head, store_id, _ = stored.meta()
        self.store_id = store_id.decode()
        self.seq: int
        self.seq, self.digest = HEAD.unpack(head)

    def _chunks(self, number: int) -> Iterator[Chunk]:
        return self._stored.chunks(number)

    def _pieces(self, numbers: Sequence[int]) -> Iterator[Piece]:
        return self._stored.pieces(numbers[: bisect_right(numbers, self.seq)])

    def _ends(self, walk: Walk) -> None:
        if walk.seq < self.seq:
            raise Damaged(f"record {walk.seq}: the log does not end where its head says")
        self.seq, self.digest = walk.seq, walk.digest


def _openable(environment: Any) -> Iterator[bytes | None]:
    """A store that was made before there was a table `turns` has it from its next start on."""
    with environment.begin() as txn:
        there = {bytes(name) for name, _ in txn.cursor()}
    for name in TABLES:
        yield None if name == b"turns" and name not in there else name


def _go_to(cursor: Any, number: int) -> bool:
    """To the chunk that holds `number`: the last one that does not begin behind it. False when there is none."""
    key = NUMBER.pack(number)
    if cursor.set_range(key):
        return bool(cursor.key() == key or cursor.prev())
    return bool(cursor.last())


def _chunk_at(cursor: Any) -> Chunk:
    return NUMBER.unpack(cursor.key())[0], cursor.value()


def origin(store_id: str) -> bytes:
    """The digest before the first turn."""
    return sha256(FORMAT + store_id.encode()).digest()
